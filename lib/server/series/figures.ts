import { measure } from '../../metrics/measure.ts'
import type { Figure } from '../../model/answers/shape.ts'
import { type Labels, newestOf } from '../../model/series.ts'
import type { TargetFacts } from '../../model/topology.ts'
import type { Measurement, SeriesWindow } from '../../model/window.ts'

/** What a list shows is measured over this long: long enough for a steady number, short enough to see a fault. */
export const FIGURE_SPAN_MS = 60_000

/** So many values of what a provider measures by the minute: fewer give no steady number. */
const FIGURE_STEPS = 10

/** The window of a target's figures: that of all, but longer for what its provider measures by the minute and tells later. */
export const figureWindow = (
  { engine }: { engine: { window(spanMs: number): SeriesWindow } },
  facts: Pick<TargetFacts, 'resolution'> | undefined,
  window: SeriesWindow,
): SeriesWindow => (facts?.resolution ? engine.window(facts.resolution.lateMs + FIGURE_STEPS * facts.resolution.everyMs) : window)

export function figure(metric: string, where: Labels, window: SeriesWindow): Figure {
  return figureOf(measure(metric, where, window))
}

export const figureOf = (measured: Measurement): Figure =>
  measured.is === 'measured' ? { value: measured.value, low: measured.low, high: measured.high } : { because: measured.because }

/** The newest value of a gauge, unless it is older than 2.5 of its steps; of several series, the sum. `where` names every label that matters. */
export function newest(metric: string, where: Labels, window: SeriesWindow): number | null {
  let sum: number | null = null
  for (const series of window.series(metric, where)) {
    const last = newestOf(series)
    if (last && window.to - last[0] <= Math.max(2.5 * series.stepMs, 5000) + (series.lateMs ?? 0)) sum = (sum ?? 0) + last[1]
  }
  return sum
}

export function newestFigure(metric: string, where: Labels, window: SeriesWindow): Figure {
  const value = newest(metric, where, window)
  return value === null ? { because: 'it is not reported' } : { value }
}
