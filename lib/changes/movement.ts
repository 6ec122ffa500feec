import type { Interval } from '../math/intervals.ts'
import type { Scale } from '../math/shift.ts'
import { metricOf } from '../metrics/registry.ts'
import type { Measurement } from '../model/window.ts'

/** Ratios move by points, everything else by factors. */
export const scaleOf = (metric: string): Scale => (metricOf(metric).unit === 'ratio' ? 'absolute' : 'log')

/** A measurement that has an interval, or null. */
export function boundedOf(seen: Measurement): Interval | null {
  if (seen.is === 'unjudged' || !Number.isFinite(seen.low) || !Number.isFinite(seen.high)) return null
  return { value: seen.value, low: seen.low, high: seen.high }
}
