import { grown, isGap } from '../math/rates.ts'
import { isCounter } from '../model/naming.ts'
import { decodeColumns, encodeColumns, scaleOf } from './codec.ts'

/**
 * What one stretch of time of one series comes to. A counter's `grown` is its increase over the `seenMs` that were seen, restarts included
 * and gaps left out; a gauge has no growth. A step between two samples belongs to the stretch that it ends in.
 */
export type Rollup = { at: number; count: number; min: number; max: number; sum: number; last: number; grown: number; seenMs: number }

export const FINE_MS = 10_000
export const COARSE_MS = 300_000

type Sample = { at: number; value: number }

/** Adds a sample to stretches in the order of time; `before` is the sample before it. */
export function addSample(out: Rollup[], { at, value }: Sample, before: Sample | null, stepMs: number, widthMs: number): void {
  const stepped = before !== null && !isGap(before.at, at, stepMs)
  merge(out, {
    at: Math.floor(at / widthMs) * widthMs,
    count: 1,
    min: value,
    max: value,
    sum: value,
    last: value,
    grown: stepped ? grown(before.value, value) : 0,
    seenMs: stepped ? at - before.at : 0,
  })
}

/** Shorter stretches in the order of time to longer ones. */
export function coarser(rollups: readonly Rollup[], widthMs: number): Rollup[] {
  const out: Rollup[] = []
  for (const rollup of rollups) merge(out, { ...rollup, at: Math.floor(rollup.at / widthMs) * widthMs })
  return out
}

function merge(out: Rollup[], next: Rollup): void {
  const last = out[out.length - 1]
  if (last?.at !== next.at) {
    out.push(next)
    return
  }
  last.count += next.count
  last.min = Math.min(last.min, next.min)
  last.max = Math.max(last.max, next.max)
  last.sum += next.sum
  last.last = next.last
  last.grown += next.grown
  last.seenMs += next.seenMs
}

/** A gauge keeps count, min, max and sum of each stretch; a counter its count, last reading, growth and the time that was seen of it. */
export function encodeRollups(rollups: readonly Rollup[], metric: string, widthMs: number): Uint8Array {
  const numbers = (of: (rollup: Rollup) => number) => Float64Array.from(rollups, of)
  const starts = numbers(({ at }) => at / widthMs)
  const counts = numbers(({ count }) => count)
  if (isCounter(metric)) {
    const last = numbers((rollup) => rollup.last)
    // Mostly zero: growth is what the readings differ by, but for restarts and gaps.
    const unexplained = Float64Array.from(rollups, (rollup, i) => rollup.grown - (i > 0 ? last[i]! - last[i - 1]! : 0))
    return encodeColumns([starts, counts, last, unexplained, numbers(({ seenMs }) => seenMs)])
  }
  const [min, max] = [numbers((rollup) => rollup.min), numbers((rollup) => rollup.max)]
  // A sum of decimals has as many decimals as they; what adding doubles left behind them is dirt that would cost eight bytes.
  const scale = scaleOf(max, scaleOf(min) ?? 0)
  const sum = numbers((rollup) => (scale === null ? rollup.sum : Number(rollup.sum.toFixed(scale))))
  return encodeColumns([starts, counts, min, max, sum])
}

export function decodeRollups(bytes: Uint8Array, metric: string, widthMs: number): Rollup[] {
  const [starts, counts, a, b, c] = decodeColumns(bytes, 5) as [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array]
  const counter = isCounter(metric)
  return Array.from(starts, (start, i) => {
    const at = start * widthMs
    const count = counts[i]!
    if (!counter) return { at, count, min: a[i]!, max: b[i]!, sum: c[i]!, last: c[i]! / count, grown: 0, seenMs: 0 }
    const last = a[i]!
    return { at, count, min: last, max: last, sum: last * count, last, grown: b[i]! + (i > 0 ? last - a[i - 1]! : 0), seenMs: c[i]! }
  })
}
