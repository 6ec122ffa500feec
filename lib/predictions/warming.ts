import type { Interval } from '../math/intervals.ts'
import type { Cold } from './refill.ts'

/** A hook that hands keys to the application, the hottest first. `covers`: the part of the reads that they hold; null: not known. */
export type Hook = { keys: number; perSecond: number; afterMs: number; covers: Interval | null }

/**
 * Popularity by Zipf's law, where nothing is measured of it: request streams of web caches lie between 0.64 and 0.83 (Breslau et al., INFOCOM 1999),
 * those of application caches higher (Yang et al., OSDI 2020).
 */
const SKEWS = { value: 0.8, all: [0, 0.5, 0.8, 1.1] }
const SKEW_MOST = 2.5
const GROUPS = 120
/** A hook whose calls take long, or fail at first, reaches this part of its rate. */
const SLOW = 0.5
/** From this share of the hit ratio before a cache is warm, as the rules of cold starts have it. */
export const WARM = 0.95
const MISSING = 1 - WARM
const MISSING_MOST = 0.2
/** In so many places of the time that a ratio is taken over. */
const POINTS = 6

/** Ranks `from` (not included) to `to`, and what part of the reads they hold. */
type Group = { from: number; to: number; share: number }

function groupsOf(keys: number, skew: number): Group[] {
  const edges = [...new Set(Array.from({ length: GROUPS + 1 }, (_, i) => Math.round(keys ** (i / GROUPS))))]
  const groups = edges.map((to, i) => {
    const from = i === 0 ? 0 : edges[i - 1]!
    return { from, to, share: (to - from) * ((from + to + 1) / 2) ** -skew }
  })
  const sum = groups.reduce((total, { share }) => total + share, 0)
  return groups.map((group) => ({ ...group, share: group.share / sum }))
}

/** What part of the reads the hottest keys hold. */
function topShare(groups: readonly Group[], top: number): number {
  return groups.reduce((sum, { from, to, share }) => sum + (share * Math.min(Math.max(0, top - from), to - from)) / (to - from), 0)
}

/** The exponent with which so many of all keys hold that part of the reads. */
function skewOf(keys: number, top: number, share: number): number {
  let [low, high] = [0, SKEW_MOST]
  for (let round = 0; round < 24; round++) {
    const middle = (low + high) / 2
    if (topShare(groupsOf(keys, middle), top) < share) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** Misses for want of warmth, as a part of the reads that would hit, `ms` after it was emptied. A key is there once it was read, or handed out. */
function missing(groups: readonly Group[], hits: number, ms: number, hook: Hook | null): number {
  const handed = hook ? Math.min(hook.keys, (hook.perSecond * Math.max(0, ms - hook.afterMs)) / 1_000) : 0
  return groups.reduce((sum, { from, to, share }) => {
    const left = Math.min(1, Math.max(0, to - Math.max(from, handed)) / (to - from))
    return left === 0 ? sum : sum + share * left * Math.exp((-hits * share * ms) / ((to - from) * 1_000))
  }, 0)
}

/** A ratio of so many reads scatters: the first that is high enough comes before the mean is. `deviations`: by how much of that. */
function warmMs(groups: readonly Group[], hits: number, overMs: number, hook: Hook | null, deviations: number): number {
  const reads = Math.max(1, (hits * overMs) / 1_000)
  const enough = Math.min(MISSING_MOST, MISSING + deviations * Math.sqrt((MISSING * (1 - MISSING)) / reads))
  const cold = (ms: number) => {
    const span = Math.min(ms, overMs)
    let sum = 0
    for (let i = 0; i < POINTS; i++) sum += missing(groups, hits, ms - (span * (i + 0.5)) / POINTS, hook)
    return sum / POINTS > enough
  }
  let [low, high] = [0, 1_000]
  while (cold(high) && high < 1e9) high *= 2
  for (let round = 0; round < 22; round++) {
    const middle = (low + high) / 2
    if (cold(middle)) low = middle
    else high = middle
  }
  return high
}

/** Misses for want of warmth until `ms` after it was emptied, in all. */
function missesUntil(groups: readonly Group[], hits: number, ms: number): number {
  return groups.reduce((sum, { from, to, share }) => sum + (to - from) * (1 - Math.exp((-hits * share * ms) / ((to - from) * 1_000))), 0)
}

/** The exponents that agree with what the named keys hold; the usual ones where that is not known, or all keys are named. */
function skewsOf(keys: number, hook: Hook): { value: number; all: number[] } {
  const { covers } = hook
  if (!covers || hook.keys >= keys) return SKEWS
  const [value, low, high] = [covers.value, covers.low, covers.high].map((share) => skewOf(keys, hook.keys, share)) as [
    number,
    number,
    number,
  ]
  return { value, all: [low, value, high] }
}

/**
 * How long a cache that was emptied takes to be warm, with a hook and without, in ms from that moment. Warm is a hit ratio, taken over `overMs`, of 95 %
 * of what it was. Keys are read by Poisson processes, their popularity follows Zipf's law with the exponent that was measured by what the named keys hold.
 */
export function warmingTimes({ hits, keys }: Cold, hook: Hook, overMs: number): { withHook: Interval; without: Interval } | null {
  if (keys < 1 || hits.low <= 0) return null
  const skews = skewsOf(keys, hook)
  const slow = { ...hook, perSecond: SLOW * hook.perSecond }
  const times = (used: Hook | null): Interval => {
    const all = skews.all.flatMap((skew) => {
      const groups = groupsOf(keys, skew)
      const hooks = used ? [used, slow] : [null]
      return [hits.low, hits.high].flatMap((rate) =>
        hooks.flatMap((one) => [0, 2].map((deviations) => warmMs(groups, rate, overMs, one, deviations))),
      )
    })
    return { value: warmMs(groupsOf(keys, skews.value), hits.value, overMs, used, 1), low: Math.min(...all), high: Math.max(...all) }
  }
  return { withHook: times(hook), without: times(null) }
}

/** Misses that a cache without a hook would have had for want of warmth until `ms` after it was emptied. */
export function coldMisses({ hits, keys }: Cold, hook: Hook, ms: number): Interval {
  const skews = skewsOf(keys, hook)
  const all = skews.all.flatMap((skew) => [hits.low, hits.high].map((rate) => missesUntil(groupsOf(keys, skew), rate, ms)))
  return { value: missesUntil(groupsOf(keys, skews.value), hits.value, ms), low: Math.min(...all), high: Math.max(...all) }
}
