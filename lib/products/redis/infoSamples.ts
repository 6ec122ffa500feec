import type { Reading } from '../../model/series.ts'
import { printable, readings } from '../answers.ts'
import { addCommands } from './commandCounts.ts'
import { EXPORTER, STATES } from './exporterFields.ts'
import { type Info, numberIn } from './info.ts'
import { addKeyspace } from './keyspace.ts'
import type { TakenOff } from './ownLookups.ts'
import { addReplicas } from './replicas.ts'

/** All series of one INFO. */
export function infoSamples(info: Info, takenOff: TakenOff, writes: ReadonlySet<string>): Reading[] {
  const { list, add } = readings()
  const number = (name: string) => numberIn(info, name)
  const less = (count: number | undefined, ours: number) => (count === undefined ? undefined : Math.max(0, count - ours))
  add('cache_uptime_seconds', number('uptime_in_seconds'))
  // Redis counts the lookups of our own samples as hits and misses that no application had.
  add('cache_hits_total', less(number('keyspace_hits'), takenOff.hits))
  add('cache_misses_total', less(number('keyspace_misses'), takenOff.misses))
  add('cache_evictions_total', number('evicted_keys'))
  add('cache_expirations_total', number('expired_keys'))
  add('cache_memory_used_bytes', number('used_memory'))
  // 0 is Redis's word for "no limit".
  add('cache_memory_max_bytes', number('maxmemory'))
  add('cache_connections', number('connected_clients'))
  add('cache_connections_max', number('maxclients'))
  add('cache_connections_rejected_total', number('rejected_connections'))
  // What is sent to replicas is among all that is sent, since Redis 7 told apart.
  const sent = number('total_net_output_bytes')
  add('cache_reply_bytes_total', less(sent, number('total_net_repl_output_bytes') ?? 0))
  add('cache_auth_failures_total', authFailures(info))
  for (const [field, metric, scale = 1] of EXPORTER) {
    const value = number(field)
    add(metric, value === undefined ? undefined : value * scale)
  }
  for (const [field, metric, good, bad] of STATES) {
    const word = info.fields.get(field)
    if (word === good || word === bad) add(metric, word === good ? 1 : 0)
    else if (word) info.unread.push(`${field}:${word}`)
  }
  for (const [error, count] of info.errors) add('redis_errors_total', count, { err: printable(error) })
  addKeyspace(info, add)
  addCommands(info, writes, add)
  addReplicas(info, add)
  return list
}

/**
 * Logins that were refused, and commands without one. Kinds of errors are counted since Redis 6.2, refused logins by themselves since 7.2: these
 * are still counted where a flood of other kinds made the server stop counting kinds.
 */
function authFailures(info: Info): number | undefined {
  const denied = numberIn(info, 'acl_access_denied_auth')
  if (denied === undefined && !info.fields.has('total_error_replies')) return undefined
  return Math.max(denied ?? 0, info.errors.get('WRONGPASS') ?? 0) + (info.errors.get('NOAUTH') ?? 0)
}
