import { expect, test } from 'vitest'
import { simulatedDays } from '../../test/simulatedDays.ts'
import type { AutopilotRule } from '../model/autopilot.ts'

const licence = { judged: 20, inside: 0.8, withoutRegression: 10 }
const policy = (advisor: string): AutopilotRule => ({ id: advisor, advisor, where: {}, max: { perHour: 4, trafficShare: null }, hours: [], licence }) // biome-ignore format: one line
/**
 * A working shift. Longer runs need a rule that gives a server its weight back once it has recovered (`balancer/load-imbalance` on a fleet); this world
 * has only that which takes weight away.
 */
const HOURS = 6

test.each([5, 6, 7])('a shift of a fleet, seed %i: better than hands off, and no regression stays', { timeout: 600_000 }, async (seed) => {
  const options = { seed, seconds: HOURS * 3_600, policies: [policy('pool-weights'), policy('cache-memory')], illEveryS: 2_400, tickS: 1 }
  const handsOff = await simulatedDays({ ...options, acts: false })
  const days = await simulatedDays({ ...options, earned: { 'pool-weights': 20, 'cache-memory': 20 }, acts: true })
  const told = days.changes.map(({ by, verdict, state, steps }) => `${by} ${steps[0]!.setting.name} ${verdict} ${state}`)
  console.log(JSON.stringify({ seed, p95: [handsOff.p95, days.p95], hitRatio: [handsOff.hitRatio, days.hitRatio], told }))
  // A regression ends it early: with seed 7 a step is rolled back, and the licence goes with it.
  expect(days.changes.length, told.join('\n')).toBeGreaterThan(2)
  expect(new Set(days.changes.map(({ by }) => by))).toEqual(new Set(['autopilot']))
  expect(days.p95).toBeLessThan(0.8 * handsOff.p95)
  expect(days.hitRatio).toBeGreaterThan(handsOff.hitRatio + 0.2)
  for (const { verdict, state } of days.changes) if (verdict === 'regressed') expect(state).toBe('rolled_back')
})
