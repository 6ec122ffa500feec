import { malformed } from '../../../model/error.ts'
import type { Probe } from '../../../model/product.ts'
import type { NewRecord } from '../../../model/record.ts'
import { rawRecord, wordOf } from '../../answers.ts'
import { assertInfo, type Info, readInfo, takenApart, unreadOf, versionOf } from '../info.ts'
import { infoFacts, type ReplicationRole, replicationOf, roleOf } from '../infoFacts.ts'
import { infoSamples } from '../infoSamples.ts'
import type { RedisLink } from '../link.ts'
import type { TakenOff } from '../ownLookups.ts'
import { scansIn } from '../sliceSize.ts'
import { infoCounts, runIdIn, type Vitals, vitalsIn } from '../vitals.ts'

/** Memo: what an answer was taken apart into while it was read, so that it is done once. By a symbol, which JSON leaves out. */
const APART = Symbol('taken apart')

/** `roleBefore`: what it was at the INFO before. `writes`: the commands that put, change or remove a value, of those that this INFO counts. */
export type InfoAnswer = {
  info: string
  runId: string
  roleBefore?: ReplicationRole
  takenOff: TakenOff
  writes: string[]
  [APART]?: Info
}

/**
 * INFO with the counts of commands: nearly everything that Redis tells about itself. Its percentiles of latency are left out where the
 * server can (Redis 7 takes several sections): they are a third of the cost.
 */
export const info: Probe<RedisLink, InfoAnswer> = {
  id: 'info',
  feature: 'INFO',
  emits: {
    metrics: [
      'cache_uptime_seconds',
      'cache_hits_total',
      'cache_misses_total',
      'cache_evictions_total',
      'cache_expirations_total',
      'cache_memory_used_bytes',
      'cache_memory_max_bytes',
      'cache_connections',
      'cache_connections_max',
      'cache_connections_rejected_total',
      'cache_auth_failures_total',
      'cache_reply_bytes_total',
      'cache_items',
      'cache_items_expiring',
      'cache_ttl_mean_seconds',
      'cache_commands_total',
      'cache_command_seconds_total',
      'cache_writes_total',
      'cache_fills_total',
      'redis_errors_total',
      'redis_memory_used_rss_bytes',
      'redis_total_system_memory_bytes',
      'redis_loading_dump_file',
      'redis_latest_fork_seconds',
      'redis_rdb_last_cow_size_bytes',
      'redis_aof_last_cow_size_bytes',
      'redis_current_cow_size_bytes',
      'redis_current_fork_ratio',
      'redis_mem_fragmentation_ratio',
      'redis_allocator_frag_ratio',
      'redis_allocator_rss_ratio',
      'redis_commands_processed_total',
      'redis_connected_slaves',
      'redis_connected_slave_lag_bytes',
      'redis_role_primary',
      'redis_replication_backlog_bytes',
      'redis_client_output_buffer_limit_disconnections_total',
      'redis_master_repl_offset',
      'redis_slave_repl_offset',
      'redis_master_link_up',
      'redis_master_last_io_seconds_ago',
      'redis_master_sync_in_progress',
      'redis_rdb_last_bgsave_status',
      'redis_aof_last_bgrewrite_status',
      'redis_aof_last_write_status',
    ],
    records: ['fact', 'role-change'],
  },
  everyMs: 1_000,
  cost: 'about 60 µs of Redis CPU a second, 6 kB',
  vital: true,
  async read(link, _cursor, signal) {
    // Lookups under way would be counted by this INFO but not yet by us; those sent after it are served after it.
    while (link.looks.looking) await link.looks.looking
    const own = link.looks.soFar()
    const answer = await askInfo(link, signal)
    if (typeof answer !== 'string') throw malformed('INFO is to answer text', wordOf(answer))
    const at = performance.now()
    const apart = takenApart(answer)
    const commands = [...apart.commands.keys()]
    await link.writes.learn(link.client, runIdIn(apart, link.seen), commands, signal)
    const seen = vitalsIn(apart, at, link.seen, link.writes)
    noteClients(link, seen)
    link.slices.note(scansIn(apart))
    link.seen = seen
    const roleBefore = link.role
    link.role = roleOf(apart.fields.get('role')) ?? null
    const raw: InfoAnswer = {
      info: answer,
      runId: seen.runId,
      ...(roleBefore && { roleBefore }),
      takenOff: link.looks.takenOff(own, infoCounts(apart, seen)),
      writes: commands.filter((command) => link.writes.has(command)),
      [APART]: apart,
    }
    return raw
  },
  parse(answer, { at }) {
    const { info: raw, runId, roleBefore, takenOff, writes } = answer
    const apart = answer[APART]
    if (apart) assertInfo(apart, raw)
    const parsed = apart ?? readInfo(raw)
    const samples = infoSamples(parsed, takenOff, new Set(writes))
    const because = unreadOf(parsed)
    return {
      samples,
      records: [rawRecord('info', at, raw), ...infoFacts(parsed, at), ...roleChange(roleBefore, roleOf(parsed.fields.get('role')), at)],
      topology: {
        facts: { version: versionOf(parsed), ...(runId ? { runId } : {}), ...replicationOf(parsed) },
        capabilities: [{ feature: 'INFO', available: true, ...(because === null ? {} : { because }) }],
      },
    }
  },
}

const roleChange = (before: ReplicationRole | undefined, role: ReplicationRole | undefined, at: number): NewRecord[] =>
  before && role && before !== role ? [{ kind: 'role-change', id: String(at), at, role }] : []

/** Tells the budget of our own lookups what clients did since the INFO before. */
function noteClients(link: RedisLink, now: Vitals): void {
  const { seen: before, lookups } = link
  const own = lookups.made - link.madeBefore
  link.madeBefore = lookups.made
  if (!before || before.runId !== now.runId) return
  lookups.note(now.at, {
    seconds: (now.at - before.at) / 1_000,
    lookups: Math.max(0, now.counted.lookups - before.counted.lookups - own || 0),
    writes: Math.max(0, now.counted.writes - before.counted.writes || 0),
    keys: now.keys ?? 0,
  })
}

async function askInfo(link: RedisLink, signal: AbortSignal): Promise<unknown> {
  if (!link.oldInfo)
    try {
      return await link.client.call(['INFO', 'default', 'commandstats'], signal)
    } catch (error) {
      if (!(error instanceof Error) || !/syntax|wrong number/i.test(error.message)) throw error
      link.oldInfo = true
    }
  return link.client.call(['INFO', 'all'], signal)
}
