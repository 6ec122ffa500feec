import type { Interval } from '../math/intervals.ts'
import { ofStretch } from '../math/shift.ts'
import { hitPeriodMs } from '../metrics/hitPeriod.ts'
import { measure } from '../metrics/measure.ts'
import { metricOf } from '../metrics/registry.ts'
import type { Change } from '../model/change.ts'
import type { Fleet } from '../model/fleet.ts'
import type { Labels } from '../model/series.ts'
import type { SeriesWindow } from '../model/window.ts'
import { boundedOf, scaleOf } from './movement.ts'

/** Least history of a problem in ms: less gives no interval to compare an effect with. */
const BASELINE_MIN_MS = 10_000

/** How long a history a prediction is held against: that of whole periods, where its metric has one. */
export const baselineSpanMs = (prediction: Change['prediction'], fleet: Pick<Fleet, 'window'>, beforeMs: number): number =>
  Math.max(beforeMs, hitPeriodMs(fleet.window(beforeMs), prediction?.where.target))

/** From when on history is what the change is held against: not from before the problem, which is not what it is to mend. */
export const baselineFrom = (
  { prediction, at }: Pick<Change, 'prediction' | 'at'>,
  problemSince: number,
  fleet: Pick<Fleet, 'window'>,
  beforeMs: number,
): number => Math.max(at - baselineSpanMs(prediction, fleet, beforeMs), problemSince)

/**
 * The baseline of a change: its predicted metric over the last `beforeMs` before the write, without the time before the problem, which is not what
 * the change is to mend. Undefined where there is none; then the prediction's own figure stands. `problemSince`: when its finding began.
 */
export function baselineOf(
  { prediction, job, at: until }: Pick<Change, 'prediction' | 'job' | 'at'>,
  problemSince: number,
  fleet: Pick<Fleet, 'window'>,
  now: number,
  beforeMs: number,
): Interval | undefined {
  // An event that is yet to come has no baseline that could be measured.
  if (!prediction || prediction.event || job) return undefined
  // Applied right after the problem began, the change has no baseline that could be measured.
  if (until - problemSince < BASELINE_MIN_MS) return undefined
  const from = baselineFrom({ prediction, at: until }, problemSince, fleet, beforeMs)
  const known = Math.min(from, Math.max(until - NOISE_MS, problemSince))
  return steadyMeasure(prediction, fleet.window(now - known).between(known, until), from) ?? undefined
}

/** Noise that lasts for tens of seconds shows in ten minutes, and not in one: batches of a minute's measurement are all within one swing of it. */
const NOISE_MS = 600_000
/** What scatters more than that beside the newest minute was no noise, but an incident that is over. */
const WIDER_MOST = 2
/** A history that is hardly longer than the measurement itself tells nothing more. */
const LONGER_LEAST = 2

/**
 * A metric from a moment of the window to its end, as sure as the whole window lets expect of a stretch so long (batch means whose batches are
 * longer than what resembles itself). Null where nothing with an interval was measured.
 */
export function steadyMeasure({ metric, where }: { metric: string; where: Labels }, history: SeriesWindow, from: number): Interval | null {
  const seen = boundedOf(measure(metric, where, history.between(from, history.to)))
  const longer = history.to - seenFrom(metric, where, history)
  const stretches = longer / Math.max(1, history.to - from)
  if (!seen || stretches < LONGER_LEAST) return seen
  const known = boundedOf(measure(metric, where, history))
  if (!known) return seen
  const { value, low, high } = ofStretch(known, seen.value, stretches, scaleOf(metric))
  return {
    value,
    low: Math.max(low, value - WIDER_MOST * (value - seen.low)),
    high: Math.min(high, value + WIDER_MOST * (seen.high - value)),
  }
}

/** When the first reading was of what the metric is measured from: a target may be new. */
const seenFrom = (metric: string, where: Labels, window: SeriesWindow): number =>
  Math.min(window.to, ...metricOf(metric).from.flatMap((name) => window.series(name, where).flatMap(({ points }) => points[0]?.[0] ?? [])))
