import { expect, it } from 'vitest'
import { normal, randomOf } from '../../test/random.ts'
import { anytime, MISSED } from './anytime.ts'
import { difference, type Interval, Z } from './intervals.ts'

const known = (value: number, error: number): Interval => ({ value, low: value - Z * error, high: value + Z * error })

/** How many of so many measurements are ever taken for a movement, looked at after each of 300 values beside 100 before: by the sequence, and by the interval. */
function everExcluded(runs: number): { sequence: number; interval: number } {
  const random = randomOf(5)
  const ever = { sequence: 0, interval: 0 }
  for (let run = 0; run < runs; run++) {
    const before = known(normal(random) / 10, 0.1)
    let [sum, wide, narrow] = [0, false, false]
    for (let n = 1; n <= 300; n++) {
      sum += normal(random)
      const fixed = difference(known(sum / n, 1 / Math.sqrt(n)), before)
      const sequence = anytime(fixed, 0.3)
      wide ||= sequence.low > 0 || sequence.high < 0
      narrow ||= fixed.low > 0 || fixed.high < 0
    }
    if (wide) ever.sequence++
    if (narrow) ever.interval++
  }
  return ever
}

it('holds at all times of looking at once, which an interval does not', () => {
  const ever = everExcluded(1_000)
  expect(ever.sequence / 1_000).toBeLessThanOrEqual(MISSED)
  expect(ever.interval / 1_000).toBeGreaterThan(4 * MISSED)
})

it('is wider than an interval, by less than twice where as much is known as was chosen', () => {
  const seen = known(1, 0.1)
  const { low, high } = anytime(seen, 0.3)
  expect(1 - low).toBeCloseTo(high - 1)
  expect(high - 1).toBeGreaterThan(Z * 0.1)
  expect(high - 1).toBeLessThan(2 * Z * 0.1)
})

it('is as sure as the measurement where that is exact, and never sure of a deviation of nothing', () => {
  expect(anytime({ value: 1, low: 1, high: 2 }, 0.3)).toMatchObject({ low: 1 })
  expect(anytime(known(1, 0.1), 0).low).toBe(Number.NEGATIVE_INFINITY)
})
