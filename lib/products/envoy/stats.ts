import { malformed } from '../../model/error.ts'
import type { Reading } from '../../model/series.ts'

/** The counters and histograms of clusters that `/stats/prometheus` is asked for. */
export const STATS_FILTER =
  '^cluster\\..*(upstream_rq_time|upstream_rq_retry|upstream_rq_pending_active|upstream_rq_(pending|active)_overflow|upstream_(cx|rq_retry)_overflow|upstream_cx_connect_ms|update_success|update_rejected|update_failure|circuit_breakers\\.default\\.((cx|rq|rq_pending|rq_retry)_open|remaining_(cx|rq|pending|retries))|outlier_detection\\.ejections_(active|overflow|enforced_.*))$'

/** A stored metric, and the labels beside the pool's. */
type Stored = { metric: string; labels?: Record<string, string> }

/** Circuit breakers of the default priority, by what they limit (`circuit_breakers.default.*`). `remaining_` is told with `track_remaining` alone. */
const BREAKERS = [
  ['requests', 'rq_open', 'remaining_rq'],
  ['connections', 'cx_open', 'remaining_cx'],
  ['waiting', 'rq_pending_open', 'remaining_pending'],
  ['retries', 'rq_retry_open', 'remaining_retries'],
].flatMap(([breaker, open, remaining]): [string, Stored][] => [
  [`circuit_breakers_default_${open}`, { metric: 'pool_breaker_open', labels: { breaker: breaker! } }],
  [`circuit_breakers_default_${remaining}`, { metric: 'pool_breaker_remaining', labels: { breaker: breaker! } }],
])

const ROWS = new Map<string, Stored>([
  ['upstream_rq_pending_active', { metric: 'pool_queue' }],
  ['upstream_rq_retry', { metric: 'pool_retries_total' }],
  // Refused by an open circuit breaker before a host was asked: while it waited for a connection, and from 1.38 on apart, at `max_requests`.
  ['upstream_rq_pending_overflow', { metric: 'pool_shed_total' }],
  ['upstream_rq_active_overflow', { metric: 'pool_shed_total' }],
  // These refuse no request by themselves: one without a connection waits, one that is not tried again fails as it did.
  ['upstream_cx_overflow', { metric: 'envoy_cluster_upstream_cx_overflow_total' }],
  ['upstream_rq_retry_overflow', { metric: 'envoy_cluster_upstream_rq_retry_overflow_total' }],
  ['update_success', { metric: 'envoy_cluster_update_success_total' }],
  ['update_rejected', { metric: 'envoy_cluster_update_rejected_total' }],
  ['update_failure', { metric: 'envoy_cluster_update_failure_total' }],
  ['outlier_detection_ejections_active', { metric: 'pool_ejected' }],
  ['outlier_detection_ejections_enforced_total', { metric: 'pool_ejections_total' }],
  ['outlier_detection_ejections_overflow', { metric: 'envoy_cluster_outlier_detection_ejections_overflow_total' }],
  ...BREAKERS,
])
const TIMES = new Map([
  ['upstream_rq_time', 'pool_response_seconds'],
  ['upstream_cx_connect_ms', 'pool_connect_seconds'],
])

/** Sums and counts of the histograms at the last poll, so that a mean is of the requests in between. */
type Cursor = Record<string, [sum: number, count: number]>

/** A line of the exposition format: its name, labels and value. */
const LINE =
  /^([A-Za-z_:][\w:]*)(?:\{((?:[^"{}]|"(?:[^"\\]|\\.)*")*)\})?\s+([-+]?(?:\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+|[Nn]a[Nn]|[Ii]nf))(?:\s|$)/
/** `envoy_cluster_name` by Envoy's own tags, `cluster_name` by those of Istio and others. */
const TAGS = ['envoy_cluster_name', 'cluster_name'].map((tag) => new RegExp(`(?:^|,)\\s*${tag}="((?:[^"\\\\]|\\\\.)*)"`))

/**
 * Samples of `/stats/prometheus`. Envoy merges its histograms every 5 s (`stats_flush_interval`): a poll without new requests gives no
 * mean, which is a gap and not a zero. `pools` are names of clusters by those that the statistics give them.
 */
export function parseStats(
  text: string,
  cursor: string | null,
  pools: ReadonlyMap<string, string> = new Map(),
): { samples: Reading[]; cursor: string; unread: string | null } {
  const before: Cursor = cursor ? JSON.parse(cursor) : {}
  const now: Cursor = {}
  const values = new Map<string, Reading & { labels: { pool: string } }>()
  let lines = 0
  let bad = 0
  let example = ''
  for (const line of text.split('\n')) {
    if (line.trim() === '' || line.startsWith('#')) continue
    lines++
    const found = rowOf(line)
    if (found === undefined) {
      bad++
      example ||= line.slice(0, 100)
    }
    if (!found) continue
    const { value } = found
    const pool = pools.get(found.cluster) ?? found.cluster
    const stored = ROWS.get(found.stat)
    if (stored) {
      // Rows that further tags tell apart are parts of one.
      const id = JSON.stringify([stored.metric, stored.labels, pool])
      values.set(id, { metric: stored.metric, labels: { pool, ...stored.labels }, value: (values.get(id)?.value ?? 0) + value })
    }
    const [, time = '', part] = /^(.*)_(sum|count)$/.exec(found.stat) ?? []
    if (!TIMES.has(time)) continue
    now[`${time} ${pool}`] ??= [0, 0]
    now[`${time} ${pool}`]![part === 'sum' ? 0 : 1] += value
  }
  if (lines > 0 && bad === lines) throw malformed("no line of Envoy's /stats/prometheus is in the exposition format", text)
  const samples: Reading[] = [...values.values()]
  for (const [id, [sum, count]] of Object.entries(now)) {
    const [name = '', pool = ''] = splitOnce(id)
    const [sumBefore, countBefore] = before[id] ?? [Number.NaN, Number.NaN]
    // Milliseconds on the wire; a count that fell is a restart.
    if (count > countBefore && sum >= sumBefore)
      samples.push({ metric: TIMES.get(name)!, labels: { pool }, value: (sum - sumBefore) / (count - countBefore) / 1000 })
  }
  const unread = bad > 0 ? `${bad} of ${lines} lines are not in the exposition format, the first: ${example}` : null
  return { samples, cursor: JSON.stringify(now), unread }
}

type StatRow = { cluster: string; stat: string; value: number }

/** A line of a cluster, with a number that can be one; null: of something else. Undefined: it is not in the format. */
export function rowOf(line: string): StatRow | null | undefined {
  const [whole, name = '', labels = '', written] = LINE.exec(line) ?? []
  if (whole === undefined) return undefined
  const found = clusterOf(name, labels)
  const value = Number(written)
  return found && Number.isFinite(value) && value >= 0 ? { ...found, value } : null
}

/** The cluster of a row and what the row reports of it; null of other rows. */
function clusterOf(name: string, labels: string): { cluster: string; stat: string } | null {
  if (!name.startsWith(PREFIX)) return null
  const rest = name.slice(PREFIX.length)
  for (const tag of TAGS) {
    const value = tag.exec(labels)?.[1]
    if (value !== undefined) return { cluster: value.replace(/\\(.)/g, (_, sign: string) => (sign === 'n' ? '\n' : sign)), stat: rest }
  }
  // `use_all_default_tags: false`: the name of the cluster is a part of the row's.
  const stat = STATS.find((one) => rest.endsWith(`_${one}`))
  return stat === undefined ? null : { cluster: rest.slice(0, -stat.length - 1), stat }
}
const PREFIX = 'envoy_cluster_'
/** Of outlier detection, before `enforced_` and a cause. */
export const EJECTIONS = 'outlier_detection_ejections_'
const CAUSES = [
  'consecutive_5xx',
  'consecutive_gateway_failure',
  'consecutive_local_origin_failure',
  'success_rate',
  'local_origin_success_rate',
  'failure_percentage',
  'failure_percentage_local_origin',
]
const STATS = [
  ...ROWS.keys(),
  ...CAUSES.map((cause) => `${EJECTIONS}enforced_${cause}`),
  ...[...TIMES.keys()].flatMap((time) => [`${time}_sum`, `${time}_count`]),
]

function splitOnce(id: string): [string, string] {
  const at = id.indexOf(' ')
  return [id.slice(0, at), id.slice(at + 1)]
}
