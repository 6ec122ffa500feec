import { autocorrelation, deviation, mean } from './robust.ts'

/** A value with its 95 % interval. */
export type Interval = { value: number; low: number; high: number }

/** The quantile of a normal deviation for a two-sided 95 % interval. */
export const Z = 1.959964
/** Student's t at 97.5 %, by degrees of freedom 1 to 30. */
const T = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11, 2.101, 2.093, 2.086,
  2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
]

/** Student's t for a two-sided 95 % interval; beyond the table the usual first-order expansion (error below 0.001). */
export function studentT(freedom: number): number {
  if (freedom < 1) return Number.POSITIVE_INFINITY
  return T[Math.floor(freedom) - 1] ?? Z + (Z ** 3 + Z) / (4 * freedom)
}

/** Wilson's score interval of a share (E. B. Wilson, 1927): right at 0 and 1 and of few trials. [0, 1] of none. */
export function wilson(hits: number, trials: number): Interval {
  if (!(trials > 0)) return { value: 0, low: 0, high: 1 }
  const share = Math.min(1, Math.max(0, hits / trials))
  const z2 = Z * Z
  const middle = (share + z2 / (2 * trials)) / (1 + z2 / trials)
  const half = (Z / (1 + z2 / trials)) * Math.sqrt((share * (1 - share)) / trials + z2 / (4 * trials * trials))
  return { value: share, low: Math.max(0, Math.min(share, middle - half)), high: Math.min(1, Math.max(share, middle + half)) }
}

/**
 * The factor by which autocorrelation widens an interval: the square root of (1 + r) / (1 − r). Only upwards; `r` is freed of its
 * bias in short series (about −(1 + 3r) / n; Kendall, 1954) and held below 0.8, because a few batches cannot show more.
 */
function dependenceFactor(values: readonly number[]): number {
  const seen = autocorrelation(values)
  const r = Math.min(0.8, Math.max(0, seen + (1 + 3 * seen) / values.length))
  return Math.sqrt((1 + r) / (1 - r))
}

/** The mean of values in the order of time, wider where they are autocorrelated. Of one value the interval is infinite; null of none. */
export function meanInterval(values: readonly number[]): Interval | null {
  const value = mean(values)
  if (value === null) return null
  const half = (studentT(values.length - 1) * deviation(values) * dependenceFactor(values)) / Math.sqrt(values.length)
  return values.length < 2
    ? { value, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY }
    : { value, low: value - half, high: value + half }
}

/**
 * The ratio of two sums over batches in the order of time (hits over lookups, seconds over requests), by the ratio estimator of survey
 * sampling (Cochran, Sampling Techniques, ch. 6), wider where neighbouring batches are correlated. Null when `whole` sums to nothing.
 */
export function ratioInterval(batches: readonly { part: number; whole: number }[]): Interval | null {
  const used = batches.filter((batch) => batch.whole > 0)
  const part = used.reduce((sum, batch) => sum + batch.part, 0)
  const whole = used.reduce((sum, batch) => sum + batch.whole, 0)
  if (!(whole > 0)) return null
  const value = part / whole
  if (used.length < 2) return { value, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY }
  const residues = used.map((batch) => batch.part - value * batch.whole)
  const variance = residues.reduce((sum, residue) => sum + residue * residue, 0) / (used.length - 1)
  const half = (studentT(used.length - 1) * Math.sqrt(variance * used.length) * dependenceFactor(residues)) / whole
  return { value, low: value - half, high: value + half }
}

/** A Poisson count per unit of time with its interval (square-root approximation, good to a few percent from 0 up). */
export function poissonRate(count: number, units: number): Interval {
  const root = Math.sqrt(count + 3 / 8)
  const low = Math.max(0, root - Z / 2) ** 2 - 3 / 8
  const high = (root + Z / 2) ** 2
  return { value: count / units, low: count === 0 ? 0 : Math.max(0, Math.min(count, low)) / units, high: high / units }
}

/** The difference a − b of two independent values (squares of the half-widths add, each side by itself). */
export function difference(a: Interval, b: Interval): Interval {
  const value = a.value - b.value
  return { value, low: value - Math.hypot(a.value - a.low, b.high - b.value), high: value + Math.hypot(a.high - a.value, b.value - b.low) }
}

/** True when two intervals have no value in common: a difference that chance does not explain. */
export const apart = (a: Interval, b: Interval) => a.high < b.low || b.high < a.low

/** The smallest interval that holds both. */
export const widest = (a: Interval, b: Interval): Interval => ({
  value: a.value,
  low: Math.min(a.low, b.low),
  high: Math.max(a.high, b.high),
})

/** The same interval kept within limits. */
export const clamped = ({ value, low, high }: Interval, least: number, most: number): Interval => ({
  value: Math.min(most, Math.max(least, value)),
  low: Math.min(most, Math.max(least, low)),
  high: Math.min(most, Math.max(least, high)),
})
