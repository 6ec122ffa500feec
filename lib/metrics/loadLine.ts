import { type LoadLine, type LoadPoint, loadLineOf } from '../math/loadLine.ts'
import type { Labels } from '../model/series.ts'
import type { SeriesWindow } from '../model/window.ts'
import { measuredValue } from './measure.ts'

/** History that a line is drawn from: what is held in memory. */
export const LOAD_LINE_MS = 1_200_000
/** A slice is so long at the least, and so many polls: shorter ones have no response of their own. */
const SLICE_MS = 10_000
const SLICE_POLLS = 4
/** Slices with fewer requests a second are left out: their means are of a handful of requests. */
const RATE_MIN = 1

/** The load-latency line of a pool (or of one of its servers), from slices of its history; null while too little was seen. */
export function poolLoadLine(window: SeriesWindow, where: Labels): LoadLine | null {
  const all = window.series('pool_requests_total', where)
  const stepMs = Math.max(...all.map((series) => series.stepMs), 0)
  const first = Math.min(...all.map(({ points }) => points[0]?.[0] ?? window.to), window.to)
  const slice = Math.max(SLICE_MS, SLICE_POLLS * stepMs)
  const points: LoadPoint[] = []
  for (let to = window.to; to - slice >= Math.max(first, window.to - LOAD_LINE_MS); to -= slice) {
    const part = window.between(to - slice, to)
    const [rate, seconds] = [measuredValue('pool_request_rate', where, part), measuredValue('pool_response_seconds', where, part)]
    if (rate !== null && seconds !== null && rate >= RATE_MIN && seconds > 0) points.push({ rate, seconds })
  }
  return loadLineOf(points)
}
