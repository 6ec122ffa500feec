import type { Labels } from '../model/series.ts'
import type { Measurement, SeriesWindow } from '../model/window.ts'
import { metricOf } from './registry.ts'

/**
 * What a metric comes to over a window, with its 95 % interval and the number of events (or readings) behind it: the one definition that
 * proposals, guards, verification and pages share. The interval is from batches over time, so noise that lasts does not make it too narrow.
 */
export const measure = (metric: string, where: Labels, window: SeriesWindow): Measurement => metricOf(metric).measure(window, where)

/** The measured value alone; null where it is unjudged. */
export function measuredValue(metric: string, where: Labels, window: SeriesWindow): number | null {
  const measured = measure(metric, where, window)
  return measured.is === 'measured' ? measured.value : null
}
