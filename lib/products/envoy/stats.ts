import { malformed } from '../../model/error.ts'
import type { Reading } from '../../model/series.ts'

/** The counters and histograms of clusters that `/stats/prometheus` is asked for. */
export const STATS_FILTER =
  '^cluster\\..*(upstream_rq_time|upstream_rq_retry|upstream_rq_pending_active|upstream_rq_pending_overflow|upstream_cx_connect_ms|update_success|update_rejected|update_failure)$'

const GAUGES = new Map([['upstream_rq_pending_active', 'pool_queue']])
const COUNTERS = new Map([
  ['upstream_rq_retry', 'pool_retries_total'],
  // Refused by an open circuit breaker, of connections or of requests, before a host was asked.
  ['upstream_rq_pending_overflow', 'pool_shed_total'],
  ['update_success', 'envoy_cluster_update_success_total'],
  ['update_rejected', 'envoy_cluster_update_rejected_total'],
  ['update_failure', 'envoy_cluster_update_failure_total'],
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
    const [whole, name = '', labels = '', written] = LINE.exec(line) ?? []
    if (whole === undefined) {
      bad++
      example ||= line.slice(0, 100)
      continue
    }
    const found = clusterOf(name, labels)
    const value = Number(written)
    if (!found || !Number.isFinite(value) || value < 0) continue
    const pool = pools.get(found.cluster) ?? found.cluster
    const metric = GAUGES.get(found.stat) ?? COUNTERS.get(found.stat)
    // Rows that further tags tell apart are parts of one.
    const id = `${metric} ${pool}`
    if (metric) values.set(id, { metric, labels: { pool }, value: (values.get(id)?.value ?? 0) + value })
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
const STATS = [...GAUGES.keys(), ...COUNTERS.keys(), ...[...TIMES.keys()].flatMap((time) => [`${time}_sum`, `${time}_count`])]

function splitOnce(id: string): [string, string] {
  const at = id.indexOf(' ')
  return [id.slice(0, at), id.slice(at + 1)]
}
