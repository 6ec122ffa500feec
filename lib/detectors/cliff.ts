import { wilson } from '../math/intervals.ts'
import { median } from '../math/robust.ts'
import type { TtlHistogram } from '../model/record.ts'

type CliffSettings = { cliffShare: number; times: number; keysMin: number; sampledMin: number }
/** The end that many keys share, as it is foreseen from the sample of their ends. */
type Cliff = {
  at: number
  share: number
  low: number
  high: number
  keys: number
  pattern?: string
  others: number
  histogram: TtlHistogram
}

/** Where the two neighbouring buckets begin that hold most together of those that end later than now; 0: there are none. A common end may fall on both sides of an edge. */
function fullestPair({ buckets, bucketMs }: TtlHistogram, now: number): { at: number; n: number } {
  let [at, n] = [0, 0]
  let [last, held] = [Number.NEGATIVE_INFINITY, 0]
  // There are thousands: no bucket is copied, and of most only the number is looked at.
  for (let i = 0; i < buckets.length; i++) {
    const bucket = buckets[i]!
    const keys = bucket[1]
    if (keys <= 0 || bucket[0] + bucketMs <= now) continue
    const pair = bucket[0] - last <= bucketMs ? held + keys : held
    if (pair > n) {
      n = pair
      at = last
    }
    last = bucket[0]
    held = keys
  }
  return held > n ? { at: last, n: held } : { at, n }
}

const fullest = new WeakMap<TtlHistogram, { at: number; n: number }>()

/** That of a histogram's buckets that are still ahead. What was the fullest of more of them is that of those that are left while it is among them. */
function fullestAhead(histogram: TtlHistogram, now: number): { at: number; n: number } {
  const known = fullest.get(histogram)
  if (known && known.at + histogram.bucketMs > now) return known
  const found = fullestPair(histogram, now)
  if (found.n > 0) fullest.set(histogram, found)
  return found
}

/** The two seconds ahead in which most keys expire, where they stand out from the others. */
export function nextCliff(histogram: TtlHistogram, now: number, settings: CliffSettings): Cliff | null {
  const { buckets, bucketMs, sampled, keys } = histogram
  if (sampled < Math.min(settings.sampledMin, keys) || keys < settings.keysMin) return null
  const isAhead = ([at, n]: readonly [number, number]) => at + bucketMs > now && n > 0
  const { at, n } = fullestAhead(histogram, now)
  if (n === 0) return null
  const { value, low, high } = wilson(n, sampled)
  if (low < settings.cliffShare || value * keys < settings.keysMin) return null
  const ahead = buckets.filter(isAhead)
  const others = ahead.filter(([bucket]) => Math.abs(bucket - at) > bucketMs).map(([, one]) => one)
  const typical = 2 * (median(others) ?? 0)
  // A load that took longer than a moment ends spread out: its neighbouring seconds are as full.
  const near = ahead.filter(([bucket]) => Math.abs(bucket - at) > bucketMs && Math.abs(bucket - at) <= 6 * bucketMs).map(([, one]) => one)
  if (n < Math.max(settings.times * typical, 3 * Math.max(0, ...near))) return null
  return {
    at,
    share: value,
    low,
    high,
    keys: value * keys,
    others: typical / sampled,
    histogram,
    ...(histogram.pattern ? { pattern: histogram.pattern } : {}),
  }
}
