import { measure, measureNames } from '../../metrics/measure.ts'
import type { SeriesView } from '../../model/answers/series.ts'
import { type Labels, labelsKey } from '../../model/series.ts'
import type { SeriesQuery, Store } from '../../model/store.ts'

type Value = number | null
type Ask = Omit<SeriesQuery, 'metric' | 'rate'>

/** Counters whose rate has a name of its own. */
const RATES: Record<string, string> = {
  cache_miss_rate: 'cache_misses_total',
  cache_write_rate: 'cache_writes_total',
  cache_eviction_rate: 'cache_evictions_total',
  cache_expiration_rate: 'cache_expirations_total',
  cache_expiration_peak_rate: 'cache_expirations_total',
  pool_request_rate: 'pool_requests_total',
  pool_retry_rate: 'pool_retries_total',
}
/** Two counters' rates and what they make of each other. */
const PAIRS: Record<string, [a: string, b: string, of: (a: number, b: number) => Value]> = {
  cache_hit_ratio: ['cache_hits_total', 'cache_misses_total', (hits, misses) => (hits + misses > 0 ? hits / (hits + misses) : null)],
  cache_read_rate: ['cache_hits_total', 'cache_misses_total', (hits, misses) => hits + misses],
  pool_error_ratio: ['pool_errors_total', 'pool_requests_total', (errors, requests) => (requests > 0 ? errors / requests : null)],
}
/** A measure of one bucket needs some traffic in it. */
const BUCKET_MIN_MS = 10_000

/**
 * The history of a figure that is not stored but defined by lib/metrics, so that every number a finding, a prediction or a guard speaks of
 * can be drawn. Null when the store has that metric itself.
 */
export function derivedSeries(store: Store, metric: string, ask: Ask): SeriesView[] | null {
  const rated = RATES[metric]
  if (rated) return renamed(store.query({ ...ask, metric: rated, rate: true }), metric)
  const pair = PAIRS[metric]
  if (pair) return joined(store, metric, pair, ask)
  if (metric === 'ring_imbalance' || metric === 'ring_imbalance_owned')
    return overMean(store.query({ ...ask, metric: metric === 'ring_imbalance' ? 'ring_share_seen' : 'ring_share_owned' }), metric)
  if (metric === 'pool_share') return ofPool(store.query({ ...ask, metric: 'pool_requests_total', rate: true }), metric)
  if (measureNames.includes(metric) && metric !== 'pool_response_seconds') return measured(store, metric, ask)
  return null
}

const renamed = (series: SeriesView[], metric: string): SeriesView[] => series.map(({ labels, points }) => ({ metric, labels, points }))

function joined(store: Store, metric: string, [a, b, of]: (typeof PAIRS)[string], ask: Ask): SeriesView[] {
  const others = new Map(
    store.query({ ...ask, metric: b, rate: true }).map((one) => [labelsKey(one.labels), new Map(one.points as [number, Value][])]),
  )
  return store.query({ ...ask, metric: a, rate: true }).flatMap(({ labels, points }) => {
    const other = others.get(labelsKey(labels))
    if (!other) return []
    const values = points.map(([at, value]): [number, Value] => {
      const beside = other.get(at)
      return [at, value === null || beside === null || beside === undefined ? null : of(value, beside)]
    })
    return [{ metric, labels, points: values as SeriesView['points'] }]
  })
}

/** Largest over mean of the nodes of each ring, moment by moment. */
function overMean(series: SeriesView[], metric: string): SeriesView[] {
  const rings = new Map<string, Map<number, number[]>>()
  for (const { labels, points } of series) {
    const moments = rings.get(labels.ring ?? '') ?? new Map<number, number[]>()
    rings.set(labels.ring ?? '', moments)
    for (const [at, value] of points) if (value !== null) moments.set(at, [...(moments.get(at) ?? []), value])
  }
  return [...rings].map(([ring, moments]) => ({
    metric,
    labels: { ring },
    points: [...moments]
      .sort(([a], [b]) => a - b)
      .map(([at, shares]) => [at, (Math.max(...shares) * shares.length) / (shares.reduce((sum, share) => sum + share, 0) || 1)] as const),
  }))
}

/** Each server's part of its pool's requests, moment by moment. */
function ofPool(series: SeriesView[], metric: string): SeriesView[] {
  const poolOf = ({ target, pool }: Labels) => labelsKey({ target: target ?? '', pool: pool ?? '' })
  const servers = series.filter(({ labels }) => labels.server !== undefined)
  const totals = new Map<string, number>()
  const moment = (labels: Labels, at: number) => `${poolOf(labels)} ${at}`
  for (const { labels, points } of servers)
    for (const [at, value] of points) totals.set(moment(labels, at), (totals.get(moment(labels, at)) ?? 0) + (value ?? 0))
  return servers.map(({ labels, points }) => ({
    metric,
    labels,
    points: points.map(([at, value]) => {
      const total = totals.get(moment(labels, at)) ?? 0
      return [at, value === null || total <= 0 ? null : value / total]
    }) as SeriesView['points'],
  }))
}

/** Bucket by bucket through `measure`: as far back as the newest window in memory reaches. */
function measured(store: Store, metric: string, { labels, from, to, stepMs = BUCKET_MIN_MS }: Ask): SeriesView[] {
  const step = Math.max(stepMs, BUCKET_MIN_MS)
  const window = store.window(from, to)
  const points: [number, Value][] = []
  for (let at = Math.ceil(from / step) * step; at + step <= to; at += step) {
    const value = measure(metric, labels as Labels, window.between(at, at + step))
    points.push([at, value.is === 'measured' ? value.value : null])
  }
  return points.some(([, value]) => value !== null) ? [{ metric, labels, points: points as SeriesView['points'] }] : []
}
