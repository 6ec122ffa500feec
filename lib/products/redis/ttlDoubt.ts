import type { Histogram } from '../ttlSample.ts'

/** What is told against the sample as a whole: a look, and several looks, in which a smaller share is beyond chance. */
const LOOKS = [
  { keys: 20, share: 0.05 },
  { keys: 200, share: 0.02 },
] as const
/** How many of the newest keys are looked at. */
export const NEWEST_MOST = 200
/** Standard errors: the fullest of hundreds of seconds is held against the sample, by each look. */
const ERRORS = 3.3
/** So many times what the sample says is another thing. */
const TIMES = 2

/** How many end in the two seconds from this one on. */
type Pair = { at: number; keys: number }

/**
 * Whether the keys that were found last end in other seconds than those of the whole sample: a change-point test of its fullest two seconds and
 * theirs. Then the sample is renewed quickly, which is otherwise not worth its cost. `newest`: when they end (NaN: never), the newest first.
 */
export function isDoubted(newest: readonly number[], whole: Histogram): boolean {
  if (whole.sampled === 0) return false
  const { bucketMs, sampled } = whole
  const all = new Map(whole.buckets)
  const shareAt = (counts: ReadonlyMap<number, number>, at: number) => (counts.get(at) ?? 0) + (counts.get(at + bucketMs) ?? 0)
  const top = fullest(all, bucketMs)
  return LOOKS.some(({ keys, share }) => {
    if (newest.length < keys) return false
    const counts = secondsOf(newest.slice(0, keys), bucketMs)
    const found = fullest(counts, bucketMs)
    const usual = Math.max(share, (TIMES * shareAt(all, found.at)) / sampled)
    if (found.keys > keys * usual + ERRORS * errorOf(keys, usual)) return true
    const less = top.keys / sampled / TIMES
    return shareAt(counts, top.at) < keys * less - ERRORS * errorOf(keys, less)
  })
}

const errorOf = (trials: number, share: number) => Math.sqrt(trials * share * Math.max(0, 1 - share))

function secondsOf(ends: readonly number[], bucketMs: number): Map<number, number> {
  const counts = new Map<number, number>()
  for (const end of ends) {
    if (Number.isNaN(end)) continue
    const at = Math.floor(end / bucketMs) * bucketMs
    counts.set(at, (counts.get(at) ?? 0) + 1)
  }
  return counts
}

function fullest(counts: ReadonlyMap<number, number>, bucketMs: number): Pair {
  let best: Pair = { at: 0, keys: 0 }
  for (const [at, own] of counts) {
    const keys = own + (counts.get(at + bucketMs) ?? 0)
    if (keys > best.keys) best = { at, keys }
  }
  return best
}
