import { columns } from '../math/columns.ts'
import { clamped, meanInterval, ratioInterval } from '../math/intervals.ts'
import { increase, isGap, latest } from '../math/rates.ts'
import { mean } from '../math/robust.ts'
import type { Labels, Point, Series } from '../model/series.ts'
import type { Measurement, SeriesWindow } from '../model/window.ts'
import { type Batches, batchesOf, beside, EVENTS_MIN, grownIn, meanIn, measured, rows, shareOf, unjudged, whereText } from './batches.ts'

/**
 * Mean response in seconds over all requests. Of a pool its own row, and where there is none its servers' rows, each weighted with its
 * requests; without counters of requests every moment counts alike. Where the product shows a smoothed mean (`pool_response_smoothing` requests,
 * as HAProxy), it is freed of what lies before the window.
 */
export function responseSeconds(where: Labels, window: SeriesWindow): Measurement {
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
 * Adds each step's requests and seconds, where the row shows a mean that is smoothed over that many requests (`../math/smoothed.ts` says how).
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

/** Failed requests over all. */
export function errorRatio(where: Labels, window: SeriesWindow): Measurement {
  const requests = rows(window, 'pool_requests_total', where)
  const errors = requests.flatMap((row) => beside(window, 'pool_errors_total', row.labels) ?? [])
  const batches = batchesOf(window, requests, 'pool_requests_total', where)
  if (typeof batches === 'string') return unjudged(batches)
  if (errors.length === 0) return unjudged('errors are not reported')
  return shareOf(grownIn(errors, batches), grownIn(requests, batches), 'requests')
}

/** A server's part of its pool's requests. `where` names target, pool and server. */
export function share(where: Labels, window: SeriesWindow): Measurement {
  const { server, ...pool } = where
  if (server === undefined) return unjudged('a share is of one server')
  const all = serverRows(window, pool)
  const own = all.filter((row) => row.labels.server === server)
  const batches = batchesOf(window, all, 'pool_requests_total', where)
  if (typeof batches === 'string') return unjudged(batches)
  if (own.length === 0) return unjudged(`pool_requests_total is not reported for ${whereText(where)}`)
  return shareOf(grownIn(own, batches), grownIn(all, batches), 'requests')
}

/** Every server's part of its pool's requests, by name: what `share` says of each, with the pool summed up once. */
export function shares(pool: Labels, window: SeriesWindow): Map<string, Measurement> {
  const all = serverRows(window, pool)
  const batches = batchesOf(window, all, 'pool_requests_total', pool)
  const wholes = typeof batches === 'string' ? [] : grownIn(all, batches)
  return new Map(
    all.map((row) => [
      row.labels.server!,
      typeof batches === 'string' ? unjudged(batches) : shareOf(grownIn([row], batches), wholes, 'requests'),
    ]),
  )
}

/**
 * Share seen over share expected from the weights, the largest of the servers over their mean: 1 is even. Servers without weight or down are
 * left out. Unjudged below ten requests a server, where chance alone looks like imbalance.
 */
export function imbalance(where: Labels, window: SeriesWindow): Measurement {
  const all = serverRows(window, where)
  const batches = batchesOf(window, all, 'pool_requests_total', where)
  if (typeof batches === 'string') return unjudged(batches)
  const serving = all.flatMap((row) => {
    const weight = weightOf(window, row.labels)
    return weight > 0 ? [{ row, weight, grown: increase(row.points) }] : []
  })
  if (serving.length < 2) return unjudged(`${serving.length} ${serving.length === 1 ? 'server takes' : 'servers take'} traffic`)
  const requests = serving.reduce((sum, { grown }) => sum + grown, 0)
  const least = Math.max(EVENTS_MIN, 10 * serving.length)
  if (requests < least) return unjudged(`${Math.round(requests)} requests; ${least} needed`)
  const weights = serving.reduce((sum, { weight }) => sum + weight, 0)
  const ratios = serving.map(({ weight, grown }) => grown / requests / (weight / weights))
  const level = mean(ratios)!
  const worst = ratios.indexOf(Math.max(...ratios))
  const seen = shareOf(
    grownIn([serving[worst]!.row], batches),
    grownIn(
      serving.map(({ row }) => row),
      batches,
    ),
    'requests',
  )
  if (seen.is === 'unjudged') return seen
  const scale = weights / serving[worst]!.weight / level
  const value = ratios[worst]! / level
  return measured({ value, low: Math.min(value, Math.max(1, seen.low * scale)), high: Math.max(value, seen.high * scale) }, requests)
}

/** The rows of a pool's servers. */
const serverRows = (window: SeriesWindow, pool: Labels): Series[] =>
  window.series('pool_requests_total', pool).filter((row) => row.labels.server !== undefined)

/** The server's mean weight in force over the window, 0 while it is down; 1 where the product tells no weights. */
function weightOf(window: SeriesWindow, labels: Labels): number {
  const values = (metric: string) => beside(window, metric, labels)?.points.map((point) => point[1]) ?? []
  const up = mean(values('pool_up')) ?? 1
  return (mean(values('pool_weight_effective')) ?? mean(values('pool_weight_set')) ?? 1) * up
}
