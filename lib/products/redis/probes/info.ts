import { malformed } from '../../../model/error.ts'
import type { Probe } from '../../../model/product.ts'
import type { NewRecord } from '../../../model/record.ts'
import type { Reading } from '../../../model/series.ts'
import { printable, rawRecord, readings, wordOf } from '../../answers.ts'
import { COMMANDS_MAX, type Info, numberIn, readInfo, unreadOf, versionOf } from '../info.ts'
import type { RedisLink } from '../link.ts'
import type { TakenOff } from '../ownLookups.ts'
import { commandsOf, infoCounts, type Vitals, vitalsOf } from '../vitals.ts'
import { NOT_READ } from '../writes.ts'

/** `writes`: the commands that put, change or remove a value, of those that this INFO counts; `notRead`: others that this server knows and no probe reads. */
export type InfoAnswer = { info: string; runId: string; takenOff: TakenOff; writes: string[]; notRead?: string[] }

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
      'cache_items',
      'cache_items_expiring',
      'cache_ttl_mean_seconds',
      'cache_commands_total',
      'cache_command_seconds_total',
      'cache_writes_total',
      'cache_fills_total',
      'redis_errors_total',
      'redis_memory_used_rss_bytes',
      'redis_mem_fragmentation_ratio',
      'redis_allocator_frag_ratio',
      'redis_allocator_rss_ratio',
      'redis_commands_processed_total',
      'redis_connected_slaves',
      'redis_connected_slave_lag_bytes',
      'redis_master_repl_offset',
      'redis_master_link_up',
      'redis_master_last_io_seconds_ago',
      'redis_master_sync_in_progress',
      'redis_rdb_last_bgsave_status',
      'redis_aof_last_bgrewrite_status',
      'redis_aof_last_write_status',
    ],
    records: ['fact'],
  },
  everyMs: 1_000,
  cost: 'about 60 µs of Redis CPU a second, 6 kB',
  vital: true,
  async read(link, _cursor, signal) {
    // Lookups under way would be counted by this INFO but not yet by us; those sent after it are served after it.
    await link.looks.looking
    const own = link.looks.soFar()
    const answer = await askInfo(link, signal)
    if (typeof answer !== 'string') throw malformed('INFO is to answer text', wordOf(answer))
    const at = performance.now()
    const commands = commandsOf(answer, COMMANDS_MAX)
    const { runId } = vitalsOf(answer, at, link.seen, link.writes)
    await link.writes.learn(link.client, runId, commands, signal)
    const seen = vitalsOf(answer, at, link.seen, link.writes)
    noteClients(link, seen)
    link.seen = seen
    return {
      info: answer,
      runId,
      takenOff: link.looks.takenOff(own, infoCounts(answer, seen)),
      writes: commands.filter((command) => link.writes.has(command)),
      // Without a Cluster there are no slots.
      notRead: link.writes.notRead.filter((command) => seen.clustered || !command.startsWith('cluster|')),
    }
  },
  parse({ info: raw, runId, takenOff, writes, notRead = [] }, { at }) {
    const parsed = readInfo(raw)
    const samples = infoSamples(parsed, takenOff, new Set(writes))
    const because = unreadOf(parsed)
    return {
      samples,
      records: [rawRecord('info', at, raw), ...infoFacts(parsed, at)],
      topology: {
        facts: { version: versionOf(parsed), ...(runId ? { runId } : {}) },
        capabilities: [
          { feature: 'INFO', available: true, ...(because === null ? {} : { because }) },
          ...notRead.flatMap((command) => (NOT_READ[command] ? [{ ...NOT_READ[command], available: false }] : [])),
        ],
      },
    }
  },
}

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

/** Commands that put one whole value: what a read-through cache sends to fill a miss. */
const FILLS = ['set', 'setex', 'psetex', 'getset', 'setnx']

/** Gauges and counters that keep the name of the usual Prometheus exporter (oliver006/redis_exporter): INFO's field -> metric. */
const EXPORTER: [field: string, metric: string, scale?: number][] = [
  ['blocked_clients', 'redis_blocked_clients'],
  ['tracking_clients', 'redis_tracking_clients'],
  ['used_memory_rss', 'redis_memory_used_rss_bytes'],
  ['used_memory_peak', 'redis_memory_used_peak_bytes'],
  ['used_memory_overhead', 'redis_memory_used_overhead_bytes'],
  ['used_memory_dataset', 'redis_memory_used_dataset_bytes'],
  ['used_memory_startup', 'redis_memory_used_startup_bytes'],
  ['used_memory_scripts', 'redis_memory_used_scripts_bytes'],
  ['total_system_memory', 'redis_total_system_memory_bytes'],
  ['mem_fragmentation_ratio', 'redis_mem_fragmentation_ratio'],
  ['mem_fragmentation_bytes', 'redis_mem_fragmentation_bytes'],
  ['allocator_frag_ratio', 'redis_allocator_frag_ratio'],
  ['allocator_frag_bytes', 'redis_allocator_frag_bytes'],
  ['allocator_rss_ratio', 'redis_allocator_rss_ratio'],
  ['mem_clients_normal', 'redis_mem_clients_normal'],
  ['mem_clients_slaves', 'redis_mem_clients_slaves'],
  ['active_defrag_running', 'redis_active_defrag_running'],
  ['lazyfree_pending_objects', 'redis_lazyfree_pending_objects'],
  ['loading', 'redis_loading_dump_file'],
  ['rdb_changes_since_last_save', 'redis_rdb_changes_since_last_save'],
  ['rdb_bgsave_in_progress', 'redis_rdb_bgsave_in_progress'],
  ['rdb_last_save_time', 'redis_rdb_last_save_timestamp_seconds'],
  ['rdb_last_bgsave_time_sec', 'redis_rdb_last_bgsave_duration_sec'],
  ['aof_enabled', 'redis_aof_enabled'],
  ['aof_rewrite_in_progress', 'redis_aof_rewrite_in_progress'],
  ['aof_current_size', 'redis_aof_current_size_bytes'],
  ['aof_base_size', 'redis_aof_base_size_bytes'],
  ['aof_delayed_fsync', 'redis_aof_delayed_fsync'],
  ['total_connections_received', 'redis_connections_received_total'],
  ['total_commands_processed', 'redis_commands_processed_total'],
  ['total_error_replies', 'redis_error_replies_total'],
  ['total_net_input_bytes', 'redis_net_input_bytes_total'],
  ['total_net_output_bytes', 'redis_net_output_bytes_total'],
  ['instantaneous_ops_per_sec', 'redis_instantaneous_ops_per_sec'],
  ['instantaneous_input_kbps', 'redis_instantaneous_input_kbps'],
  ['instantaneous_output_kbps', 'redis_instantaneous_output_kbps'],
  ['expired_stale_perc', 'redis_expired_stale_percentage'],
  ['expired_time_cap_reached_count', 'redis_expired_time_cap_reached_total'],
  ['evicted_clients', 'redis_evicted_clients_total'],
  ['total_eviction_exceeded_time', 'redis_eviction_exceeded_seconds_total', 0.001],
  ['latest_fork_usec', 'redis_latest_fork_seconds', 0.000_001],
  ['sync_full', 'redis_replica_resyncs_full'],
  ['sync_partial_err', 'redis_replica_partial_resync_denied'],
  ['connected_slaves', 'redis_connected_slaves'],
  ['master_repl_offset', 'redis_master_repl_offset'],
  ['slave_repl_offset', 'redis_slave_repl_offset'],
  ['master_last_io_seconds_ago', 'redis_master_last_io_seconds_ago'],
  ['master_sync_in_progress', 'redis_master_sync_in_progress'],
  ['repl_backlog_active', 'redis_repl_backlog_is_active'],
  ['repl_backlog_size', 'redis_replication_backlog_bytes'],
  ['repl_backlog_histlen', 'redis_repl_backlog_history_bytes'],
  ['used_cpu_sys', 'redis_cpu_sys_seconds_total'],
  ['used_cpu_user', 'redis_cpu_user_seconds_total'],
  ['used_cpu_sys_children', 'redis_cpu_sys_children_seconds_total'],
  ['used_cpu_user_children', 'redis_cpu_user_children_seconds_total'],
  ['cluster_enabled', 'redis_cluster_enabled'],
]

/** Fields that are a word: 1 when it is the good one, 0 when it is the bad one. Another word, as managed servers have it, tells nothing. */
const STATES: [field: string, metric: string, good: string, bad: string][] = [
  ['rdb_last_bgsave_status', 'redis_rdb_last_bgsave_status', 'ok', 'err'],
  ['aof_last_bgrewrite_status', 'redis_aof_last_bgrewrite_status', 'ok', 'err'],
  ['aof_last_write_status', 'redis_aof_last_write_status', 'ok', 'err'],
  ['master_link_status', 'redis_master_link_up', 'up', 'down'],
]

/** All series of one INFO. */
function infoSamples(info: Info, takenOff: TakenOff, writes: ReadonlySet<string>): Reading[] {
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

type Add = ReturnType<typeof readings>['add']

/** Keys that end in the year 9999 are real; above that a mean is none. */
const TTL_MAX_MS = 2.6e14

function addKeyspace(info: Info, add: Add): void {
  if (!info.tellsKeys) return
  // A sum of which one part is not known is not known.
  let keys: number | undefined = 0
  let expiring: number | undefined = 0
  let ttlMsTimesKeys: number | undefined = 0
  const plus = (sum: number | undefined, part: number | undefined) => (sum === undefined || part === undefined ? undefined : sum + part)
  for (const [db, fields] of info.databases) {
    const number = (name: string) => numberIn(info, name, { line: db, fields })
    const [held, ttlMs] = [number('keys'), number('avg_ttl')]
    let ending = number('expires')
    if (held !== undefined && ending !== undefined && ending > held) {
      info.unread.push(`${db}:expires=${ending}`)
      ending = undefined
    }
    keys = plus(keys, held)
    expiring = plus(expiring, ending)
    if (ending !== 0) {
      const known = ttlMs !== undefined && ttlMs <= TTL_MAX_MS
      if (ttlMs !== undefined && !known) info.unread.push(`${db}:avg_ttl=${ttlMs}`)
      ttlMsTimesKeys = plus(ttlMsTimesKeys, known && ending !== undefined ? ttlMs * ending : undefined)
    }
    add('redis_db_keys', held, { db })
    add('redis_db_keys_expiring', ending, { db })
  }
  add('cache_items', keys)
  add('cache_items_expiring', expiring)
  if (expiring && ttlMsTimesKeys !== undefined) add('cache_ttl_mean_seconds', ttlMsTimesKeys / expiring / 1_000)
}

function addCommands(info: Info, writing: ReadonlySet<string>, add: Add): void {
  if (info.commands.size === 0) return
  let writes: number | undefined = 0
  let fills: number | undefined = 0
  for (const [name, fields] of info.commands) {
    const command = printable(name)
    const number = (field: string) => numberIn(info, field, { line: `cmdstat_${command}`, fields })
    const calls = number('calls')
    const micros = number('usec')
    if (calls === undefined && !fields.has('calls')) info.unread.push(`cmdstat_${command}`)
    add('cache_commands_total', calls, { command })
    add('cache_command_seconds_total', micros === undefined ? undefined : micros / 1_000_000, { command })
    const failed = number('failed_calls')
    if (failed) add('redis_commands_failed_calls_total', failed, { command })
    const rejected = number('rejected_calls')
    if (rejected) add('redis_commands_rejected_calls_total', rejected, { command })
    if (writing.has(name)) writes = writes === undefined || calls === undefined ? undefined : writes + calls
    if (FILLS.includes(name.toLowerCase())) fills = fills === undefined || calls === undefined ? undefined : fills + calls
  }
  add('cache_writes_total', writes)
  add('cache_fills_total', fills)
}

function addReplicas(info: Info, add: Add): void {
  const offset = numberIn(info, 'master_repl_offset')
  for (const fields of info.replicas) {
    const labels = {
      slave_ip: printable(fields.get('ip') ?? ''),
      slave_port: printable(fields.get('port') ?? ''),
      slave_state: printable(fields.get('state') ?? ''),
    }
    const number = (name: string) => numberIn(info, name, { line: 'slave', fields })
    const replicaOffset = number('offset')
    add('redis_connected_slave_offset_bytes', replicaOffset, labels)
    add('redis_connected_slave_lag_seconds', number('lag'), labels)
    if (replicaOffset !== undefined && offset !== undefined)
      add('redis_connected_slave_lag_bytes', Math.max(0, offset - replicaOffset), labels)
  }
}

/** Fields that are words, for pages and advisors; `config/maxmemory-policy` as the `config` probe would name it. */
const FACTS: [field: string, id: string][] = [
  ['redis_mode', 'mode'],
  ['role', 'replication-role'],
  ['os', 'os'],
  ['mem_allocator', 'allocator'],
  ['master_host', 'master-host'],
  ['master_port', 'master-port'],
  ['maxmemory', 'config/maxmemory'],
  ['maxmemory_policy', 'config/maxmemory-policy'],
  ['configured_hz', 'config/hz'],
]

function infoFacts(info: Info, at: number): NewRecord[] {
  const mode = info.fields.get('redis_mode') ?? info.fields.get('server_mode')
  return FACTS.flatMap(([field, id]) => {
    // Valkey 9.1 has `server_mode` alone.
    const value = field === 'redis_mode' ? mode : info.fields.get(field)
    return value === undefined || value === '' ? [] : [{ kind: 'fact', id, at, value: printable(value.slice(0, 200)) } as const]
  })
}
