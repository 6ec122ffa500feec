import type { Policy } from '@/lib/curves/question.ts'
import type { CurvesView } from '@/lib/model/answers/curves.ts'
import type { Local, Rule } from './rule.ts'
import type { SizeUnit } from './size.ts'

/** What the API takes of them. */
const PARTS_MOST = 20

/** Whose references are replayed. */
export type Source = { trace: string } | { target: string; match: string }

/** The body of `POST curves`. */
export type CurvesQuestion = {
  source: { trace: string } | { target: string; match?: string }
  policy?: Policy
  samples?: number
  ttl?: { ms: number; jitter: number; refreshOnRead: boolean } | null
  parts?: { match: string; ttl?: { ms: number; jitter: number; refreshOnRead: boolean } | null }[]
  local?: Local
  sizes: { bytes: number[] } | { keys: number[] }
}

export type CurvePoint = CurvesView['points'][number]
export type CurvePart = NonNullable<CurvePoint['parts']>[number]

/** `told`: patterns of keys that are told by themselves though nothing is changed of them. */
export function questionOf(
  source: Source,
  { policy, samples, ttl, parts: changed, local }: Rule,
  by: SizeUnit,
  sizes: number[],
  told: readonly string[] = [],
): CurvesQuestion {
  const parts = [
    ...changed.map((part) => ({ match: part.match, ttl: part.ttl === 'none' ? null : part.ttl })),
    ...told.filter((match) => !changed.some((part) => part.match === match)).map((match) => ({ match })),
  ].slice(0, PARTS_MOST)
  return {
    source: 'trace' in source ? source : { target: source.target, ...(source.match !== '' && { match: source.match }) },
    ...(policy !== null && { policy }),
    ...(samples !== null && { samples }),
    ...(ttl !== null && { ttl: ttl === 'none' ? null : ttl }),
    ...(parts.length > 0 && { parts }),
    ...(local && { local }),
    sizes: by === 'bytes' ? { bytes: sizes } : { keys: sizes },
  }
}

/** How large a point's cache is, in the unit that was asked. */
export const sizeOf = (point: CurvePoint, by: SizeUnit): number => (by === 'bytes' ? (point.bytes ?? 0) : point.keys)

/**
 * A point between two that were computed, along the logarithm of the size, with their wider band: what stands there until the size itself is
 * answered. Null outside of what was computed.
 */
export function pointAt(points: readonly CurvePoint[], by: SizeUnit, size: number): CurvePoint | null {
  const at = points.findIndex((point) => sizeOf(point, by) >= size)
  const above = points[at]
  if (!above) return null
  if (sizeOf(above, by) === size) return above
  const below = points[at - 1]
  if (!below) return null
  const [a, b] = [sizeOf(below, by), sizeOf(above, by)]
  const part = Math.log(size / a) / Math.log(b / a)
  const between = (x: number, y: number) => x + (y - x) * part
  const hitRatio = between(below.hitRatio, above.hitRatio)
  const bytesBetween = (x: number | null, y: number | null) => (x === null || y === null ? null : Math.round(between(x, y)))
  return {
    keys: by === 'keys' ? size : Math.round(between(below.keys, above.keys)),
    bytes: by === 'bytes' ? size : bytesBetween(below.bytes, above.bytes),
    held: { keys: Math.round(between(below.held.keys, above.held.keys)), bytes: bytesBetween(below.held.bytes, above.held.bytes) },
    hitRatio,
    low: Math.max(0, hitRatio - Math.max(below.hitRatio - below.low, above.hitRatio - above.low)),
    high: Math.min(1, hitRatio + Math.max(below.high - below.hitRatio, above.high - above.hitRatio)),
    fills: Math.round(between(below.fills, above.fills)),
    age: below.age && above.age ? { mean: between(below.age.mean, above.age.mean), p95: between(below.age.p95, above.age.p95) } : above.age,
  }
}
