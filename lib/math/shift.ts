import { type Interval, studentT, widest, Z } from './intervals.ts'
import { mad, mean, median } from './robust.ts'

/** Whether movements add up (points of a ratio) or multiply (times, rates, bytes). */
export type Scale = 'absolute' | 'log'

/** How far something moved: a difference, or the logarithm of a factor; null where there is no logarithm. */
export function shiftOf(scale: Scale, before: Interval, after: Interval): Interval | null {
  const [from, to] = scale === 'log' ? [logOf(before), logOf(after)] : [before, after]
  if (!from || !to) return null
  const value = to.value - from.value
  return {
    value,
    low: value - Math.hypot(to.value - to.low, from.high - from.value),
    high: value + Math.hypot(to.high - to.value, from.value - from.low),
  }
}

function logOf({ value, low, high }: Interval): Interval | null {
  return value > 0 && low > 0 ? { value: Math.log(value), low: Math.log(low), high: Math.log(high) } : null
}

/** Of normal noise a median scatters so much more than a mean. */
const MEDIAN_COST = 1.2533

/**
 * The common movement of several: their median, because one of them may have had an incident of its own. Where they differ by more than their own
 * noise (Cochran's Q) the scatter between them is in the interval; null of two that do, because none can tell which one is right.
 */
export function commonShift(shifts: readonly Interval[]): Interval | null {
  if (shifts.length < 2) return shifts[0] ?? null
  const values = shifts.map(({ value }) => value)
  const value = median(values)!
  const variances = shifts.map(({ low, high }) => ((high - low) / 2 / Z) ** 2)
  const cost = shifts.length > 2 ? MEDIAN_COST : 1
  const noise = cost * Z * Math.sqrt(mean(variances)! / shifts.length)
  const freedom = shifts.length - 1
  const middle = mean(values)!
  const disagreement = shifts.reduce((sum, shift, i) => sum + (shift.value - middle) ** 2 / Math.max(variances[i]!, Number.MIN_VALUE), 0)
  if (disagreement <= freedom + Z * Math.sqrt(2 * freedom)) return { value, low: value - noise, high: value + noise }
  if (shifts.length === 2) return null
  const half = Math.max(noise, (cost * studentT(freedom) * mad(values)!) / Math.sqrt(shifts.length))
  return { value, low: value - half, high: value + half }
}

/** What would have been measured without a movement that others shared. */
export function without(scale: Scale, now: Interval, shift: Interval): Interval {
  if (scale === 'absolute') {
    const value = now.value - shift.value
    return {
      value,
      low: value - Math.hypot(now.value - now.low, shift.high - shift.value),
      high: value + Math.hypot(now.high - now.value, shift.value - shift.low),
    }
  }
  const value = now.value / Math.exp(shift.value)
  const own = logOf(now)
  if (!own) return { value, low: now.low / Math.exp(shift.high), high: now.high / Math.exp(shift.low) }
  return {
    value,
    low: value * Math.exp(-Math.hypot(own.value - own.low, shift.high - shift.value)),
    high: value * Math.exp(Math.hypot(own.high - own.value, shift.value - shift.low)),
  }
}

/**
 * The interval of a value that was measured over a shorter stretch of the same noise: `stretches` is how often it fits into the known one. Noise that
 * lasts longer than a short measurement does not show in its own scatter, but in that of the longer one.
 */
export function ofStretch(known: Interval, value: number, stretches: number, scale: Scale): Interval {
  const level = scale === 'log' && known.value > 0 ? Math.max(0, value) / known.value : 1
  const factor = level * Math.sqrt(Math.max(0, stretches))
  return { value, low: value - factor * (known.value - known.low), high: value + factor * (known.high - known.value) }
}

/** A measurement no more certain than a known stretch lets expect of its length. */
export const asNoisyAs = (known: Interval, seen: Interval, stretches: number, scale: Scale): Interval =>
  widest(seen, ofStretch(known, seen.value, stretches, scale))
