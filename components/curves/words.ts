import { text } from '@/lib/format/format.ts'
import type { CurvesView } from '@/lib/model/answers/curves.ts'
import { type CurvePoint, sizeOf } from './question.ts'
import type { SizeUnit } from './size.ts'

/** A difference of hit ratios: `+4.2 points`, `−0.3 points`, `±0 points`. */
export function pointsText(difference: number): string {
  const points = (Math.abs(difference) * 100).toFixed(1)
  const sign = Number(points) === 0 ? '±' : difference < 0 ? '−' : '+'
  return `${sign}${Number(points) === 0 ? '0' : points}\u00a0points`
}

/** What a curve shows, for whoever does not see it: its ends, and the marked size. */
export function curveWords(name: string, points: readonly CurvePoint[], by: SizeUnit, mark: CurvePoint | null): string {
  const [first, last] = [points[0], points.at(-1)]
  if (!first || !last) return `${name}: not answered yet.`
  const at = (point: CurvePoint) => `${text(point.hitRatio, 'ratio')} at ${text(sizeOf(point, by), by === 'bytes' ? 'bytes' : 'count')}`
  return `${name}: hit ratio ${at(first)} to ${at(last)}${mark ? `; marked ${at(mark)}` : ''}.`
}

/** How an answer came about. */
export const methodWords = ({ method, basis, localHitRatio }: CurvesView): string =>
  [method, basis, localHitRatio !== null && `${text(localHitRatio, 'ratio')} of the reads end in the application.`]
    .filter(Boolean)
    .join(' ')
