import { expect, test } from 'vitest'
import { autocorrelation, deviation, mad, mean, median, medianWithout, quantile } from './robust.ts'

test('nothing has no middle', () => {
  for (const of of [median, mean, mad]) expect(of([])).toBeNull()
  expect(quantile([], 0.5)).toBeNull()
  expect(deviation([1])).toBe(0)
})

test('the middle ignores an outlier', () => {
  expect(median([1, 2, 3, 4, 1000])).toBe(3)
  expect(mad([1, 2, 3, 4, 1000])).toBeCloseTo(1.4826)
})

test('autocorrelation tells a trend from a saw', () => {
  expect(autocorrelation([1, 2, 3, 4, 5, 6, 7, 8])).toBeGreaterThan(0.5)
  expect(autocorrelation([1, -1, 1, -1, 1, -1])).toBeLessThan(-0.5)
  expect(autocorrelation([2, 2, 2])).toBe(0)
})

test('the median of all but one is that of the others, wherever the one stands', () => {
  for (const values of [[1], [1, 2], [3, 1, 2], [5, 5, 5, 1], [4, 8, 15, 16, 23, 42], [2, 2, 7, 7, 9]]) {
    const sorted = [...values].sort((a, b) => a - b)
    for (const [i, one] of values.entries()) {
      expect(medianWithout(sorted, one)).toBe(median(values.filter((_, at) => at !== i)))
    }
  }
})
