import { expect, test } from 'vitest'
import { fleetNights, HOLDERS } from '../../test/fleetNights.ts'
import { nightsAllowed } from '../../test/nightsWatched.ts'
import { detectors } from './registry.ts'

const RATE = 0.1

test('each rule that holds a rate has nights in which it is tried', () => {
  const holders = detectors.filter((rule) => 'falseAlarms' in rule.settings.parse({})).map(({ id }) => id)
  expect([...HOLDERS.map(({ id }) => id), 'cache/hit-ratio-drop'].sort()).toEqual(holders.sort())
})

test('the share of nights of a fleet with an alarm of any of these rules stays below what is stated', () => {
  const { nights, withAlarm } = fleetNights(1, 1, RATE)
  expect(nights).toBe(8)
  expect(withAlarm / nights).toBeLessThan(nightsAllowed(RATE))
}, 180_000)
