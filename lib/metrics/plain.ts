import { meanInterval } from '../math/intervals.ts'
import { isCounter, type Labels } from '../model/series.ts'
import type { Measurement, SeriesWindow } from '../model/window.ts'
import { batchesOf, meanIn, measured, rateOf, rows, unjudged } from './batches.ts'

/** Of several rows these are averaged, because a sum of them means nothing; everything else adds up. */
const AVERAGED = /_(ratio|seconds|share|share_seen|share_owned|imbalance|celsius|percent)$|_seconds_|_quantile/

/** Any other metric: a counter's rate per second, a gauge's mean over time. */
export function plain(metric: string, where: Labels, window: SeriesWindow): Measurement {
  const series = rows(window, metric, where)
  if (isCounter(metric)) return rateOf(window, series, metric, where)
  const batches = batchesOf(window, series, metric, where)
  if (typeof batches === 'string') return unjudged(batches)
  const means = series.map((row) => meanIn(row, batches))
  const all = Array.from({ length: batches.size }, (_, i) => {
    const seen = means.flatMap((of) => of[i] ?? [])
    if (seen.length < means.length) return null
    const sum = seen.reduce((total, value) => total + value, 0)
    return AVERAGED.test(metric) ? sum / seen.length : sum
  }).filter((value): value is number => value !== null)
  const interval = meanInterval(all)
  if (!interval || all.length < 2) return unjudged(`${metric} was seen too briefly`)
  return measured(interval, Math.max(...series.map(({ points }) => points.length)))
}
