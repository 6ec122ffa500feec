import type { Measurement } from '../model/window.ts'

/**
 * One measurement over another. The interval holds every quotient of the two intervals: both come from the same seconds, so that they are
 * not independent, and this one is never too narrow.
 */
export function quotient(part: Measurement, whole: Measurement, nothing: string): Measurement {
  if (part.is === 'unjudged') return part
  if (whole.is === 'unjudged') return whole
  if (!(whole.value > 0)) return { is: 'unjudged', because: nothing }
  const low = whole.high > 0 ? part.low / whole.high : 0
  const high = whole.low > 0 ? part.high / whole.low : Number.MAX_VALUE
  return { is: 'measured', value: part.value / whole.value, low, high, count: Math.min(part.count, whole.count) }
}
