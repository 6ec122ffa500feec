import { expect, it } from 'vitest'
import { randomOf } from '../test/random.ts'
import { zipf } from './keys.ts'

it('gives the first rank the most, and no rank more than two percent', () => {
  const draw = zipf(12_000, 0.9, 20, randomOf(7))
  const seen = new Map<number, number>()
  for (let draws = 0; draws < 100_000; draws++) {
    const rank = draw()
    seen.set(rank, (seen.get(rank) ?? 0) + 1)
  }
  expect(Math.max(...seen.values())).toBeLessThan(2_000)
  expect(seen.get(0)!).toBeGreaterThan(5 * (seen.get(1_000) ?? 0))
  expect(Math.max(...seen.keys())).toBeLessThan(12_000)
})
