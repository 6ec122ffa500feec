import { expect, test } from 'vitest'
import { nightsAllowed, nightsWatched } from '../../test/nightsWatched.ts'

/** The default of the setting, and what the rule held before it: five deviations of a test for one look. */
const RATE = 0.1

test('the share of nights with a false alarm stays below the stated rate, of many kinds of traffic; a test for one look does not hold it', () => {
  const nights = nightsWatched(6, { z: 4, perHour: RATE })
  expect(nights.nights).toBe(48)
  expect(nights.withAlarm / nights.nights).toBeLessThan(0.1 * nightsAllowed(RATE))
  const oneLook = nightsWatched(3, { z: 4, perHour: null })
  expect(oneLook.alarms / oneLook.nights / 8).toBeGreaterThan(RATE)
}, 60_000)
