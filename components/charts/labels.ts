import type { ChartPoint } from './geometry.ts'
import type { Scale } from './scale.ts'

/** A character of a label is so wide and high at 11 px, a little more than most are. */
const CHARACTER_PX = 6
const LINE_PX = 12
/** From the edge of the plot, and from the line that the label belongs to, px. */
const EDGE_PX = 4
const OFF_PX = 4

export const labelPx = (text: string): number => text.length * CHARACTER_PX

/** Where a text begins or ends (`anchor`), and its baseline. */
export type Place = { x: number; y: number; anchor: 'start' | 'end' }
type Box = { left: number; right: number; top: number; bottom: number }

/**
 * The place for the label of a line across the plot: beside the line, where it is not cut off and no series runs through it; where all
 * places are taken, the first that is not cut off. `above`: which side of the line is tried first.
 */
export function levelLabelPlace(
  { label, value, above }: { label: string; value: number; above: boolean },
  scale: Scale,
  series: readonly { points: readonly ChartPoint[] }[],
): Place {
  const at = scale.y(value)
  const rows = [at - OFF_PX, at + LINE_PX].map((y) => ({ y, fits: y - LINE_PX >= 0 && y <= scale.bottom - 2 }))
  const places = (above ? rows : rows.toReversed())
    .filter(({ fits }) => fits)
    .flatMap<Place>(({ y }) => [
      { x: scale.right - EDGE_PX, y, anchor: 'end' },
      { x: scale.left + EDGE_PX, y, anchor: 'start' },
    ])
  const boxOf = ({ x, y, anchor }: Place): Box => {
    const left = anchor === 'end' ? x - labelPx(label) : x
    return { left, right: left + labelPx(label), top: y - LINE_PX + 2, bottom: y + 2 }
  }
  const free = places.find((place) => !series.some(({ points }) => runsThrough(points, boxOf(place), scale)))
  return free ?? places[0] ?? { x: scale.right - EDGE_PX, y: at - OFF_PX, anchor: 'end' }
}

/** Whether a line through the points enters a box. */
function runsThrough(points: readonly ChartPoint[], box: Box, { x, y }: Pick<Scale, 'x' | 'y'>): boolean {
  let before: [number, number] | null = null
  for (const [ms, value] of points) {
    const now: [number, number] | null = value === null || !Number.isFinite(value) ? null : [x(ms), y(value)]
    if (now && now[0] >= box.left && crosses(before ?? now, now, box)) return true
    if (now && now[0] > box.right) return false
    before = now
  }
  return false
}

function crosses([x0, y0]: [number, number], [x1, y1]: [number, number], box: Box): boolean {
  const [from, to] = [Math.max(x0, box.left), Math.min(x1, box.right)]
  if (from > to) return false
  const at = (px: number) => (x1 === x0 ? y1 : y0 + ((y1 - y0) * (px - x0)) / (x1 - x0))
  return Math.max(at(from), at(to)) >= box.top && Math.min(at(from), at(to)) <= box.bottom
}
