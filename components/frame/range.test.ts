import { expect, test } from 'vitest'
import { parseSpan, rangeBounds, rangeText, readRange, stepFor } from './range.ts'

test('a span is digits and a unit, nothing else', () => {
  expect(['5m', '24h', '30d', '0m', '5', 'm', '99999m', '1s', '-5m'].map(parseSpan)).toEqual([
    300_000,
    86_400_000,
    2_592_000_000,
    null,
    null,
    null,
    null,
    null,
    null,
  ])
})

test('fixed moments win; nonsense is the default', () => {
  expect(readRange('1h', 10, 20)).toEqual({ live: false, from: 10, to: 20 })
  expect(readRange('1h', 20, 10)).toEqual({ live: true, spanMs: 3_600_000 })
  expect(readRange('junk', null, 5)).toEqual({ live: true, spanMs: 900_000 })
  expect(rangeBounds({ live: true, spanMs: 100 }, 1_000)).toEqual({ from: 900, to: 1_000 })
})

test('steps keep a chart near 300 points', () => {
  expect([300_000, 900_000, 3_600_000, 86_400_000].map(stepFor)).toEqual([1_000, 5_000, 15_000, 300_000])
  for (const span of [60_000, 900_000, 3_600_000, 86_400_000, 30 * 86_400_000]) expect(span / stepFor(span)).toBeLessThanOrEqual(300)
})

test('in words', () => {
  expect(rangeText({ live: true, spanMs: 900_000 })).toBe('Last 15 min')
  expect(rangeText({ live: true, spanMs: 86_400_000 })).toBe('Last 1 d')
  expect(rangeText({ live: true, spanMs: 21_600_000 })).toBe('Last 6 h')
})
