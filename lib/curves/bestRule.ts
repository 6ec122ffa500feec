import type { CurvePoint, CurveRecord } from '../model/record.ts'

/** Rules that differ by less hit as much as each other: comparing more keys costs the server time at each eviction. */
const ALIKE = 0.005

/** The present rule of eviction of a policy's curve, and the one to take instead: of those that hit as much as the best, the nearest to it. */
export function bestRule({ points, present }: Pick<CurveRecord, 'points' | 'present'>): { now: CurvePoint; best: CurvePoint } {
  const now = points[present.point]!
  // Of a rule that was still learning at the end it is not known what it would hit.
  const known = points.filter((point) => point === now || point.filled)
  const most = Math.max(...known.map(({ hitRatio }) => hitRatio))
  const changes = (point: CurvePoint) => Number(point.policy !== now.policy) + Number(point.samples !== now.samples)
  const alike = known.filter(({ hitRatio }) => hitRatio >= most - ALIKE)
  return { now, best: alike.sort((a, b) => changes(a) - changes(b) || b.hitRatio - a.hitRatio)[0]! }
}
