import { expect, test } from 'vitest'
import { simulatedDays } from '../../test/simulatedDays.ts'
import type { AutopilotRule } from '../model/autopilot.ts'

const DAY_S = 86_400
const licence = { judged: 20, inside: 0.8, withoutRegression: 10 }
const policy = (advisor: string): AutopilotRule => ({ id: advisor, advisor, where: {}, max: { perHour: 4, trafficShare: null }, hours: [], licence }) // biome-ignore format: one line

/**
 * Two days: a person applies weights until the remedy has earned its licence, then nobody does; of memory the record is from before. From the evening of
 * the second day on every change of weights makes the pool slow.
 */
test('two days of a fleet: better than hands off, and no regression stays', { timeout: 3_600_000 }, async () => {
  const options = { seed: 5, seconds: 2 * DAY_S, policies: [policy('pool-weights'), policy('cache-memory')], illEveryS: 2_400, tickS: 10 }
  const handsOff = await simulatedDays({ ...options, acts: false })
  const days = await simulatedDays({
    ...options,
    earned: { 'cache-memory': 20 },
    personAfterS: 300,
    turnsAgainstAt: 1.8 * DAY_S,
    acts: true,
  })
  const own = days.changes.filter(({ by }) => by === 'autopilot')
  const regressed = days.changes.filter(({ verdict }) => verdict === 'regressed')
  const told = days.changes.map(({ by, verdict, state, steps }) => `${by} ${steps[0]!.setting.name} ${verdict} ${state}`)
  console.log(
    JSON.stringify({ p95: [handsOff.p95, days.p95], hitRatio: [handsOff.hitRatio, days.hitRatio], changes: days.changes.length, own: own.length, regressed: regressed.length }),
  ) // biome-ignore format: one line
  expect(own.length, told.join('\n')).toBeGreaterThan(5)
  expect(days.p95).toBeLessThan(0.8 * handsOff.p95)
  expect(days.hitRatio).toBeGreaterThan(handsOff.hitRatio + 0.2)
  for (const { state } of regressed) expect(state).toBe('rolled_back')
  expect(own.filter(({ verdict, autopilot }) => verdict === 'regressed' && autopilot!.rule === 'pool-weights').length).toBeLessThanOrEqual(
    1,
  )
})
