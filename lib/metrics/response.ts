import { columns } from '../math/columns.ts'
import { clamped, meanInterval, ratioInterval } from '../math/intervals.ts'
import { isGap, latest } from '../math/rates.ts'
import { mean } from '../math/robust.ts'
import type { Labels, Point, Series } from '../model/series.ts'
import type { Measurement, SeriesWindow } from '../model/window.ts'
import { type Batches, batchesOf, beside, EVENTS_MIN, grownIn, meanIn, measured, rows, unjudged } from './batches.ts'
import { gauge, type Metric } from './metric.ts'

/**
 * Mean response in seconds over all requests. Of a pool its own row, and where there is none its servers' rows, each weighted with its
 * requests; without counters of requests every moment counts alike. Where the product shows a smoothed mean (`pool_response_smoothing` requests,
 * as HAProxy), it is freed of what lies before the window.
 */
function responseSeconds(window: SeriesWindow, where: Labels): Measurement {
  const metric = 'pool_response_seconds'
  const series = rows(window, metric, where)
  const batches = batchesOf(window, series, metric, where)
  if (typeof batches === 'string') return unjudged(batches)
  const requests = series.map((row) => beside(window, 'pool_requests_total', row.labels))
  if (requests.some((row) => row === undefined)) {
    const means = series.map((row) => meanIn(row, batches))
    const all = Array.from({ length: batches.size }, (_, i) => mean(means.flatMap((of) => of[i] ?? [])))
    const seen = all.filter((value): value is number => value !== null)
    const interval = meanInterval(seen)
    return interval && seen.length > 1
      ? measured({ ...interval, low: Math.max(0, interval.low) }, series[0]!.points.length)
      : unjudged(`${metric} was seen too briefly`)
  }
  const sums = Array.from({ length: batches.size }, () => ({ part: 0, whole: 0 }))
  for (const [i, row] of series.entries()) {
    const smoothing = latest(beside(window, 'pool_response_smoothing', row.labels)?.points ?? [])
    if (smoothing) {
      addUnsmoothed(sums, batches, row, endedOf(requests[i]!, beside(window, 'pool_sessions', row.labels)), smoothing)
      continue
    }
    const seconds = meanIn(row, batches)
    for (const [k, grown] of grownIn([requests[i]!], batches).entries()) {
      if (grown === null || seconds[k] === null || seconds[k] === undefined) continue
      sums[k]!.part += seconds[k] * grown
      sums[k]!.whole += grown
    }
  }
  const count = sums.reduce((total, batch) => total + batch.whole, 0)
  if (count < EVENTS_MIN) return unjudged(`${Math.round(count)} requests; ${EVENTS_MIN} needed`)
  return measured(clamped(ratioInterval(sums)!, 0, Number.POSITIVE_INFINITY), count)
}

/**
 * Adds each step's requests and seconds, where the row shows a mean that is smoothed over that many requests (see `../math/smoothed.ts`).
 * What rounding leaves open in one step the next takes back, so that steps of any length may be added up.
 */
function addUnsmoothed(
  sums: { part: number; whole: number }[],
  { from, to, size }: Batches,
  row: Series,
  requests: readonly Point[],
  smoothing: number,
): void {
  const both = columns({ mean: row.points, requests })
  for (let i = 1; i < both.at.length; i++) {
    const [before, after] = [both.requests[i - 1]!, both.requests[i]!]
    const count = after - before
    if (!(count > 0) || isGap(both.at[i - 1]!, both.at[i]!, row.stepMs)) continue
    const kept = after <= smoothing ? before / after : (1 - 1 / smoothing) ** count
    const mean = (both.mean[i]! - both.mean[i - 1]! * kept) / (1 - kept)
    const batch = sums[Math.max(0, Math.min(size - 1, Math.floor(((both.at[i]! - from - 1e-6) / (to - from)) * size)))]!
    batch.part += mean * count
    batch.whole += count
  }
}

/** Requests that ended: counted when they are handed out, less those still under way. Only what has ended is in a mean of times. */
function endedOf(requests: Series, sessions: Series | undefined): readonly Point[] {
  if (!sessions) return requests.points
  const both = columns({ requests: requests.points, sessions: sessions.points })
  return both.at.map((at, i): Point => [at, both.requests[i]! - Math.min(both.requests[i]!, both.sessions[i]!)])
}

/** Metrics of a pool's times. */
export const responseMetrics: Metric[] = [
  {
    name: 'pool_response_seconds',
    words: 'mean response',
    unit: 'seconds',
    kind: 'mean',
    from: ['pool_response_seconds'],
    also: ['pool_requests_total', 'pool_response_smoothing', 'pool_sessions'],
    measure: responseSeconds,
  },
  gauge('pool_response_seconds_p50', 'response, median'),
  gauge('pool_response_seconds_p95', 'response, 95th percentile'),
  gauge('pool_response_smoothing', 'requests that the mean response runs over', { together: 'mean' }),
  gauge('pool_connect_seconds', 'time to connect'),
  gauge('pool_queue_seconds', 'time in the queue'),
  gauge('pool_total_seconds', 'time of a whole session'),
]
