import { expect, test } from 'vitest'
import { FOLLOWER_FRESH_MS, freshFollowers, isFresh } from './follower.ts'

test('a follower is there while it reports, and no longer', () => {
  const now = 1_000_000
  expect(isFresh({ seenAt: now }, now)).toBe(true)
  expect(isFresh({ seenAt: now - FOLLOWER_FRESH_MS + 1 }, now)).toBe(true)
  expect(isFresh({ seenAt: now - FOLLOWER_FRESH_MS }, now)).toBe(false)
  expect(freshFollowers([{ seenAt: now }, { seenAt: now - 20_000 }], now)).toBe(1)
  expect(freshFollowers([], now)).toBe(0)
})
