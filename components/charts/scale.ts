import type { Unit } from '@/lib/format/format.ts'
import type { ChartContent } from './chart.ts'
import { type ChartPoint, extent, medianStep, timeTicks, valueTicks } from './geometry.ts'

/** Room around the lines for the labels of the axes, px. */
export const MARGIN = { top: 6, right: 8, bottom: 20, left: 52 }
/** A label of the time axis and the room to the next take so much, px. */
const TIME_LABEL_PX = 64

/** The scales of a plot: values and moments to px inside its SVG, and the ticks of both axes. */
export type Scale = {
  x: (ms: number) => number
  y: (value: number) => number
  /** The moment at so many px from the left edge, kept inside the range. */
  timeAt: (px: number) => number
  left: number
  right: number
  top: number
  bottom: number
  times: number[]
  values: number[]
}

type Drawn = { width: number; height: number; series: readonly { points: readonly ChartPoint[] }[] }

/** Fits the scales to what a chart shows. Ratios and rates begin at zero unless `fromZero` says otherwise. */
export function scaleOf(content: ChartContent, { width, height, series }: Drawn): Scale {
  const { from, to } = content
  const [left, right, top, bottom] = [MARGIN.left, Math.max(MARGIN.left + 1, width - MARGIN.right), MARGIN.top, height - MARGIN.bottom]
  const values = valuesOf(content, series, height)
  const [low, high] = [values[0]!, values.at(-1)!]
  const offset = -new Date(to).getTimezoneOffset() * 60_000
  return {
    x: (ms) => left + ((ms - from) / (to - from || 1)) * (right - left),
    y: (value) => bottom - ((value - low) / (high - low || 1)) * (bottom - top),
    timeAt: (px) => Math.min(to, Math.max(from, from + ((px - left) / (right - left)) * (to - from))),
    left,
    right,
    top,
    bottom,
    times: timeTicks(from, to, Math.max(1, Math.min(6, Math.floor((right - left) / TIME_LABEL_PX))), offset),
    values,
  }
}

/** The ticks of the value axis: they cover every value and everything that is drawn beside the lines. */
export function valuesOf(content: ChartContent, series: Drawn['series'], height: number): number[] {
  const { unit, threshold, baseline, bands = [], fromZero = true } = content
  const beside = [threshold?.value, baseline?.value, ...bands.flatMap((band) => [band.low, band.high])]
  const [low, high] = extent(
    series,
    beside.filter((value) => value !== undefined),
  ) ?? [0, 1]
  return valueTicks(fromZero ? Math.min(0, low) : low, topOf(high, unit, fromZero), height < 160 ? 3 : 4, unit === 'bytes')
}

/** A ratio near one is read against one; a ratio of nothing at all against one percent. */
const topOf = (high: number, unit: Unit, fromZero: boolean) =>
  unit !== 'ratio' ? high : high > 0.6 && high <= 1 && fromZero ? 1 : Math.max(high, 0.01)

export type LinePath = { d: string; dots: [x: number, y: number][] }

/**
 * The path of a line: broken where a value is missing or a hole is wider than 2.5 steps, because a gap is not a value. A point between two
 * gaps cannot be seen as a line and becomes a dot.
 */
export function linePath(points: readonly ChartPoint[], { x, y }: Pick<Scale, 'x' | 'y'>, stepMs?: number): LinePath {
  const step = stepMs ?? medianStep(points)
  const dots: LinePath['dots'] = []
  let d = ''
  let run: string[] = []
  let first: [number, number] = [0, 0]
  let before: number | null = null
  const end = () => {
    if (run.length === 1) dots.push(first)
    else if (run.length > 1) d += `M${run.join('L')}`
    run = []
  }
  for (const [ms, value] of points) {
    if (before !== null && step > 0 && ms - before > 2.5 * step) end()
    before = ms
    if (value === null || !Number.isFinite(value)) {
      end()
      continue
    }
    const at: [number, number] = [tenth(x(ms)), tenth(y(value))]
    if (run.length === 0) first = at
    run.push(`${at[0]} ${at[1]}`)
  }
  end()
  return { d, dots }
}

const tenth = (px: number) => Math.round(px * 10) / 10
