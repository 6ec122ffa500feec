import { clamped, type Interval, ratioInterval, widest, wilson } from '../math/intervals.ts'
import { increases, isGap, spanMs } from '../math/rates.ts'
import type { Labels, Series } from '../model/series.ts'
import type { Measurement, SeriesWindow } from '../model/window.ts'

/** Least number of readings of a measurement: fewer give a value without an interval. */
const READINGS_MIN = 3
/** Least time that must have been seen of a window, or half of the window when that is shorter. */
const SEEN_MIN_MS = 10_000
/** Most batches of a window: enough for a steady interval, few enough that each is longer than the noise is correlated. */
const BATCHES_MOST = 12
/** Least number of events of a share: with fewer, one client moves it by whole percents. */
export const EVENTS_MIN = 30

/**
 * The batches of the method of batch means: equal stretches of time in which readings are summed up. The interval is computed from the scatter
 * between batches, so that noise that is correlated within one does not make it too narrow.
 */
export type Batches = { from: number; to: number; size: number }

export const unjudged = (because: string): Measurement => ({ is: 'unjudged', because })
export const measured = ({ value, low, high }: Interval, count: number): Measurement => ({ is: 'measured', value, low, high, count })

/** `edge/app/app3`, for a sentence. */
export const whereText = (where: Labels) => Object.values(where).join('/') || 'the fleet'

/**
 * The series that a measure is of: of each target those with the fewest labels, because what has more labels is a part of it (a pool's own
 * row before its servers, a cache's own counters before those of its key patterns).
 */
export function rows(window: SeriesWindow, metric: string, where: Labels): Series[] {
  const all = window.series(metric, where)
  if (all.length < 2) return all
  const fewest = new Map<string | undefined, number>()
  const size = (series: Series) => Object.keys(series.labels).length
  for (const series of all) {
    const target = series.labels.target
    fewest.set(target, Math.min(size(series), fewest.get(target) ?? Number.POSITIVE_INFINITY))
  }
  return all.filter((series) => size(series) === fewest.get(series.labels.target))
}

/** The row with exactly the labels of that one, of another metric. */
export function beside(window: SeriesWindow, metric: string, labels: Labels): Series | undefined {
  const size = Object.keys(labels).length
  return window.series(metric, labels).find((series) => Object.keys(series.labels).length === size)
}

/** The batches that these readings allow within the window, or why they allow none. */
export function batchesOf(window: SeriesWindow, series: readonly Series[], metric: string, where: Labels): Batches | string {
  const [longest] = [...series].sort((a, b) => b.points.length - a.points.length)
  if (!longest) return `${metric} is not reported for ${whereText(where)}`
  const readings = longest.points.length
  if (readings < READINGS_MIN) return `${readings} ${readings === 1 ? 'reading' : 'readings'} of ${metric}; ${READINGS_MIN} needed`
  const span = window.to - window.from
  const from = Math.min(...series.map(({ points }) => points[0]![0]))
  const to = Math.max(...series.map(({ points }) => points[points.length - 1]![0]))
  if (window.to - to > Math.max(span / 2, 3 * longest.stepMs)) return `${metric} was not seen in the second half of the time`
  if (spanMs(longest.points) < Math.min(SEEN_MIN_MS, span / 2)) return `${metric} was seen too briefly`
  return { from, to, size: Math.max(2, Math.min(BATCHES_MOST, Math.floor((readings - 1) / READINGS_MIN))) }
}

/** How much counters grew together in each batch; null where none was seen. */
export function grownIn(series: readonly Series[], { from, to, size }: Batches): (number | null)[] {
  const out: (number | null)[] = new Array(size).fill(null)
  for (const { points, stepMs } of series)
    for (const [i, grown] of increases(points, stepMs, from, to, size).entries()) if (grown !== null) out[i] = (out[i] ?? 0) + grown
  return out
}

/** Seconds of each batch that were seen by any of the series. */
export function secondsIn(series: readonly Series[], { from, to, size }: Batches): number[] {
  const out: number[] = new Array(size).fill(0)
  const width = (to - from) / size
  for (const { points, stepMs } of series) {
    const seen: number[] = new Array(size).fill(0)
    for (let i = 1; i < points.length; i++) {
      const [a, b] = [points[i - 1]![0], points[i]![0]]
      if (!isGap(a, b, stepMs)) seen[Math.min(size - 1, Math.floor((b - from - 1e-6) / width))]! += (b - a) / 1000
    }
    for (const [i, seconds] of seen.entries()) out[i] = Math.max(out[i]!, seconds)
  }
  return out
}

/** The mean of a gauge's readings in each batch; null where there was none. */
export function meanIn(series: Series, { from, to, size }: Batches): (number | null)[] {
  const sum: number[] = new Array(size).fill(0)
  const count: number[] = new Array(size).fill(0)
  const width = (to - from) / size || 1
  for (const [at, value] of series.points) {
    const i = Math.min(size - 1, Math.floor((at - from) / width))
    if (i < 0) continue
    sum[i]! += value
    count[i]!++
  }
  return sum.map((total, i) => (count[i]! > 0 ? total / count[i]! : null))
}

/** Part over whole, two lots of counters (hits over reads), 0 to 1. */
export function shareOf(parts: readonly (number | null)[], wholes: readonly (number | null)[], what: string): Measurement {
  const batches = wholes.flatMap((whole, i) => (whole === null ? [] : [{ part: Math.min(parts[i] ?? 0, whole), whole }]))
  const whole = batches.reduce((sum, batch) => sum + batch.whole, 0)
  const part = batches.reduce((sum, batch) => sum + batch.part, 0)
  if (whole < EVENTS_MIN) return unjudged(`${Math.round(whole)} ${what}; ${EVENTS_MIN} needed`)
  return measured(clamped(widest(ratioInterval(batches)!, wilson(part, whole)), 0, 1), whole)
}
