import { expect, test } from 'vitest'
import { TTL_MS_MAX, TTL_STEPS, ttlStep } from './ttl.ts'

test('the slider steps through round TTLs from a second to the longest that is taken', () => {
  expect(TTL_STEPS).toEqual([...new Set(TTL_STEPS)].toSorted((a, b) => a - b))
  expect([TTL_STEPS[0], TTL_STEPS.at(-1)]).toEqual([1_000, TTL_MS_MAX])
})

test('a TTL stands at the nearest step', () => {
  for (const [at, ms] of TTL_STEPS.entries()) expect(ttlStep(ms)).toBe(at)
  expect(TTL_STEPS[ttlStep(26 * 60_000)]).toBe(25 * 60_000)
  expect(ttlStep(0)).toBe(0)
  expect(TTL_STEPS[ttlStep(1e15)]).toBe(TTL_MS_MAX)
})
