import type { Point } from '../model/series.ts'
import type { Day } from './facts.ts'

/** Shorter than that it says nothing of a day. */
const BUCKETS_LEAST = 12

/**
 * The mean and the busiest bucket of several rates together. A bucket in which one of them was not seen is left out: the sum would be too
 * small. Null with less than an hour of buckets.
 */
export function dayOf(series: readonly (readonly (readonly [at: number, value: number | null])[])[], bucketMs: number): Day | null {
  const [first, ...rest] = series
  if (!first) return null
  const others = rest.map((points) => new Map(points.map(([at, value]) => [at, value])))
  const sums = first.flatMap(([at, value]): Point[] => {
    const all = [value, ...others.map((byTime) => byTime.get(at) ?? null)]
    return all.includes(null) ? [] : [[at, (all as number[]).reduce((a, b) => a + b, 0)]]
  })
  if (sums.length < BUCKETS_LEAST) return null
  const [peakAt, peak] = sums.reduce((a, b) => (b[1] > a[1] ? b : a))
  return {
    mean: sums.reduce((total, [, value]) => total + value, 0) / sums.length,
    peak,
    peakAt,
    from: sums[0]![0],
    to: sums.at(-1)![0] + bucketMs,
  }
}
