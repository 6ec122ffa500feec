import { malformed } from '../../../model/error.ts'
import type { Probe } from '../../../model/product.ts'
import type { NewRecord } from '../../../model/record.ts'
import type { Reading } from '../../../model/series.ts'
import { numbersOf, printable, rawRecord, readings, wordOf } from '../../answers.ts'
import { type Info, readInfo, versionOf } from '../info.ts'
import type { RedisLink } from '../link.ts'
import { type Vitals, vitalsOf } from '../vitals.ts'
import { WRITES } from '../writes.ts'

/** `vanished`: keys that our samples looked up and found gone: misses that no application had. */
export type InfoAnswer = { info: string; vanished: number }

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
    await link.ttl.looking
    const before = link.ttl.vanished
    const answer = await askInfo(link, signal)
    if (typeof answer !== 'string') throw malformed('INFO is to answer text', wordOf(answer))
    const seen = vitalsOf(answer, performance.now(), link.seen)
    noteClients(link, seen)
    link.seen = seen
    return { info: answer, vanished: before.runId === seen.runId ? before.count : 0 }
  },
  parse({ info: raw, vanished }, { at }) {
    const parsed = readInfo(raw)
    const runId = parsed.fields.get('run_id')
    return {
      samples: infoSamples(parsed, vanished),
      records: [rawRecord('info', at, raw), ...infoFacts(parsed, at)],
      topology: { facts: { version: versionOf(parsed), ...(runId ? { runId: runId.slice(0, 60) } : {}) } },
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
    lookups: Math.max(0, now.counted.lookups - before.counted.lookups - own),
    writes: Math.max(0, now.counted.writes - before.counted.writes),
    keys: now.keys,
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

/** Fields that are a word: 1 when it is the good one, else 0. */
const STATES: [field: string, metric: string, good: string][] = [
  ['rdb_last_bgsave_status', 'redis_rdb_last_bgsave_status', 'ok'],
  ['aof_last_bgrewrite_status', 'redis_aof_last_bgrewrite_status', 'ok'],
  ['aof_last_write_status', 'redis_aof_last_write_status', 'ok'],
  ['master_link_status', 'redis_master_link_up', 'up'],
]

/** What our samples ask about keys, and Redis counts as a hit or a miss. MEMORY USAGE it does not count. */
const LOOKS = ['pexpiretime', 'type', 'object|freq']

/** All series of one INFO. */
function infoSamples(info: Info, vanished = 0): Reading[] {
  const { needed, optional } = numbersOf('INFO', (name) => info.fields.get(name))
  const { list, add } = readings()
  add('cache_uptime_seconds', needed('uptime_in_seconds'))
  // Redis counts the lookups of our own samples as hits and misses. They are questions about keys that no cache's clients are known to
  // ask, so all their calls are taken off, of this and of earlier runs of Evenkeel; INFO tells both numbers of the same moment.
  const looked = LOOKS.reduce((sum, name) => sum + Number(info.commands.get(name)?.get('calls') ?? 0), 0)
  add('cache_hits_total', Math.max(0, needed('keyspace_hits') - looked + vanished))
  add('cache_misses_total', Math.max(0, needed('keyspace_misses') - vanished))
  add('cache_evictions_total', needed('evicted_keys'))
  add('cache_expirations_total', optional('expired_keys'))
  add('cache_memory_used_bytes', needed('used_memory'))
  // 0 is Redis's word for "no limit".
  add('cache_memory_max_bytes', optional('maxmemory'))
  add('cache_connections', optional('connected_clients'))
  add('cache_connections_max', optional('maxclients'))
  add('cache_connections_rejected_total', optional('rejected_connections'))
  for (const [field, metric, scale = 1] of EXPORTER) {
    const value = optional(field)
    add(metric, value === undefined ? undefined : value * scale)
  }
  for (const [field, metric, good] of STATES) {
    const word = info.fields.get(field)
    if (word !== undefined) add(metric, word === good ? 1 : 0)
  }
  for (const [error, count] of info.errors) add('redis_errors_total', count, { err: printable(error) })
  addKeyspace(info, add)
  addCommands(info, add)
  addReplicas(info, add)
  return list
}

type Add = ReturnType<typeof readings>['add']

function addKeyspace(info: Info, add: Add): void {
  let keys = 0
  let expiring = 0
  let ttlMsTimesKeys = 0
  for (const [db, fields] of info.databases) {
    const { needed, optional } = numbersOf(`INFO ${db}`, (name) => fields.get(name))
    keys += needed('keys')
    expiring += needed('expires')
    ttlMsTimesKeys += (optional('avg_ttl') ?? 0) * needed('expires')
    add('redis_db_keys', needed('keys'), { db })
    add('redis_db_keys_expiring', needed('expires'), { db })
  }
  add('cache_items', keys)
  add('cache_items_expiring', expiring)
  if (expiring > 0) add('cache_ttl_mean_seconds', ttlMsTimesKeys / expiring / 1_000)
}

function addCommands(info: Info, add: Add): void {
  if (info.commands.size === 0) return
  let writes = 0
  let fills = 0
  for (const [name, fields] of info.commands) {
    const { needed, optional } = numbersOf(`INFO cmdstat_${name}`, (field) => fields.get(field))
    const calls = needed('calls')
    const command = printable(name)
    add('cache_commands_total', calls, { command })
    add('cache_command_seconds_total', needed('usec') / 1_000_000, { command })
    const failed = optional('failed_calls')
    if (failed) add('redis_commands_failed_calls_total', failed, { command })
    const rejected = optional('rejected_calls')
    if (rejected) add('redis_commands_rejected_calls_total', rejected, { command })
    if (WRITES.has(name)) writes += calls
    if (FILLS.includes(name)) fills += calls
  }
  add('cache_writes_total', writes)
  add('cache_fills_total', fills)
}

function addReplicas(info: Info, add: Add): void {
  const offset = Number(info.fields.get('master_repl_offset'))
  for (const fields of info.replicas) {
    const labels = {
      slave_ip: printable(fields.get('ip') ?? ''),
      slave_port: printable(fields.get('port') ?? ''),
      slave_state: printable(fields.get('state') ?? ''),
    }
    const { optional } = numbersOf('INFO slave', (name) => fields.get(name))
    const replicaOffset = optional('offset')
    add('redis_connected_slave_offset_bytes', replicaOffset, labels)
    add('redis_connected_slave_lag_seconds', optional('lag'), labels)
    if (replicaOffset !== undefined) add('redis_connected_slave_lag_bytes', Math.max(0, offset - replicaOffset), labels)
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
  return FACTS.flatMap(([field, id]) => {
    const value = info.fields.get(field)
    return value === undefined || value === '' ? [] : [{ kind: 'fact', id, at, value: printable(value.slice(0, 200)) } as const]
  })
}
