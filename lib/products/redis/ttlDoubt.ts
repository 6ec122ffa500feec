import type { Histogram } from '../ttlSample.ts'

/** What is told against the sample as a whole: a look, and several looks, in which a smaller share is beyond chance. */
const LOOKS = [
  { keys: 20, share: 0.05 },
  { keys: 60, share: 0.02 },
  { keys: 200, share: 0.01 },
] as const
/** How many of the newest keys are looked at. */
export const NEWEST_MOST = 200
/** Standard errors: the fullest of hundreds of seconds is held against the sample, by each look. */
const ERRORS = 3
/** So many times what the sample says is another thing. */
const TIMES = 2

/** How many end in the two seconds from this one on. */
type Pair = { at: number; keys: number }

/** How many end in each second, in the order of time. Filled anew for each question: this is asked each second of thousands of caches. */
type Seconds = { at: Float64Array; keys: Uint32Array; size: number }
const secondsFor = (most: number): Seconds => ({ at: new Float64Array(most), keys: new Uint32Array(most), size: 0 })
const ofNewest = secondsFor(NEWEST_MOST)
let ofWhole = secondsFor(1_024)
const ends = new Float64Array(NEWEST_MOST)

/**
 * Whether the keys that were found last end in other seconds than those of the whole sample: a change-point test of its fullest two seconds and
 * theirs. Then the sample is renewed quickly, which is otherwise not worth its cost. `newest`: when they end (NaN: never), the newest first.
 */
export function isDoubted(newest: readonly number[], whole: Histogram): boolean {
  const { bucketMs, sampled } = whole
  if (sampled === 0) return false
  const all = secondsIn(whole)
  const top = fullest(all, bucketMs)
  return LOOKS.some(({ keys, share }) => {
    if (newest.length < keys) return false
    const seconds = secondsOf(newest, keys, bucketMs)
    const found = fullest(seconds, bucketMs)
    const usual = Math.max(share, (TIMES * pairAt(all, found.at, bucketMs)) / sampled)
    if (found.keys > keys * usual + ERRORS * errorOf(keys, usual)) return true
    const less = top.keys / sampled / TIMES
    return pairAt(seconds, top.at, bucketMs) < keys * less - ERRORS * errorOf(keys, less)
  })
}

/** The share of a sample that ends in its fullest two seconds. */
export const fullestShare = (whole: Histogram) => (whole.sampled === 0 ? 0 : fullest(secondsIn(whole), whole.bucketMs).keys / whole.sampled)

const errorOf = (trials: number, share: number) => Math.sqrt(trials * share * Math.max(0, 1 - share))

function secondsIn({ buckets }: Histogram): Seconds {
  if (buckets.length > ofWhole.at.length) ofWhole = secondsFor(2 * buckets.length)
  ofWhole.size = buckets.length
  for (let i = 0; i < buckets.length; i++) {
    const bucket = buckets[i]!
    ofWhole.at[i] = bucket[0]
    ofWhole.keys[i] = bucket[1]
  }
  return ofWhole
}

/** Of the first `keys` of them. */
function secondsOf(newest: readonly number[], keys: number, bucketMs: number): Seconds {
  let count = 0
  for (let i = 0; i < keys; i++) {
    const end = newest[i]!
    if (!Number.isNaN(end)) ends[count++] = end
  }
  const sorted = ends.subarray(0, count).sort()
  const { at, keys: counts } = ofNewest
  let size = 0
  for (let i = 0; i < count; i++) {
    const second = Math.floor(sorted[i]! / bucketMs) * bucketMs
    if (size > 0 && at[size - 1] === second) counts[size - 1]! += 1
    else {
      at[size] = second
      counts[size++] = 1
    }
  }
  ofNewest.size = size
  return ofNewest
}

function fullest({ at, keys, size }: Seconds, bucketMs: number): Pair {
  let best = 0
  let most = 0
  for (let i = 0; i < size; i++) {
    const both = i + 1 < size && at[i + 1]! - at[i]! === bucketMs ? keys[i]! + keys[i + 1]! : keys[i]!
    if (both <= most) continue
    best = at[i]!
    most = both
  }
  return { at: best, keys: most }
}

function pairAt({ at, keys, size }: Seconds, from: number, bucketMs: number): number {
  let count = 0
  for (let i = 0; i < size && at[i]! <= from + bucketMs; i++) if (at[i]! >= from) count += keys[i]!
  return count
}
