import { cut, increase } from '../math/rates.ts'
import { median } from '../math/robust.ts'
import { unsmooth } from '../math/smoothed.ts'
import type { Labels, Point, Series } from '../model/series.ts'
import { servingOf } from '../model/serving.ts'
import type { Pool, PoolServer } from '../model/topology.ts'
import type { SeriesWindow } from '../model/window.ts'
import { changedAt } from './changed.ts'

/** Over how many requests a mean runs, and the grain in which it is shown, in seconds. */
export type Smoothing = { samples: number; resolution: number }
/** HAProxy, so far the only one that smooths, shows whole milliseconds. */
const GRAIN = 0.001

export const poolLabels = (pool: Pool): Labels => ({ target: pool.target, pool: pool.name })
export const serverLabels = (pool: Pool, server: PoolServer): Labels => ({ target: pool.target, pool: pool.name, server: server.name })
export const serverSeries = (window: SeriesWindow, metric: string, pool: Pool, server: PoolServer): Series | undefined =>
  seriesOf(window, metric, pool.target, pool.name).byServer.get(server.name)

/** Of a server, or (null) of the pool as a whole. */
export const ownSeries = (window: SeriesWindow, metric: string, pool: Pool, server: PoolServer | null): Series | undefined =>
  server ? serverSeries(window, metric, pool, server) : seriesOf(window, metric, pool.target, pool.name).own

/** One metric of one pool: its servers' series by name, and the pool's own. */
type PoolSeries = { all: Series[]; own: Series | undefined; byServer: Map<string, Series> }

/** Cache of a pool's series by window: rules ask server by server, and the store is searched once a pool. */
const known = new WeakMap<SeriesWindow, Map<string, PoolSeries>>()

function seriesOf(window: SeriesWindow, metric: string, target: string, pool: string): PoolSeries {
  let pools = known.get(window)
  if (!pools) {
    pools = new Map()
    known.set(window, pools)
  }
  const key = JSON.stringify([metric, target, pool])
  let found = pools.get(key)
  if (!found) {
    found = { all: window.series(metric, { target, pool }), own: undefined, byServer: new Map() }
    for (const series of found.all) {
      const { server } = series.labels
      if (server === undefined) found.own ??= series
      else if (!found.byServer.has(server)) found.byServer.set(server, series)
    }
    pools.set(key, found)
  }
  return found
}

/** Share of the requests that the weights give to each server that takes some; 0 to the others. */
export function shareByWeight(pool: Pool): Map<string, number> {
  const servers = servingOf(pool)
  const sum = servers.reduce((total, server) => total + server.weightEffective, 0)
  const takes = new Set(servers)
  return new Map(pool.servers.map((server) => [server.name, takes.has(server) && sum > 0 ? server.weightEffective / sum : 0]))
}

/** The last change of a weight or state in the pool, in epoch ms; null when there was none. Requests counted before it followed other shares. */
export function steadySince(window: SeriesWindow, pool: Pool): number | null {
  let newest: number | null = null
  for (const metric of ['pool_weight_effective', 'pool_up'])
    for (const series of seriesOf(window, metric, pool.target, pool.name).all) {
      const at = changedAt(series)
      if (at !== null && (newest === null || at > newest)) newest = at
    }
  return newest
}

/** When a server last came up, in epoch ms; null when it has been up all along. */
export function cameUpAt(window: SeriesWindow, pool: Pool, server: PoolServer): number | null {
  const points = serverSeries(window, 'pool_up', pool, server)?.points ?? []
  for (let i = points.length - 1; i > 0; i--) if (points[i]![1] > points[i - 1]![1]) return points[i]![0]
  return null
}

/** A server's requests within the last `ms`; null where they are not reported. */
export function requestsOf(
  window: SeriesWindow,
  pool: Pool,
  server: PoolServer,
  ms: number,
  metric = 'pool_requests_total',
): number | null {
  const series = serverSeries(window, metric, pool, server)
  return series ? increase(cut(series.points, window.to - ms - 1, window.to)) : null
}

export type Response = {
  /** Mean response in seconds. */
  value: number
  /** Half-width of what the product's rounding leaves open. */
  error: number
  requests: number
  from: number
}

/** The series of a server's response times and requests, and how the times were smoothed. */
export type Timed = { times: Series; counts: readonly Point[]; sessions: readonly Point[]; smoothing: Smoothing | null }

/** Null where times or requests are not reported. */
export function timedOf(window: SeriesWindow, pool: Pool, server: PoolServer): Timed | null {
  const times = serverSeries(window, 'pool_response_seconds', pool, server)
  const counts = serverSeries(window, 'pool_requests_total', pool, server)
  if (!times || !counts) return null
  const sessions = serverSeries(window, 'pool_sessions', pool, server)?.points ?? []
  return { times, counts: counts.points, sessions, smoothing: smoothingOf(window, poolLabels(pool)) }
}

/**
 * The mean response of a server's newest requests, without the product's own smoothing: the median of the means of three successive
 * stretches, each of at least 2 s and `requestsMin` requests, so that one request that hung does not decide. Null while there are too few.
 */
export function recentResponse(
  window: SeriesWindow,
  pool: Pool,
  server: PoolServer,
  requestsMin: number,
  longestMs: number,
): Response | null {
  const timed = timedOf(window, pool, server)
  if (!timed) return null
  const least = Math.max(2_000, 2 * timed.times.stepMs)
  for (let ms = least; 3 * ms <= longestMs; ms *= 1.5) {
    const response = responseOver(timed, window.to, ms, requestsMin)
    if (response) return response
  }
  return null
}

/** A server's response over three successive stretches that end now, of so many ms each; null where one of them has fewer requests. */
export function responseOver(timed: Timed, to: number, ms: number, requestsMin: number): Response | null {
  const stretches = [0, 1, 2].map((k) => responseBetween(timed, to - (k + 1) * ms, to - k * ms))
  if (!stretches.every((stretch): stretch is Response => stretch !== null && stretch.requests >= requestsMin)) return null
  return {
    value: median(stretches.map((stretch) => stretch.value))!,
    error: median(stretches.map((stretch) => stretch.error))!,
    requests: stretches.reduce((sum, stretch) => sum + stretch.requests, 0),
    from: to - 3 * ms,
  }
}

/** How a product smooths the means that it shows, from its series `pool_response_smoothing`; null where they are means of their poll. */
export function smoothingOf(window: SeriesWindow, { target, pool }: Labels): Smoothing | null {
  const samples = seriesOf(window, 'pool_response_smoothing', target!, pool!).all[0]?.points.at(-1)?.[1]
  return samples ? { samples, resolution: GRAIN } : null
}

/** The mean response of the requests that ended between two moments; null when there were none or the counters began anew in between. */
export function responseBetween(
  { times: { points: times }, counts, sessions, smoothing }: Timed,
  from: number,
  to: number,
): Response | null {
  const [first, last] = [before(counts, from), before(counts, to)]
  if (!first || !last || last[0] <= first[0]) return null
  if (smoothing) {
    const [was, is] = [before(times, from), before(times, to)]
    if (!was || !is || last[1] <= first[1]) return null
    // Requests are counted when they are handed out and timed when they end: what is under way is not in the mean yet.
    const ended = ([, count]: Point, at: number) => count - Math.min(count, before(sessions, at)?.[1] ?? 0)
    const [earlier, later] = [ended(first, from), ended(last, to)]
    const mean = unsmooth({ mean: was[1], requests: earlier }, { mean: is[1], requests: later }, smoothing.samples, smoothing.resolution)
    return mean && { value: mean.value, error: mean.error, requests: later - earlier, from }
  }
  const requests = last[1] - first[1]
  if (requests <= 0) return null
  let sum = 0
  let weight = 0
  for (const [at, value] of cut(times, first[0] + 1, last[0])) {
    const [a, b] = [before(counts, at - 1), before(counts, at)]
    const n = a && b ? Math.max(0, b[1] - a[1]) : 0
    sum += value * n
    weight += n
  }
  return weight > 0 ? { value: sum / weight, error: 0, requests, from } : null
}

/** The newest point at or before a moment. */
function before(points: readonly Point[], ms: number): Point | undefined {
  let low = 0
  let high = points.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (points[middle]![0] <= ms) low = middle + 1
    else high = middle
  }
  return points[low - 1]
}
