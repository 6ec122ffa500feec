import { median, quantile } from '../math/robust.ts'
import { responseBetween, timedOf } from '../metrics/traffic.ts'
import { servingOf } from '../model/serving.ts'
import type { Pool } from '../model/topology.ts'
import type { SeriesWindow } from '../model/window.ts'

const SPAN_MS = 1_200_000
/** History is looked at in slices of this length. */
const SLICE_MS = 10_000
const REQUESTS_MIN = 50
/** An answer that takes so many times as long as the fast ones has waited for others. */
const WAITED = 2
/** Fewer slices than these may be one pause of the machine. */
const SLOW_MIN = 3
/** While requests wait for each other at least this part of the best rate is served; less is something else: a failure, a lock. */
const BUSY = 0.7

/**
 * Saturation of a pool: what it serves at most, and how long a request takes while none waits. Per second, and seconds. It lies above the knee of the
 * load-latency line (lib/metrics/loadLine.ts), where answers begin to slow down: a limit there would hold back what could be served.
 */
export type Saturation = { rate: number; seconds: number; slices: number }

/**
 * From history: the rate at which answers took twice as long as those of the fast slices, although as much was served as ever: then requests
 * wait for each other, and more of them at once are only slower. Null where that was not seen.
 */
export function saturationOf(window: SeriesWindow, pool: Pool): Saturation | null {
  const slices = slicesOf(window.between(window.to - SPAN_MS, window.to), pool)
  const seconds = quantile(
    slices.map((slice) => slice.seconds),
    0.1,
  )
  if (seconds === null || seconds <= 0) return null
  const slow = slices.filter((slice) => slice.seconds >= WAITED * seconds)
  const fast = slices.filter((slice) => slice.seconds < WAITED * seconds)
  const best = Math.max(0, ...fast.map(({ rate }) => rate))
  const busy = slow.filter(({ rate }) => rate >= BUSY * best)
  if (busy.length < SLOW_MIN || busy.length < slow.length / 2) return null
  return { rate: median(busy.map(({ rate }) => rate))!, seconds, slices: busy.length }
}

type Slice = { rate: number; seconds: number }

/** The pool's requests a second and the mean answer of them all, weighed by where they went. */
function slicesOf(window: SeriesWindow, pool: Pool): Slice[] {
  const timed = servingOf(pool).map((server) => timedOf(window, pool, server))
  const count = Math.floor((window.to - window.from) / SLICE_MS)
  return Array.from({ length: count }, (_, i) => window.to - (i + 1) * SLICE_MS).flatMap((from): Slice[] => {
    const seen = timed.map((one) => one && responseBetween(one, from, from + SLICE_MS)).filter((one) => one !== null)
    const requests = seen.reduce((sum, one) => sum + one.requests, 0)
    if (seen.length < timed.length || requests < REQUESTS_MIN) return []
    return [{ rate: requests / (SLICE_MS / 1_000), seconds: seen.reduce((sum, one) => sum + one.value * one.requests, 0) / requests }]
  })
}
