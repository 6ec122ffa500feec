import { isPriced, memoryCost, type Prices, readsCost } from '../model/prices.ts'
import type { CurvePoint, CurveRecord } from '../model/record.ts'

/** What a shorter TTL may cost in hits, of all reads of the cache, and what it must win: a part of the bytes that its keys hold, and so many bytes. */
export type LifeLimits = { loss: number; saving: number; bytesMin: number }

/** A TTL of a curve beside the present one. */
export type Life = {
  now: CurvePoint
  point: CurvePoint
  /** Bytes that its keys hold less; null: not known. */
  saved: number | null
  /** What memory and reads of the origin cost less a month; null: no prices, or nothing that they could be multiplied by. */
  saves: number | null
}

/** A lower cost by less than this is within what the curve and the traffic vary. */
const COST_SAVING = 0.05

/** The present TTL of a curve that is of these keys as they are now; null where the policy was changed since. */
export const presentLife = (curve: CurveRecord, ttlMs: number): CurvePoint | null => {
  const now = curve.points[curve.present.point]!
  return now.ttlMs === ttlMs ? now : null
}

/** The shortest TTL that hits as much: the keys that it ends earlier are not read again. */
export function shorterLife(curve: CurveRecord, now: CurvePoint, { loss, saving, bytesMin }: LifeLimits): Life | null {
  const held = now.heldBytes ?? null
  if (held === null) return null
  const [point] = curve.points
    .filter(({ ttlMs }) => ttlMs !== null && ttlMs < now.ttlMs!)
    .filter(({ hitRatio, high }) => curve.readsShare * (now.hitRatio - hitRatio) <= loss && now.hitRatio <= high)
    .sort((a, b) => a.ttlMs! - b.ttlMs!)
  const saved = point?.heldBytes == null ? 0 : held - point.heldBytes
  return point && saved >= bytesMin && saved >= saving * held ? { now, point, saved, saves: null } : null
}

/** What a point of a curve costs a month with its own hit ratio, or another; null: no price, or not known what its keys hold. */
function costOf(
  { readsShare }: CurveRecord,
  { heldBytes, hitRatio }: CurvePoint,
  prices: Prices,
  reads: number,
  ratio = hitRatio,
): number | null {
  if (heldBytes == null || !isPriced(prices)) return null
  return memoryCost(heldBytes, prices)! + readsCost(reads * readsShare * (1 - ratio), prices)!
}

/**
 * The TTL that costs least, of those that were tried: the break-even, beyond which what is held longer costs more than the reads that it
 * saves, and below which the reads cost more. null where the present one is as good as that. `reads`: of the whole cache, a second.
 */
export function cheapestLife(curve: CurveRecord, now: CurvePoint, prices: Prices, reads: number): Life | null {
  const cost = costOf(curve, now, prices, reads)
  if (cost === null) return null
  const all = curve.points.flatMap((point) => {
    const own = point.ttlMs === null ? null : costOf(curve, point, prices, reads)
    return own === null ? [] : [{ point, cost: own }]
  })
  const best = all.reduce((a, b) => (b.cost < a.cost ? b : a))
  // It must be cheaper at the bad end of its band too.
  const worst = costOf(curve, best.point, prices, reads, best.point.low)!
  if (best.point === now || cost - best.cost < COST_SAVING * cost || worst >= cost) return null
  return { now, point: best.point, saved: now.heldBytes! - best.point.heldBytes!, saves: cost - best.cost }
}

/** A shorter TTL that is worth it: the one that costs least, or that hits as much, and, where there are prices, costs less. */
export function thriftierLife(curve: CurveRecord, now: CurvePoint, prices: Prices, reads: number, limits: LifeLimits): Life | null {
  const cheapest = cheapestLife(curve, now, prices, reads)
  if (cheapest) return cheapest.point.ttlMs! < now.ttlMs! && cheapest.saved! >= limits.bytesMin ? cheapest : null
  const shorter = shorterLife(curve, now, limits)
  const cost = costOf(curve, now, prices, reads)
  if (!shorter || cost === null) return shorter
  const saves = cost - costOf(curve, shorter.point, prices, reads)!
  return saves > 0 ? { ...shorter, saves } : null
}
