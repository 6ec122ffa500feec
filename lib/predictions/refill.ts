import type { Interval } from '../math/intervals.ts'

/**
 * A cache that begins empty under known demand: `hits` of a second would be hits if it were warm, by the keys that it would then hold.
 * `keys` counts them.
 */
export type Cold = { hits: Interval; keys: number }

/**
 * How popular keys are is not known without references, so that each answer spans popularity from even to Zipf's law with 1.1: request
 * streams of web caches lie between 0.64 and 0.83 (Breslau et al., INFOCOM 1999), those of application caches higher (Yang et al., OSDI 2020).
 */
const SKEWS = [0, 0.5, 0.8, 1.1]
const MIDDLE = 0.8
/** Ranks are summed in so many groups of equal width on a logarithmic scale. */
const GROUPS = 240

/** Share of the demand that is for each group of ranks, and how many keys are in it. */
type Group = { keys: number; share: number }

function groupsOf(keys: number, skew: number): Group[] {
  const edges = [...new Set(Array.from({ length: GROUPS + 1 }, (_, i) => Math.round(keys ** (i / GROUPS))))]
  const groups = edges.map((to, i) => {
    const from = i === 0 ? 0 : edges[i - 1]!
    // The middle of the ranks stands for all of them: groups are narrow.
    return { keys: to - from, share: (to - from) * ((from + to + 1) / 2) ** -skew }
  })
  const sum = groups.reduce((total, { share }) => total + share, 0)
  return groups.map((group) => ({ ...group, share: group.share / sum }))
}

/** The first read of each key misses: misses a second between two moments, ms after the start. Each key is read by a Poisson process. */
function missesOf(groups: readonly Group[], hits: number, fromMs: number, toMs: number): number {
  const [from, to] = [fromMs / 1_000, toMs / 1_000]
  const missed = groups.reduce((sum, { keys, share }) => {
    const each = (hits * share) / keys
    return sum + keys * (Math.exp(-each * from) - Math.exp(-each * to))
  }, 0)
  return missed / (to - from)
}

/** Misses a second for want of what a warm cache would hold, on average between two moments (ms after it began empty). */
export function refillMisses({ hits, keys }: Cold, fromMs: number, toMs: number): Interval {
  if (keys < 1 || hits.high <= 0) return { value: 0, low: 0, high: 0 }
  const at = (skew: number, rate: number) => missesOf(groupsOf(keys, skew), Math.max(0, rate), fromMs, toMs)
  const all = SKEWS.flatMap((skew) => [at(skew, hits.low), at(skew, hits.high)])
  return { value: at(MIDDLE, hits.value), low: Math.min(...all), high: Math.max(...all) }
}

/** When a tenth of what a warm cache would hit still misses, ms after it began empty. Null where nothing is read. */
export function warmAfterMs({ hits, keys }: Cold): Interval | null {
  if (keys < 1 || hits.low <= 0) return null
  const at = (skew: number, rate: number) => {
    const groups = groupsOf(keys, skew)
    const cold = (ms: number) => missesOf(groups, rate, ms, ms + 1) > 0.1 * rate
    let [low, high] = [0, 1_000]
    while (cold(high) && high < 1e10) high *= 2
    for (let round = 0; round < 40; round++) {
      const middle = (low + high) / 2
      if (cold(middle)) low = middle
      else high = middle
    }
    return high
  }
  const all = SKEWS.flatMap((skew) => [at(skew, hits.low), at(skew, hits.high)])
  return { value: at(MIDDLE, hits.value), low: Math.min(...all), high: Math.max(...all) }
}
