import { readings } from '../answers.ts'
import type { Counters } from './counters.ts'

/** Counter of `varnishstat` -> canonical series, and those of Varnish alone. */
const SERIES: [counter: string, metric: string][] = [
  ['MAIN.uptime', 'cache_uptime_seconds'],
  ['MAIN.cache_hit', 'cache_hits_total'],
  ['MAIN.cache_miss', 'cache_misses_total'],
  ['MAIN.n_lru_nuked', 'cache_evictions_total'],
  ['MAIN.n_expired', 'cache_expirations_total'],
  ['MAIN.n_object', 'cache_items'],
  ['MAIN.sess_dropped', 'cache_connections_rejected_total'],
  ['MAIN.cache_hit_grace', 'varnish_grace_hits_total'],
  ['MAIN.cache_hitpass', 'varnish_hits_for_pass_total'],
  ['MAIN.cache_hitmiss', 'varnish_hits_for_miss_total'],
  ['MAIN.s_pass', 'varnish_passes_total'],
  ['MAIN.client_req', 'varnish_client_requests_total'],
  ['MAIN.backend_req', 'varnish_backend_requests_total'],
  ['MAIN.fetch_failed', 'varnish_fetches_failed_total'],
  ['MAIN.n_lru_limited', 'varnish_nuke_limit_reached_total'],
  ['MAIN.busy_sleep', 'varnish_requests_coalesced_total'],
  ['MAIN.bans', 'varnish_bans'],
  ['MAIN.bans_completed', 'varnish_bans_completed'],
  ['MAIN.bans_obj_killed', 'varnish_bans_objects_removed_total'],
  ['MAIN.bans_lurker_obj_killed', 'varnish_bans_lurker_objects_removed_total'],
  ['MAIN.threads', 'varnish_threads'],
  ['MAIN.threads_limited', 'varnish_threads_limited_total'],
  ['MAIN.thread_queue_len', 'varnish_thread_queue'],
  ['MAIN.sess_queued', 'varnish_sessions_queued_total'],
  ['MAIN.n_backend', 'varnish_backends'],
]

export const CACHE_METRICS: readonly string[] = [
  ...SERIES.map(([, metric]) => metric),
  'cache_memory_used_bytes',
  'cache_memory_max_bytes',
  'cache_item_bytes_mean',
  'cache_reply_bytes_total',
  'varnish_storage_used_bytes',
  'varnish_storage_free_bytes',
  'varnish_storage_failed_total',
]

/** malloc, file and umem storages. */
const STORAGE = /^(?:SMA|SMF|SMU)\.(.+)\.(g_bytes|g_space|c_fail)$/
/** What is short-lived or uncacheable: no part of the cache's size, and without limit. */
const TRANSIENT = 'Transient'
const STORAGE_SERIES = {
  g_bytes: 'varnish_storage_used_bytes',
  g_space: 'varnish_storage_free_bytes',
  c_fail: 'varnish_storage_failed_total',
} as const

/** The counters of the cache as canonical readings. What is not told is no reading. */
export function cacheSamples({ values }: Counters) {
  const { list, add } = readings()
  for (const [counter, metric] of SERIES) add(metric, values.get(counter))
  let [used, free] = [undefined as number | undefined, undefined as number | undefined]
  for (const [name, value] of values) {
    const [, storage, field] = STORAGE.exec(name) ?? []
    if (!storage || (storage === TRANSIENT && field === 'g_space')) continue
    add(STORAGE_SERIES[field as keyof typeof STORAGE_SERIES], value, { storage })
    if (storage === TRANSIENT) continue
    if (field === 'g_bytes') used = (used ?? 0) + value
    if (field === 'g_space') free = (free ?? 0) + value
  }
  add('cache_memory_used_bytes', used)
  add('cache_memory_max_bytes', used === undefined || free === undefined ? undefined : used + free)
  const items = values.get('MAIN.n_object')
  add('cache_item_bytes_mean', items && used !== undefined ? used / items : undefined)
  const [heads, bodies] = [values.get('MAIN.s_resp_hdrbytes'), values.get('MAIN.s_resp_bodybytes')]
  add('cache_reply_bytes_total', heads === undefined || bodies === undefined ? undefined : heads + bodies)
  return list
}

/** Requests of a backend by its counters. */
export const POOL_METRICS = ['pool_requests_total', 'pool_errors_total', 'pool_sessions'] as const
/** A fetch that failed: the connection, or one that was not even tried because the backend is sick, full, or refused a moment ago. */
const FAILED = ['fail', 'unhealthy', 'busy', 'helddown']

/**
 * What each backend did, as a server of its pool. A backend that several directors have is left out: its counters do not say by which of them
 * a request came. `vcl`: the active one's name, which stands in the names of counters.
 */
export function backendSamples({ values }: Counters, vcl: string, poolOf: Readonly<Record<string, string>>) {
  const { list, add } = readings()
  for (const [server, pool] of Object.entries(poolOf)) {
    // The exporter leaves the name of the VCL out.
    const counter = (field: string) => values.get(`VBE.${vcl}.${server}.${field}`) ?? values.get(`VBE..${server}.${field}`)
    const labels = { pool, server }
    add('pool_requests_total', counter('req'), labels)
    const failed = FAILED.flatMap((field) => counter(field) ?? [])
    add('pool_errors_total', failed.length > 0 ? failed.reduce((sum, one) => sum + one, 0) : undefined, labels)
    add('pool_sessions', counter('conn'), labels)
  }
  return list
}

/**
 * One text for one run of the cache process: its start by the manager's count and the time. Uptimes are told to the second only, so that the
 * start first seen is kept while the count stays and the uptime does not fall.
 */
export function runIdOf({ values }: Counters, at: number, cursor: string | null): { runId: string; cursor: string } | null {
  const uptime = values.get('MAIN.uptime')
  if (uptime === undefined) return null
  const count = values.get('MGT.child_start') ?? 0
  const [before, seconds] = cursor?.split(' ') ?? []
  const same = before?.startsWith(`${count}@`) && uptime >= Number(seconds)
  const runId = same ? before! : `${count}@${Math.round(at / 1_000 - uptime)}`
  return { runId, cursor: `${runId} ${uptime}` }
}
