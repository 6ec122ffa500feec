import { clamped, meanInterval, poissonRate, ratioInterval, widest } from '../math/intervals.ts'
import type { Labels, Series } from '../model/series.ts'
import type { Measurement, SeriesWindow } from '../model/window.ts'
import { batchesOf, grownIn, meanIn, measured, rows, secondsIn, unjudged } from './batches.ts'

/** A counter's growth per second; of several rows, of all together. */
export const rateOf =
  (counter: string, events: boolean) =>
  (window: SeriesWindow, where: Labels): Measurement =>
    rateOfRows(window, rows(window, counter, where), counter, where, events)

/**
 * The rate of several counters together, per second. Of whole `events` the interval is at least that of a Poisson count: few events are never
 * certain. Seconds and bytes are no events.
 */
export function rateOfRows(window: SeriesWindow, series: readonly Series[], metric: string, where: Labels, events = true): Measurement {
  const batches = batchesOf(window, series, metric, where)
  if (typeof batches === 'string') return unjudged(batches)
  const growth = grownIn(series, batches)
  const seconds = secondsIn(series, batches)
  const interval = ratioInterval(growth.map((part, i) => ({ part: part ?? 0, whole: part === null ? 0 : seconds[i]! })))
  if (!interval) return unjudged(`${metric} has only gaps`)
  const total = growth.reduce<number>((sum, part) => sum + (part ?? 0), 0)
  const seen = seconds.reduce((sum, part) => sum + part, 0)
  const wide = events ? widest(interval, poissonRate(total, seen)) : interval
  return measured(clamped(wide, 0, Number.POSITIVE_INFINITY), total)
}

/** A gauge's mean over time, of several rows their sum or their mean. Moments at which not all of them were seen are left out. */
export const meanOfRows =
  (metric: string, together: 'sum' | 'mean') =>
  (window: SeriesWindow, where: Labels): Measurement => {
    const series = rows(window, metric, where)
    const batches = batchesOf(window, series, metric, where)
    if (typeof batches === 'string') return unjudged(batches)
    const means = series.map((row) => meanIn(row, batches))
    const all = Array.from({ length: batches.size }, (_, i) => {
      const seen = means.flatMap((of) => of[i] ?? [])
      if (seen.length < means.length) return null
      const sum = seen.reduce((total, value) => total + value, 0)
      return together === 'mean' ? sum / seen.length : sum
    }).filter((value): value is number => value !== null)
    const interval = meanInterval(all)
    if (!interval || all.length < 2) return unjudged(`${metric} was seen too briefly`)
    return measured(interval, Math.max(...series.map(({ points }) => points.length)))
  }
