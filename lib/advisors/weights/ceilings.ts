import { median } from '../../math/robust.ts'
import { isSlow, SLOW_LIMITS, type SlowLimits } from '../../metrics/slow.ts'
import { poolLabels, responseBetween, timedOf } from '../../metrics/traffic.ts'
import { servingOf } from '../../model/serving.ts'
import type { Pool, PoolServer } from '../../model/topology.ts'
import type { SeriesWindow } from '../../model/window.ts'

/** How far back a server's limits are remembered: a machine is not rebuilt between two steps. */
const SPAN_MS = 1_200_000
/** History is looked at in slices of this length; a write begins a new one. */
const SLICE_MS = 20_000
/** Pause after a write: requests that were queued then are answered after it, and as slowly as before. */
const DRAIN_MS = 10_000
const REQUESTS_MIN = 20
/** Answers in this part of the time, or less, at this part of the rate: it was the load that made it slow. */
const EASED = 0.7
const LESS = 0.95

/** What a server has shown of its limits. */
export type Ceiling = {
  /** Requests a second that it answered while it was slow: a queue that never ends works at just that rate. */
  rate: number
  /** It answered much faster when it was given less: here slowness follows load. */
  eased: boolean
}
type Slice = { server: PoolServer; seconds: number; rate: number; slow: boolean }

/**
 * The limits that servers have run into, from slices of history between the writes of weights. A server that was slow at some rate is not to
 * be given as much again; one that was slow and got fast with less of it has a queue, and no broken disk.
 */
export function ceilingsOf(window: SeriesWindow, pool: Pool, limits: SlowLimits = SLOW_LIMITS): Map<PoolServer, Ceiling> {
  const past = window.between(window.to - SPAN_MS, window.to)
  const slices = spansOf(past, pool).map(([from, to]) => sliceOf(past, pool, from, to, limits))
  return new Map(
    servingOf(pool).flatMap((server): [PoolServer, Ceiling][] => {
      const own = slices.flatMap((slice) => slice.find((one) => one.server === server) ?? [])
      // Only the newest slow period counts: earlier ones may show the limit of another machine.
      const last = own.findLastIndex(({ slow }) => slow)
      if (last < 0) return []
      const first = own.findLastIndex(({ slow }, i) => i < last && !slow) + 1
      const slow = own.slice(first, last + 1)
      const [rate, seconds] = [median(slow.map((slice) => slice.rate))!, median(slow.map((slice) => slice.seconds))!]
      const eased = own.slice(last + 1).some((later) => later.rate <= LESS * rate && later.seconds <= EASED * seconds)
      return [[server, { rate, eased: eased || easedBefore(own, first) }]]
    }),
  )
}

/** Whether an earlier slow period ended when the server was given less. */
const easedBefore = (own: Slice[], until: number) =>
  own.slice(0, until).some((slice, i) => {
    const next = own[i + 1]
    return slice.slow && next && !next.slow && next.rate <= LESS * slice.rate && next.seconds <= EASED * slice.seconds
  })

/** From the oldest on: stretches in which nobody changed a weight, without the first seconds after a change. */
function spansOf(window: SeriesWindow, pool: Pool): [from: number, to: number][] {
  const writes = new Set<number>()
  for (const { points } of window.series('pool_weight_effective', poolLabels(pool)))
    for (let i = 1; i < points.length; i++) if (points[i]![1] !== points[i - 1]![1]) writes.add(points[i]![0])
  const begin = Math.min(...window.series('pool_requests_total', poolLabels(pool)).map(({ points }) => points[0]![0]))
  const edges = [begin - DRAIN_MS, ...[...writes].sort((a, b) => a - b), window.to]
  return edges.slice(1).flatMap((end, i) => {
    const spans: [number, number][] = []
    // Backwards, so that the newest slice is whole and ends now.
    for (let to = end; to - SLICE_MS / 2 >= edges[i]! + DRAIN_MS; to -= SLICE_MS)
      spans.unshift([Math.max(edges[i]! + DRAIN_MS, to - SLICE_MS), to])
    return spans
  })
}

function sliceOf(window: SeriesWindow, pool: Pool, from: number, to: number, limits: SlowLimits): Slice[] {
  const seen = servingOf(pool).flatMap((server) => {
    const timed = timedOf(window, pool, server)
    const response = timed && responseBetween(timed, from, to)
    if (!response || response.requests < REQUESTS_MIN || response.value <= response.error) return []
    return [{ server, seconds: response.value, rate: response.requests / ((to - from) / 1000) }]
  })
  const fastest = Math.min(...seen.map(({ seconds }) => seconds))
  return seen.map((one) => ({ ...one, slow: isSlow(one.seconds, fastest, limits) }))
}
