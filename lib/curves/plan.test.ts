import { expect, test } from 'vitest'
import { planOf } from './plan.ts'
import type { References } from './references.ts'

const stream = (rows: number, keys: number, samplingRate = 1) => ({ key: { length: rows }, keys, samplingRate }) as unknown as References

test('what is affordable is simulated whole', () => {
  expect(planOf(stream(100_000, 20_000), [1_000, 5_000])).toEqual({ repeats: 4, rates: [1, 1] })
})

test('many references are sampled, and small caches less so', () => {
  const { rates, repeats } = planOf(stream(3_000_000, 400_000), [100, 5_000, 200_000])
  expect(repeats).toBe(4)
  expect(rates[2]).toBeCloseTo(5_000_000 / 3 / 4 / 3_000_000, 5)
  expect(rates[1]).toBe(rates[2])
  expect(rates[0]).toBeGreaterThan(rates[1]! * 1.4)
})

test('never so few keys that they say nothing, and the steps of two hundred sizes are bounded', () => {
  const sizes = Array.from({ length: 200 }, (_, i) => 100 + i * 1_000)
  const { rates, repeats } = planOf(stream(300_000, 60_000), sizes)
  expect(Math.min(...rates) * 60_000).toBeCloseTo(4_096, 0)
  expect(rates.reduce((sum, rate) => sum + rate, 0) * 300_000 * repeats).toBeLessThan(20_000_000)
})
