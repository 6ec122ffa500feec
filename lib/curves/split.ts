import type { CurvePoint, CurveRecord } from '../model/record.ts'

/** A cache of several that share their memory out: its curve of memory, and how many reads a second a point of its hit ratio is worth. */
export type SplitCache = { curve: Pick<CurveRecord, 'points' | 'present'>; readsPerSecond: number; mostBytes: number | null }

type Sized = CurvePoint & { bytes: number }
type Segment = { cache: number; bytes: number; worth: number }

/** A change of a limit by less is noise, not worth a write. */
const LEAST_PART = 0.05

/**
 * The limits of several caches, of together the memory that they have now, by which most reads hit: marginal allocation (Fox 1966), which gives
 * each next byte to whoever gains most by it, and is exact on concave curves; of a curve with a cliff its concave hull is taken (Talus,
 * Beckmann and Sanchez, HPCA 2015; for caches of one service Cliffhanger, NSDI 2016, and Memshare, ATC 2017). In multiples of `unit`.
 */
export function splitMemory(caches: readonly SplitCache[], unit: number): number[] {
  const now = caches.map(({ curve }) => presentBytes(curve))
  const hulls = caches.map((cache) => hullOf(cache))
  const given = hulls.map((hull) => hull[0]!.bytes)
  let left = sum(now) - sum(given)
  const segments = hulls.flatMap((hull, cache) =>
    hull.slice(1).map((point, i): Segment => {
      const before = hull[i]!
      const bytes = point.bytes - before.bytes
      return { cache, bytes, worth: (caches[cache]!.readsPerSecond * (point.hitRatio - before.hitRatio)) / bytes }
    }),
  )
  for (const { cache, bytes } of segments.sort((a, b) => b.worth - a.worth)) {
    const taken = Math.min(left, bytes)
    given[cache]! += taken
    left -= taken
  }
  return rounded(given, now, unit)
}

/** What a cache would hit with so much memory: between two points of its curve on the line, beyond its ends as at the end. */
export function pointAt({ points }: Pick<CurveRecord, 'points'>, bytes: number): CurvePoint {
  const all = sizedPoints(points)
  const above = all.find((point) => point.bytes >= bytes) ?? all.at(-1)!
  const below = all.findLast((point) => point.bytes <= bytes) ?? all[0]!
  const part = above.bytes > below.bytes ? (bytes - below.bytes) / (above.bytes - below.bytes) : 0
  const between = (of: 'hitRatio' | 'low' | 'high') => below[of] + part * (above[of] - below[of])
  const ratios = { hitRatio: between('hitRatio'), low: between('low'), high: between('high') }
  return { ...above, ...ratios, bytes, filled: below.filled && above.filled }
}

export const presentBytes = ({ points, present }: Pick<CurveRecord, 'points' | 'present'>): number => points[present.point]!.bytes!

/** The upper concave hull of what is known, from the smallest size on. */
function hullOf({ curve, mostBytes }: SplitCache): Sized[] {
  const now = presentBytes(curve)
  const known = sizedPoints(curve.points).filter(
    ({ bytes, filled }) => bytes === now || (filled && (bytes < now || bytes <= (mostBytes ?? bytes))),
  )
  const hull: Sized[] = []
  for (const point of known) {
    while (hull.length > 1 && slope(hull.at(-2)!, hull.at(-1)!) <= slope(hull.at(-1)!, point)) hull.pop()
    hull.push(point)
  }
  return hull
}

const slope = (a: Sized, b: Sized) => (b.hitRatio - a.hitRatio) / (b.bytes - a.bytes)

/** By size; of a size that is there twice the first. */
const sizedPoints = (points: readonly CurvePoint[]): Sized[] =>
  points
    .filter((point): point is Sized => point.bytes !== null)
    .sort((a, b) => a.bytes - b.bytes)
    .filter(({ bytes }, i, all) => i === 0 || bytes !== all[i - 1]!.bytes)

/** Whole units, next to nothing left as it is, and never more in all than there is: who gains most gives what is over. */
function rounded(given: readonly number[], now: readonly number[], unit: number): number[] {
  const whole = given.map((bytes, i) => (Math.abs(bytes - now[i]!) < LEAST_PART * now[i]! ? now[i]! : Math.floor(bytes / unit) * unit))
  const over = sum(whole) - sum(now)
  if (over <= 0) return whole
  const most = whole.map((bytes, i) => bytes - now[i]!).reduce((best, more, i, all) => (more > all[best]! ? i : best), 0)
  return whole.map((bytes, i) => (i === most ? Math.max(now[i]!, bytes - Math.ceil(over / unit) * unit) : bytes))
}

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0)
