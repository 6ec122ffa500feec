import type { Interval } from '../math/intervals.ts'
import { hitPeriodMs } from '../metrics/hitPeriod.ts'
import { measure } from '../metrics/measure.ts'
import type { Change } from '../model/change.ts'
import type { Fleet } from '../model/fleet.ts'

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
  const window = fleet.window(now - from).between(from, until)
  const seen = measure(prediction.metric, prediction.where, window)
  if (seen.is === 'unjudged' || !Number.isFinite(seen.low) || !Number.isFinite(seen.high)) return undefined
  return { value: seen.value, low: seen.low, high: seen.high }
}
