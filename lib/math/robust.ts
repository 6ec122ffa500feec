import {
  mean as meanOf,
  medianAbsoluteDeviation,
  median as medianOf,
  quantile as quantileOf,
  sampleStandardDeviation,
} from 'simple-statistics'

/** Numbers in a list or in a column. */
export type Numbers = readonly number[] | Float64Array

/** The middle value; null of nothing. */
export const median = (values: Numbers): number | null => (values.length === 0 ? null : medianOf(values as number[]))

/** The median without one of the values; null of that one alone. In logarithmic time of a sorted list, so that each of many can be compared with the others. */
export function medianWithout(sorted: readonly number[], one: number): number | null {
  const size = sorted.length - 1
  if (size < 1) return null
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (sorted[middle]! < one) low = middle + 1
    else high = middle
  }
  const other = (index: number) => sorted[index < low ? index : index + 1]!
  return size % 2 === 1 ? other((size - 1) / 2) : (other(size / 2 - 1) + other(size / 2)) / 2
}

/** The mean; null of nothing. */
export const mean = (values: readonly number[]): number | null => (values.length === 0 ? null : meanOf(values as number[]))

/** The value below which the fraction `q` (0 to 1) lies; null of nothing. */
export const quantile = (values: Numbers, q: number): number | null =>
  values.length === 0 ? null : quantileOf(values as number[], Math.min(1, Math.max(0, q)))

/** Median absolute deviation, times 1.4826 so that it equals the standard deviation of normal noise; null of nothing. */
export const mad = (values: Numbers): number | null => (values.length === 0 ? null : medianAbsoluteDeviation(values as number[]) * 1.4826)

/** Sample standard deviation; 0 of fewer than two values. */
export const deviation = (values: readonly number[]): number => (values.length < 2 ? 0 : sampleStandardDeviation(values as number[]))

/** How alike neighbours are, −1 to 1 (lag-1 autocorrelation); 0 of fewer than three values or of a flat line. */
export function autocorrelation(values: readonly number[]): number {
  const middle = mean(values)
  if (middle === null || values.length < 3) return 0
  let together = 0
  let alone = 0
  for (let i = 0; i < values.length; i++) {
    const here = values[i]! - middle
    alone += here * here
    if (i > 0) together += here * (values[i - 1]! - middle)
  }
  return alone > 0 ? together / alone : 0
}
