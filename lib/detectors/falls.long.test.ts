import { expect, test } from 'vitest'
import { NIGHT, TRAFFIC } from '../../test/nights.ts'
import { nightsAllowed, nightsWatched } from '../../test/nightsWatched.ts'

/** A thousand nights of eight hours, looked at 28,800 times each. */
const OF_EACH = 125

test.each([0.01, 0.1])('in a thousand nights no more alarms than %d an hour, in no kind of traffic', (perHour) => {
  const { nights, withAlarm, alarms, byKind } = nightsWatched(OF_EACH, { z: 3, perHour })
  console.log(`${perHour}/h stated: ${alarms} alarms in ${nights} nights, ${withAlarm} nights with one`, Object.fromEntries(byKind))
  expect(nights).toBe(OF_EACH * TRAFFIC.length)
  expect(withAlarm / nights).toBeLessThanOrEqual(nightsAllowed(perHour))
  for (const [kind, count] of byKind) expect(count / ((OF_EACH * NIGHT) / 3_600), kind).toBeLessThanOrEqual(perHour)
})
