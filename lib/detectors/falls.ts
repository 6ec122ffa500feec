import { deviationFor, moderated, placeboVariance, sumOf, type Variance } from '../math/sequential.ts'

/** Hits and lookups as running sums from poll to poll, with a leading zero. */
export type RatioSums = { hits: Float64Array; lookups: Float64Array }
/** What a fall must be: at least so deep, of so many lookups, so many standard errors, and with so much evidence (of `evidenceFor`). */
export type FallLimits = {
  drop: number
  lookupsMin: number
  z: number
  evidence: number
  /** The seasonal baseline: a fall to what is normal at this hour is none. Asked for where much else speaks for a fall. */
  hourly?(): number | null
}

/**
 * Lengths of "now" in polls and the least fall that each may report: the longer ones serve slow caches, and within them the daily wave, or
 * keys that were loaded together and begin to expire, move the ratio by some points too.
 */
const NOW: readonly (readonly [polls: number, fall: number])[] = [
  [2, 0],
  [4, 0],
  [8, 0.04],
  [12, 0.06],
  [16, 0.08],
  [23, 0.09],
  [30, 0.1],
]
/** The lengths alone. */
export const FALL_LENGTHS: readonly number[] = NOW.map(([polls]) => polls)
/** Least length of the baseline, in polls: with fewer, a warm-up looks normal. */
export const BEFORE_MIN = 15
/** How far back differences of the past are taken from, in polls. */
const PAST = 400
/** How much a hit ratio wanders besides counting, in its angle: some 0.6 points at a ratio of 0.9; that counts as much as so many seen values. */
const USUAL: Variance = { value: 0.01 ** 2, freedom: 60 }

/** Share of hits among the lookups of the polls `from` to `to` − 1. */
export const ratioOf = ({ hits, lookups }: RatioSums, from: number, to: number) =>
  (hits[to]! - hits[from]!) / (lookups[to]! - lookups[from]!)

/** A fall: the ratio before it, and in how many of the newest polls it is seen. */
export type Fall = { before: number; polls: number }

/** The fall of the ratio in the polls up to and with `i`, compared with those from `since` on; null: none. */
export function fallAt(sums: RatioSums, i: number, since: number, limits: FallLimits): Fall | null {
  const { lookups } = sums
  const to = i + 1
  for (const [length, least] of NOW) {
    const middle = to - length
    let from = Math.max(since, middle - baselineOf(length))
    // A slow cache needs longer for as many reads.
    while (from > since && middle - from < 90 && lookups[middle]! - lookups[from]! < 600) from--
    if (middle - from < BEFORE_MIN) return null
    const now = lookups[to]! - lookups[middle]!
    const before = lookups[middle]! - lookups[from]!
    if (now < limits.lookupsMin || before < 2 * limits.lookupsMin) continue
    const fall = Math.max(least, limits.drop)
    // An early exit that most ticks take: the expected ratio is never above the plain mean.
    if (ratioOf(sums, from, middle) - ratioOf(sums, middle, to) < fall) continue
    const was = expected(sums, from, middle, length)
    if (was.value - ratioOf(sums, middle, to) < fall) continue
    // The angle of a ratio has the same scatter whatever the ratio, and few misses are not mistaken for many (Anscombe, 1948).
    const below = (normal: number) => angle(normal, before) - angle(ratioOf(sums, middle, to), now)
    const counting = (0.25 / now + 0.25 * was.weight) * scatter(sums, from, middle)
    if (below(was.value) < limits.z * Math.sqrt(counting)) continue
    const normal = Math.min(was.value, limits.hourly?.() ?? 1)
    if (normal - ratioOf(sums, middle, to) < fall) continue
    const apart = below(normal)
    const { value, freedom } = sumOf([
      { value: counting, freedom: Number.POSITIVE_INFINITY },
      wander(sums, middle, since, length, middle - from),
    ])
    if (apart >= deviationFor(limits.evidence, freedom) * Math.sqrt(value)) return { before: normal, polls: length }
  }
  return null
}

const baselineOf = (length: number) => Math.max(20, 4 * length)

/** What moves differences between such blocks besides counting, from the past before `middle`, moderated by what is usual. */
function wander(sums: RatioSums, middle: number, since: number, length: number, baseline: number): Variance {
  const { lookups } = sums
  const first = Math.max(since, middle - PAST) + baseline
  const differences: number[] = []
  let counting = 0
  for (let at = first; at + length <= middle; at++) {
    const now = lookups[at + length]! - lookups[at]!
    const before = lookups[at]! - lookups[at - baseline]!
    if (now <= 0 || before <= 0) continue
    differences.push(angle(ratioOf(sums, at - baseline, at), before) - angle(ratioOf(sums, at, at + length), now))
    counting += 0.25 / now + 0.25 / before
  }
  if (differences.length === 0) return USUAL
  const seen = placeboVariance(differences, differences.length / (length + baseline / 4))
  return moderated({ ...seen, value: Math.max(0, seen.value - counting / differences.length) }, USUAL)
}

/** The expected ratio, from the span before: its mean, or its trend where it was falling already. `weight`: its variance in units of p(1−p). */
function expected(sums: RatioSums, from: number, middle: number, length: number): { value: number; weight: number } {
  const { lookups } = sums
  const half = from + Math.floor((middle - from) / 2)
  const [older, newer] = [ratioOf(sums, from, half), ratioOf(sums, half, middle)]
  const ahead = (length / 2 + (middle - half) / 2) / ((middle - from) / 2)
  const counts = [lookups[half]! - lookups[from]!, lookups[middle]! - lookups[half]!] as const
  const falls = (angle(older, counts[0]) - angle(newer, counts[1])) / Math.sqrt(0.25 / counts[0] + 0.25 / counts[1])
  if (!(falls > 2)) return { value: ratioOf(sums, from, middle), weight: 1 / (counts[0] + counts[1]) }
  return { value: newer - (older - newer) * ahead, weight: (1 + ahead) ** 2 / counts[1] + ahead ** 2 / counts[0] }
}

/** The overdispersion of the seconds before: chi-square over its degrees of freedom, one at least. */
function scatter({ hits, lookups }: RatioSums, from: number, middle: number): number {
  const was = (hits[middle]! - hits[from]!) / (lookups[middle]! - lookups[from]!)
  let sum = 0
  let used = 0
  for (let i = from; i < middle; i++) {
    const n = lookups[i + 1]! - lookups[i]!
    if (n <= 0) continue
    sum += (hits[i + 1]! - hits[i]! - was * n) ** 2 / (n * Math.max(was * (1 - was), 1e-6))
    used++
  }
  return Math.max(1, used > 1 ? sum / (used - 1) : 1)
}

/** Anscombe's angle of a ratio among so many. */
const angle = (ratio: number, count: number) => Math.asin(Math.sqrt((Math.min(1, Math.max(0, ratio)) * count + 3 / 8) / (count + 3 / 4)))
