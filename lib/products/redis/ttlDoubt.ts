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

/**
 * Whether the keys that were found last end in other seconds than those of the whole sample: a change-point test of its fullest two seconds and
 * theirs. Then the sample is renewed quickly, which is otherwise not worth its cost. `newest`: when they end (NaN: never), the newest first.
 */
export function isDoubted(newest: readonly number[], whole: Histogram): boolean {
  const { bucketMs, buckets, sampled } = whole
  if (sampled === 0) return false
  const top = fullest(buckets, bucketMs)
  return LOOKS.some(({ keys, share }) => {
    if (newest.length < keys) return false
    const seconds = secondsOf(newest.slice(0, keys), bucketMs)
    const found = fullest(seconds, bucketMs)
    const usual = Math.max(share, (TIMES * pairAt(buckets, found.at, bucketMs)) / sampled)
    if (found.keys > keys * usual + ERRORS * errorOf(keys, usual)) return true
    const less = top.keys / sampled / TIMES
    return pairAt(seconds, top.at, bucketMs) < keys * less - ERRORS * errorOf(keys, less)
  })
}

/** The share of a sample that ends in its fullest two seconds. */
export const fullestShare = ({ buckets, bucketMs, sampled }: Histogram) => (sampled === 0 ? 0 : fullest(buckets, bucketMs).keys / sampled)

const errorOf = (trials: number, share: number) => Math.sqrt(trials * share * Math.max(0, 1 - share))

type Seconds = readonly (readonly [at: number, keys: number])[]

/** How many end in each second, in the order of time. */
function secondsOf(ends: readonly number[], bucketMs: number): Seconds {
  const seconds: [number, number][] = []
  const sorted = ends.filter((end) => !Number.isNaN(end)).sort((a, b) => a - b)
  for (const end of sorted) {
    const at = Math.floor(end / bucketMs) * bucketMs
    const last = seconds.at(-1)
    if (last?.[0] === at) last[1]++
    else seconds.push([at, 1])
  }
  return seconds
}

/** There are hundreds of seconds: nothing is made of them. */
function fullest(seconds: Seconds, bucketMs: number): Pair {
  const best: Pair = { at: 0, keys: 0 }
  for (let i = 0; i < seconds.length; i++) {
    const [at, own] = seconds[i]!
    const next = seconds[i + 1]
    const keys = next && next[0] - at === bucketMs ? own + next[1] : own
    if (keys <= best.keys) continue
    best.at = at
    best.keys = keys
  }
  return best
}

function pairAt(seconds: Seconds, at: number, bucketMs: number): number {
  let keys = 0
  for (let i = 0; i < seconds.length; i++) {
    const second = seconds[i]!
    if (second[0] > at + bucketMs) break
    if (second[0] >= at) keys += second[1]
  }
  return keys
}
