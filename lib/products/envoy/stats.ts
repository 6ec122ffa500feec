import { malformed } from '../../model/error.ts'
import type { Reading } from '../../model/series.ts'

/** The counters and histograms of clusters that `/stats/prometheus` is asked for. */
export const STATS_FILTER =
  '^cluster\\..*(upstream_rq_time|upstream_rq_retry|upstream_rq_pending_active|upstream_cx_connect_ms|update_success|update_rejected|update_failure)$'

const GAUGES: Record<string, string> = { envoy_cluster_upstream_rq_pending_active: 'pool_queue' }
const COUNTERS: Record<string, string> = {
  envoy_cluster_upstream_rq_retry: 'pool_retries_total',
  envoy_cluster_update_success: 'envoy_cluster_update_success_total',
  envoy_cluster_update_rejected: 'envoy_cluster_update_rejected_total',
  envoy_cluster_update_failure: 'envoy_cluster_update_failure_total',
}
const TIMES: Record<string, string> = {
  envoy_cluster_upstream_rq_time: 'pool_response_seconds',
  envoy_cluster_upstream_cx_connect_ms: 'pool_connect_seconds',
}

/** Sums and counts of the histograms at the last poll, so that a mean is of the requests in between. */
type Cursor = Record<string, [sum: number, count: number]>

/**
 * Samples of `/stats/prometheus`. Envoy merges its histograms every 5 s (`stats_flush_interval`): a poll without new requests gives no
 * mean, which is a gap and not a zero.
 */
export function parseStats(text: string, cursor: string | null): { samples: Reading[]; cursor: string } {
  const before: Cursor = cursor ? JSON.parse(cursor) : {}
  const now: Cursor = {}
  const samples: Reading[] = []
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue
    const match = /^(\w+)\{([^}]*)\} ([-+.\deE]+|NaN|[+-]Inf)/.exec(line)
    if (!match) throw malformed("a line of Envoy's /stats/prometheus is not in the exposition format", line)
    const [, name = '', labels = '', text] = match
    const pool = /envoy_cluster_name="((?:[^"\\]|\\.)*)"/.exec(labels)?.[1]
    const value = Number(text)
    if (pool === undefined || !Number.isFinite(value)) continue
    const metric = GAUGES[name] ?? COUNTERS[name]
    if (metric) samples.push({ metric, labels: { pool }, value })
    const part = /^(.*)_(sum|count)$/.exec(name)
    if (part && TIMES[part[1] as string]) {
      const id = `${part[1]} ${pool}`
      now[id] ??= [0, 0]
      now[id][part[2] === 'sum' ? 0 : 1] = value
    }
  }
  for (const [id, [sum, count]] of Object.entries(now)) {
    const [name = '', pool = ''] = splitOnce(id)
    const [sumBefore, countBefore] = before[id] ?? [Number.NaN, Number.NaN]
    // Milliseconds on the wire; a count that fell is a restart.
    if (count > countBefore && sum >= sumBefore)
      samples.push({ metric: TIMES[name] as string, labels: { pool }, value: (sum - sumBefore) / (count - countBefore) / 1000 })
  }
  return { samples, cursor: JSON.stringify(now) }
}

function splitOnce(id: string): [string, string] {
  const at = id.indexOf(' ')
  return [id.slice(0, at), id.slice(at + 1)]
}
