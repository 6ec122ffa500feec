import { expect, test } from 'vitest'
import { simulatedDays } from '../../test/simulatedDays.ts'
import type { AutopilotRule } from '../model/autopilot.ts'

const licence = { judged: 5, inside: 0.8, withoutRegression: 3 }
const policy = (advisor: string): AutopilotRule => ({ id: advisor, advisor, where: {}, max: { perHour: 4, trafficShare: null }, hours: [], licence }) // biome-ignore format: one line
const options = { seed: 3, seconds: 2_100, policies: [policy('pool-weights'), policy('cache-memory')], tickS: 10 }
const earned = { 'pool-weights': 5, 'cache-memory': 5 }

test('with a licence the autopilot mends a slow server and a cache that is too small, and nobody clicks', { timeout: 60_000 }, async () => {
  const handsOff = await simulatedDays({ ...options, acts: false })
  const days = await simulatedDays({ ...options, earned, acts: true })
  expect(days.changes.length).toBeGreaterThanOrEqual(2)
  expect(new Set(days.changes.map(({ by }) => by))).toEqual(new Set(['autopilot']))
  expect(new Set(days.changes.map(({ autopilot }) => autopilot?.rule))).toEqual(new Set(['pool-weights', 'cache-memory']))
  expect(days.p95).toBeLessThan(0.7 * handsOff.p95)
  expect(days.hitRatio).toBeGreaterThan(handsOff.hitRatio + 0.02)
})

test('a step that makes it worse is rolled back by itself, and is the last one until a person returns the licence', {
  timeout: 60_000,
}, async () => {
  const { changes, weights, autopilot } = await simulatedDays({ ...options, seconds: 1_500, earned, turnsAgainstAt: 1, acts: true })
  const needsPerson = expect.stringMatching(/licence of pool-weights is taken away/)
  expect(changes).toMatchObject([{ by: 'autopilot', state: 'rolled_back', verdict: 'regressed', automatic: true, needsPerson }])
  expect(weights).toEqual([100, 100, 100, 100])
  expect(autopilot.standings()[0]).toMatchObject({ acts: false, licence: { revoked: { change: changes[0]!.id } } })
})

test('without a record it applies nothing', { timeout: 60_000 }, async () => {
  const { changes, autopilot } = await simulatedDays({ ...options, seconds: 1_200, acts: true })
  expect(changes).toEqual([])
  expect(autopilot.standings()[0]!.because).toBe('0 of 5 judged changes.')
})
