import { expect, test } from 'vitest'
import { randomOf } from '../../test/random.ts'
import { changeRate } from './changeRate.ts'

test('the rate of changes is that of a Poisson process, also where several fall between two looks', () => {
  const random = randomOf(4)
  const looks = Array.from({ length: 4_000 }, () => {
    const ms = 200 + random() * 3_000
    return { ms, changed: random() < -Math.expm1(-ms / 1_000) }
  })
  expect(changeRate(looks) * 1_000).toBeGreaterThan(0.95)
  expect(changeRate(looks) * 1_000).toBeLessThan(1.05)
  expect(changeRate([{ ms: 5, changed: false }])).toBe(0)
  expect(changeRate([{ ms: 5, changed: true }])).toBe(Number.POSITIVE_INFINITY)
})
