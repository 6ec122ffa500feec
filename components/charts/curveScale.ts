import { MARGIN } from './scale.ts'

/** One size of a cache on a curve: its hit ratio, and the band around it. */
export type CurvePoint = { size: number; value: number; low: number; high: number }
export type Curve = { name: string; colour: string; dashed?: boolean; points: readonly CurvePoint[] }

/** The scales of a chart of hit ratio over size: the size by its logarithm, the ratio from 0 to 1. */
export type CurveScale = {
  x: (size: number) => number
  y: (ratio: number) => number
  /** The size at so many px from the left edge, kept inside the range. */
  sizeAt: (px: number) => number
  left: number
  right: number
  top: number
  bottom: number
  sizes: number[]
  ratios: number[]
}

/** A label of the size axis and the room to the next take so much, px. */
const LABEL_PX = 72
const RATIOS = [0, 0.2, 0.4, 0.6, 0.8, 1]

type Drawn = { low: number; high: number; binary: boolean; width: number; height: number }

export function curveScale({ low, high, binary, width, height }: Drawn): CurveScale {
  const [left, right, top, bottom] = [MARGIN.left, Math.max(MARGIN.left + 1, width - MARGIN.right), MARGIN.top, height - MARGIN.bottom]
  const span = Math.log(high / low) || 1
  return {
    x: (size) => left + (Math.log(size / low) / span) * (right - left),
    y: (ratio) => bottom - ratio * (bottom - top),
    sizeAt: (px) => low * Math.exp(Math.min(1, Math.max(0, (px - left) / (right - left))) * span),
    left,
    right,
    top,
    bottom,
    sizes: sizeTicks(low, high, Math.max(2, Math.floor((right - left) / LABEL_PX)), binary),
    ratios: RATIOS,
  }
}

/** Round sizes inside `low..high`, at most `most`: powers of two, or 1, 2 and 5 of each power of ten, thinned evenly. */
export function sizeTicks(low: number, high: number, most: number, binary: boolean): number[] {
  const all: number[] = []
  if (binary) for (let at = Math.ceil(Math.log2(low) - 1e-9); 2 ** at <= high * (1 + 1e-9); at++) all.push(2 ** at)
  else
    for (let power = Math.floor(Math.log10(low)); 10 ** power <= high; power++)
      for (const part of [1, 2, 5]) {
        const size = part * 10 ** power
        if (size >= low * (1 - 1e-9) && size <= high * (1 + 1e-9)) all.push(size)
      }
  if (all.length <= most) return all
  const tens = all.filter((size) => Number.isInteger(Math.log10(size)))
  if (!binary && tens.length >= 2 && tens.length <= most) return tens
  const step = Math.ceil(all.length / most)
  return all.filter((_, at) => at % step === 0)
}

/** `d` of the line of a curve, and of its band: out along the upper edge, back along the lower one. */
export function curvePath(points: readonly CurvePoint[], { x, y }: Pick<CurveScale, 'x' | 'y'>): { line: string; band: string } {
  const along = (pick: (point: CurvePoint) => number, of = points) =>
    of.map((point) => `${tenth(x(point.size))} ${tenth(y(pick(point)))}`).join('L')
  if (points.length === 0) return { line: '', band: '' }
  return {
    line: `M${along(({ value }) => value)}`,
    band: `M${along(({ high }) => high)}L${along(({ low }) => low, points.toReversed())}Z`,
  }
}

const tenth = (px: number) => Math.round(px * 10) / 10
