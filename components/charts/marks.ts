import { safe } from '@/lib/format/format.ts'
import type { Annotation } from './chart.ts'
import { labelRows } from './geometry.ts'

/** A mark's label takes up to this part of the width, and so much height; where there are more, the line alone stands. */
const LABEL_SPAN = 0.4
export const LABEL_PX = 13
const LABEL_ROWS = 5

export type Mark = { at: number; text: string; row: number; leftOfLine: boolean; external: boolean }

/** How a mark is drawn: what Evenkeel did stands out. */
export const markLine = ({ external }: Pick<Mark, 'external'>) =>
  external ? { stroke: 'var(--dim)', strokeWidth: 1, strokeDasharray: '2 3' } : { stroke: 'var(--change)', strokeWidth: 1.5 }
export const markInk = ({ external }: Pick<Mark, 'external'>) => (external ? 'var(--dim)' : 'var(--change-text)')

/** The annotations inside a range, with labels that do not lie over one another and stand at the side that has room. */
export function marksOf(annotations: readonly Annotation[], from: number, to: number): Mark[] {
  const inside = annotations.filter((one) => one.at >= from && one.at <= to).sort((a, b) => a.at - b.at)
  const rows = labelRows(
    inside.map((one) => one.at),
    (to - from) * LABEL_SPAN,
  )
  return inside.map(({ at, label, external = false }, i) => ({
    at,
    external,
    row: rows[i]!,
    text: rows[i]! < LABEL_ROWS ? safe(label, 40) : '',
    leftOfLine: at - from > (to - from) * 0.6,
  }))
}
