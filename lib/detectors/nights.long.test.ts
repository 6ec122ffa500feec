import { expect, test } from 'vitest'
import { fleetNights } from '../../test/fleetNights.ts'
import { nightsAllowed } from '../../test/nightsWatched.ts'

const RATE = 0.1

test('in a thousand nights of a fleet all rules together raise no more alarms than stated, nor in any kind of traffic', {
  timeout: 7_200_000,
}, () => {
  const { nights, hours, withAlarm, byRule, byKind } = fleetNights(125, 9_001, RATE)
  console.log(`${RATE}/h stated: ${nights} nights, ${withAlarm} with an alarm`, Object.fromEntries(byRule), Object.fromEntries(byKind))
  expect(nights).toBe(1_000)
  expect(withAlarm / nights).toBeLessThanOrEqual(nightsAllowed(RATE))
  for (const [rule, alarms] of byRule) expect(alarms / hours, rule).toBeLessThanOrEqual(RATE)
  for (const [kind, alarms] of byKind) expect(alarms / (hours / byKind.size), kind).toBeLessThanOrEqual(RATE)
})
