import { malformed } from '../../../model/error.ts'
import type { Probe } from '../../../model/product.ts'
import { decimalOf, partlyRead, printable, rawRecord, readings } from '../../answers.ts'
import { parseStats } from '../answer.ts'
import type { MemcachedLink } from '../link.ts'
import { EXTSTORE, OF_A_PROXY, PROXY, saysProxy } from '../parts.ts'
import { vitalsOf } from '../vitals.ts'

/** `stats`' field -> canonical series, and those that keep the name of the usual exporter. */
const SERIES: [field: string, metric: string][] = [
  ['uptime', 'cache_uptime_seconds'],
  ['get_hits', 'cache_hits_total'],
  ['get_misses', 'cache_misses_total'],
  ['evictions', 'cache_evictions_total'],
  ['cmd_set', 'cache_writes_total'],
  ['bytes', 'cache_memory_used_bytes'],
  ['limit_maxbytes', 'cache_memory_max_bytes'],
  ['curr_items', 'cache_items'],
  ['curr_connections', 'cache_connections'],
  ['max_connections', 'cache_connections_max'],
  ['rejected_connections', 'cache_connections_rejected_total'],
  ['auth_errors', 'cache_auth_failures_total'],
  ['rusage_user', 'memcached_process_user_cpu_seconds_total'],
  ['rusage_system', 'memcached_process_system_cpu_seconds_total'],
  ['bytes_read', 'memcached_read_bytes_total'],
  ['bytes_written', 'memcached_written_bytes_total'],
  ['bytes_written', 'cache_reply_bytes_total'],
  ['listen_disabled_num', 'memcached_connections_listener_disabled_total'],
  ['conn_yields', 'memcached_connections_yielded_total'],
  ['evicted_unfetched', 'memcached_items_evicted_unfetched_total'],
  ['expired_unfetched', 'memcached_items_expired_unfetched_total'],
  ['store_no_memory', 'memcached_store_no_memory_total'],
  ['store_too_large', 'memcached_store_too_large_total'],
  ['slabs_moved', 'memcached_slabs_moved_total'],
  ['hash_bytes', 'memcached_hash_bytes'],
]

/** Fields whose sum is one command's calls. */
const COMMANDS: [command: string, fields: string[]][] = [
  ['get', ['cmd_get']],
  ['set', ['cmd_set']],
  ['touch', ['cmd_touch']],
  ['delete', ['delete_hits', 'delete_misses']],
  ['incr', ['incr_hits', 'incr_misses']],
  ['decr', ['decr_hits', 'decr_misses']],
  ['cas', ['cas_hits', 'cas_misses', 'cas_badval']],
]

/** Items that left because they had expired: found so by a read, by a write that took their place, by the crawler. */
const EXPIRED = ['get_expired', 'reclaimed', 'crawler_reclaimed']

/** Without all of these an answer says nothing. */
const VITAL = ['uptime', 'get_hits', 'get_misses', 'evictions', 'bytes', 'curr_items']
/** A number that fell below zero is printed as one of 64 bits. */
const WRAPPED = 2 ** 63

/** `stats`: what the server did, holds and may hold. */
export const stats: Probe<MemcachedLink, string> = {
  id: 'stats',
  feature: 'stats',
  emits: {
    metrics: [
      'cache_uptime_seconds',
      'cache_hits_total',
      'cache_misses_total',
      'cache_evictions_total',
      'cache_writes_total',
      'cache_memory_used_bytes',
      'cache_memory_max_bytes',
      'cache_items',
      'cache_connections',
      'cache_connections_max',
      'cache_connections_rejected_total',
      'cache_auth_failures_total',
      'cache_reply_bytes_total',
      'cache_item_bytes_mean',
      'cache_expirations_total',
      'cache_commands_total',
      'memcached_store_no_memory_total',
    ],
  },
  everyMs: 1_000,
  cost: '53 µs of CPU and 2 kB a second',
  vital: true,
  async read(link, _cursor, signal) {
    const text = await link.client.stats('stats', signal)
    link.seen = vitalsOf(text, performance.now(), Date.now(), link.seen)
    return text
  },
  parse(raw, { at }) {
    const { fields, unread } = parseStats(raw)
    const total = fields.size + unread.length
    const number = (name: string): number | undefined => {
      const text = fields.get(name)
      if (text === undefined) return undefined
      const value = decimalOf(text)
      if (Number.isFinite(value) && value >= 0 && value < WRAPPED) return value
      const line = `${name} ${text}`
      if (!unread.includes(line)) unread.push(line)
      return undefined
    }
    /** Of parts that this version does not tell nothing is missing; one that is no number makes the sum unknown. */
    const sum = (names: string[]) => {
      const told = names.filter((name) => fields.has(name)).map(number)
      return told.length === 0 || told.includes(undefined) ? undefined : told.reduce<number>((all, one) => all + one!, 0)
    }
    if (!VITAL.some((name) => fields.has(name))) throw malformed(`stats: ${VITAL.join(', ')} are missing`, raw.slice(0, 120))
    const { list, add } = readings()
    for (const [field, metric] of SERIES) add(metric, number(field))
    const [extstore, isProxy] = [fields.has('extstore_limit_maxbytes'), saysProxy((name) => fields.has(name))]
    for (const [field, metric] of extstore ? EXTSTORE : []) add(metric, number(field))
    for (const [field, metric] of isProxy ? PROXY : []) add(metric, number(field))
    const [items, bytes] = [number('curr_items'), number('bytes')]
    add('cache_item_bytes_mean', items && bytes !== undefined ? bytes / items : undefined)
    add('cache_expirations_total', sum(EXPIRED))
    for (const [command, names] of COMMANDS) add('cache_commands_total', sum(names), { command })
    const version = fields.get('version')
    const [pid, time, uptime] = ['pid', 'time', 'uptime'].map(number)
    const absent = VITAL.filter((name) => !fields.has(name))
    const [capability] = partlyRead('stats', unread, total)
    const because = [capability!.because, absent.length > 0 && `this server does not report ${absent.join(', ')}`]
      .filter(Boolean)
      .join('; ')
    return {
      samples: list,
      records: [rawRecord('stats', at, raw)],
      topology: {
        facts: {
          ...(version ? { version: printable(version.slice(0, 60)) } : {}),
          // Both are of the server's own clock, so that their difference stands still.
          ...(pid === undefined || time === undefined || uptime === undefined ? {} : { runId: `${pid}@${time - uptime}` }),
        },
        capabilities: [
          { feature: 'stats', available: true, ...(because ? { because } : {}) },
          ...(extstore ? [{ feature: 'extstore', available: true }] : []),
          ...(isProxy ? [{ feature: 'proxy mode', available: true, because: OF_A_PROXY }] : []),
        ],
      },
    }
  },
}
