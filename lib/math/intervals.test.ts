import { describe, expect, test } from 'vitest'
import { normal, randomOf } from '../../test/random.ts'
import { apart, difference, meanInterval, poissonRate, ratioInterval, studentT, wilson } from './intervals.ts'

/** How often an interval holds the truth. */
function held(rounds: number, truth: number, make: (random: () => number) => { low: number; high: number } | null): number {
  const random = randomOf(11)
  let inside = 0
  for (let i = 0; i < rounds; i++) {
    const interval = make(random)
    if (interval && interval.low <= truth && truth <= interval.high) inside++
  }
  return inside / rounds
}

describe('wilson', () => {
  test('agrees with the published example of 15 in 100', () => {
    const { low, high } = wilson(15, 100)
    expect(low).toBeCloseTo(0.0931, 4)
    expect(high).toBeCloseTo(0.2328, 4)
  })
  test('is sane at the ends', () => {
    expect(wilson(0, 0)).toEqual({ value: 0, low: 0, high: 1 })
    expect(wilson(0, 10).low).toBe(0)
    expect(wilson(10, 10).high).toBe(1)
  })
})

test("Student's t meets its tables", () => {
  expect(studentT(1)).toBe(12.706)
  expect(studentT(30)).toBe(2.042)
  expect(studentT(60)).toBeCloseTo(2.0003, 2)
  expect(studentT(1e6)).toBeCloseTo(1.96, 3)
})

describe('the mean', () => {
  test('of independent values is held 19 times in 20', () => {
    const share = held(2000, 5, (random) => meanInterval(Array.from({ length: 12 }, () => 5 + normal(random))))
    expect(share).toBeGreaterThan(0.93)
    expect(share).toBeLessThan(0.985)
  })
  test('of values that resemble their neighbours is held more often than a naive interval would', () => {
    const series = (random: () => number) => {
      let x = 0
      return Array.from({ length: 40 }, () => {
        x = 0.6 * x + normal(random)
        return x
      })
    }
    expect(held(2000, 0, (random) => meanInterval(series(random)))).toBeGreaterThan(0.9)
  })
  test('of one value is not known', () => expect(meanInterval([3])).toEqual({ value: 3, low: -Infinity, high: Infinity }))
})

test('a ratio of sums weighs each batch by its whole', () => {
  const interval = ratioInterval([
    { part: 9, whole: 10 },
    { part: 10, whole: 90 },
    { part: 0, whole: 0 },
  ])!
  expect(interval.value).toBeCloseTo(0.19)
  expect(interval.low).toBeLessThan(0.19)
  expect(ratioInterval([{ part: 1, whole: 0 }])).toBeNull()
})

test('Poisson rates', () => {
  expect(poissonRate(0, 10)).toMatchObject({ value: 0, low: 0 })
  expect(poissonRate(0, 1).high).toBeGreaterThan(2)
  const hundred = poissonRate(100, 1)
  expect(hundred.low).toBeGreaterThan(78)
  expect(hundred.high).toBeLessThan(124)
})

test('differences and overlap', () => {
  const a = { value: 10, low: 9, high: 11 }
  const b = { value: 5, low: 4, high: 6 }
  expect(difference(a, b)).toEqual({ value: 5, low: 5 - Math.SQRT2, high: 5 + Math.SQRT2 })
  expect(apart(a, b)).toBe(true)
  expect(apart(a, { value: 8, low: 7, high: 9.5 })).toBe(false)
})
