import { expect, test } from 'vitest'
import { limitOf, trafficLimit } from './limits.ts'

const NOW = Date.UTC(2026, 0, 5, 12)
const MINUTE = 60_000
const rule = { hours: [], max: { perHour: 2, trafficShare: null } }
const quiet = { at: [], inFlight: null }

test('a policy may act at any time unless its hours say otherwise', () => {
  expect(limitOf(rule, quiet, NOW)).toBeNull()
  const hours = [{ days: ['mon' as const], from: 13 * 60, to: 14 * 60, zone: 'UTC' }]
  expect(limitOf({ ...rule, hours }, quiet, NOW)).toBe('It is outside its hours, which begin at 2026-01-05 13:00 UTC.')
  expect(limitOf({ ...rule, hours }, quiet, NOW + 90 * MINUTE)).toBeNull()
})

test('one step at a time, and so many within an hour', () => {
  expect(limitOf(rule, { at: [NOW - MINUTE], inFlight: 'c1' }, NOW)).toBe('Its change c1 is in flight: the next one waits for the verdict.')
  expect(limitOf(rule, { at: [NOW - MINUTE], inFlight: null }, NOW)).toBeNull()
  const two = { at: [NOW - MINUTE, NOW - 20 * MINUTE, NOW - 90 * MINUTE], inFlight: null }
  expect(limitOf(rule, two, NOW)).toBe(
    'It has made 2 steps within the hour, of 2 at most (max.perHour); the next one may be made at 2026-01-05 12:40 UTC.',
  )
  expect(limitOf(rule, two, NOW + 40 * MINUTE)).toBeNull()
})

test('so much of the traffic of one pool within an hour', () => {
  const policy = { max: { perHour: 4, trafficShare: 0.1 } }
  const of = 'pool:edge/app'
  expect(trafficLimit(policy, [{ of, share: 0.1 }], [], NOW)).toBeNull()
  expect(trafficLimit(policy, [{ of, share: 0.11 }], [], NOW)).toMatch(/would move 11.0.% of the traffic of pool:edge.app; at most 10.0.%/)
  const moved = [
    { of, share: 0.06, at: NOW - 10 * MINUTE },
    { of, share: 0.5, at: NOW - 61 * MINUTE },
    { of: 'pool:edge/web', share: 0.5, at: NOW },
  ]
  expect(trafficLimit(policy, [{ of, share: 0.04 }], moved, NOW)).toBeNull()
  expect(trafficLimit(policy, [{ of, share: 0.05 }], moved, NOW)).toMatch(/after 6.0.% within the hour/)
  expect(trafficLimit({ max: { perHour: 4, trafficShare: null } }, [{ of, share: 1 }], moved, NOW)).toBeNull()
})
