import { grown, isGap } from '../math/rates.ts'
import type { Point } from '../model/series.ts'
import type { Rollup } from './rollup.ts'

/** One series drawn on a grid of equal buckets, from samples and from rollups alike. */
export class Buckets {
  readonly #from: number
  readonly #step: number
  readonly #count: Float64Array
  readonly #sum: Float64Array
  readonly #last: Float64Array
  readonly #grown: Float64Array
  readonly #seenMs: Float64Array
  #before: { at: number; value: number } | null = null

  constructor(from: number, step: number, size: number) {
    this.#from = from
    this.#step = step
    this.#count = new Float64Array(size)
    this.#sum = new Float64Array(size)
    this.#last = new Float64Array(size).fill(Number.NaN)
    this.#grown = new Float64Array(size)
    this.#seenMs = new Float64Array(size)
  }

  /** Adds the samples of [from, to) in the order of time, after those added before; one before `from` only tells where the first step began. */
  addSamples(at: ArrayLike<number>, value: ArrayLike<number>, stepMs: number, from: number, to: number): void {
    for (let i = 0; i < at.length && at[i]! < to; i++) {
      const sample = { at: at[i]!, value: value[i]! }
      if (sample.at >= from) {
        const bucket = Math.floor((sample.at - this.#from) / this.#step)
        if (bucket >= 0 && bucket < this.#count.length) {
          this.#count[bucket]!++
          this.#sum[bucket]! += sample.value
          this.#last[bucket] = sample.value
        }
        const before = this.#before
        if (before && !isGap(before.at, sample.at, stepMs)) this.#addStep(before.at, sample.at, before.value, sample.value)
      }
      this.#before = sample
    }
  }

  addRollup(rollup: Rollup): void {
    const bucket = Math.floor((rollup.at - this.#from) / this.#step)
    if (bucket < 0 || bucket >= this.#count.length) return
    this.#count[bucket]! += rollup.count
    this.#sum[bucket]! += rollup.sum
    this.#last[bucket] = rollup.last
    this.#grown[bucket]! += rollup.grown
    this.#seenMs[bucket]! += rollup.seenMs
  }

  /** A bucket's start with the mean of a gauge, the last reading of a counter or its rate per second; null where nothing was seen. */
  points(as: 'mean' | 'last' | 'rate'): (Point | readonly [number, null])[] {
    return Array.from(this.#count, (count, i) => {
      const at = this.#from + i * this.#step
      const seen = as === 'rate' ? this.#seenMs[i]! > 0 : count > 0 || !Number.isNaN(this.#last[i]!)
      if (!seen) return [at, null] as const
      if (as === 'rate') return [at, (this.#grown[i]! / this.#seenMs[i]!) * 1000] as const
      return [at, as === 'mean' && count > 0 ? this.#sum[i]! / count : this.#last[i]!] as const
    })
  }

  /** Growth between two readings belongs to the buckets that the time between them lies in; a value holds until the next one. */
  #addStep(from: number, to: number, before: number, after: number): void {
    const first = Math.floor((from - this.#from) / this.#step)
    const last = Math.floor((to - this.#from) / this.#step)
    const growth = grown(before, after)
    for (let bucket = Math.max(0, first); bucket <= Math.min(last, this.#count.length - 1); bucket++) {
      const start = this.#from + bucket * this.#step
      const part = Math.min(to, start + this.#step) - Math.max(from, start)
      this.#grown[bucket]! += (growth * part) / (to - from)
      this.#seenMs[bucket]! += part
      if (bucket > first && bucket < last) this.#last[bucket] = before
    }
  }
}

/** Samples as they were read, with a null in the middle of each gap so that a line breaks there. */
export function withGaps(points: readonly Point[], stepMs: number): (Point | readonly [number, null])[] {
  const out: (Point | readonly [number, null])[] = []
  for (const [i, point] of points.entries()) {
    const before = points[i - 1]?.[0]
    if (before !== undefined && isGap(before, point[0], stepMs)) out.push([Math.round((before + point[0]) / 2), null])
    out.push(point)
  }
  return out
}

const NICE_MS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800].map(
  (seconds) => seconds * 1000,
)

/** The smallest round step that draws the stretch in at most that many buckets. */
export function niceStep(spanMs: number, most: number): number {
  const least = spanMs / most
  return NICE_MS.find((step) => step >= least) ?? Math.ceil(least / 604_800_000) * 604_800_000
}
