import type { Interval } from '../math/intervals.ts'
import { hitPeriodMs } from '../metrics/hitPeriod.ts'
import { measure } from '../metrics/measure.ts'
import type { Change } from '../model/change.ts'
import type { Fleet } from '../model/fleet.ts'

/** Least history of a problem in ms: less gives no interval to compare an effect with. */
const BASELINE_MIN_MS = 10_000

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
  const spanMs = Math.max(beforeMs, hitPeriodMs(fleet.window(beforeMs), prediction.where.target))
  const window = fleet.window(now - until + spanMs).between(Math.max(until - spanMs, problemSince), until)
  const seen = measure(prediction.metric, prediction.where, window)
  if (seen.is === 'unjudged' || !Number.isFinite(seen.low) || !Number.isFinite(seen.high)) return undefined
  return { value: seen.value, low: seen.low, high: seen.high }
}
