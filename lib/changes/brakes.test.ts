import { describe, expect, test } from 'vitest'
import { NO_BRAKES } from '../model/brakes.ts'
import type { WeeklyWindow } from '../model/weeklyWindow.ts'
import { type BrakeFacts, brakeOf } from './brakes.ts'

const at = (text: string) => Date.parse(text)
/** A Thursday. */
const NOON = at('2026-03-05T12:00:00Z')
const facts = (more: Partial<BrakeFacts> = {}): BrakeFacts => ({
  settings: NO_BRAKES,
  freeze: null,
  inFlight: 0,
  traffic: { wanted: [], moved: [] },
  now: NOON,
  ...more,
})
const window = (more: Partial<WeeklyWindow> = {}): WeeklyWindow => ({
  days: ['mon', 'tue', 'wed', 'thu'],
  from: 9 * 60,
  to: 16 * 60,
  zone: 'UTC',
  ...more,
})
const windows = (list: WeeklyWindow[], now = NOON) => brakeOf(facts({ settings: { ...NO_BRAKES, windows: list }, now }))

test('without brakes nothing is held back', () => expect(brakeOf(facts({ inFlight: 50 }))).toBeNull())

describe('a freeze', () => {
  const freeze = { by: 'ann', reason: 'Black Friday.', at: NOON - 1, until: at('2026-03-05T18:30:00Z') }
  test('names who, until when and why, whatever else would allow it', () => {
    const refusal = brakeOf(facts({ freeze, settings: { ...NO_BRAKES, windows: [window()], inFlightMax: 9 } }))
    expect(refusal).toMatchObject({ code: 'not_allowed' })
    expect(refusal!.message).toMatch(/^Changes are frozen until 2026-03-05 18:30 UTC by ann: Black Friday\. Lift the freeze/)
  })
  test('ends by itself', () => expect(brakeOf(facts({ freeze, now: freeze.until }))).toBeNull())
})

describe('change windows', () => {
  test.each([
    ['open', [window()], NOON, null],
    ['its end is no longer in it', [window()], at('2026-03-05T16:00:00Z'), '2026-03-09 09:00 UTC'],
    ['one of several is open', [window({ days: ['sat'] }), window()], NOON, null],
    ['over midnight, of the day before', [window({ days: ['wed'], from: 22 * 60, to: 13 * 60 })], NOON, null],
    ['by the wall clock of its zone', [window({ zone: 'America/New_York' })], NOON, '2026-03-05 14:00 UTC'],
    ['after the clock was set forward there', [window({ zone: 'America/New_York', days: ['mon'] })], NOON, '2026-03-09 13:00 UTC'],
    ['a week from now', [window({ days: ['thu'], to: 10 * 60 })], NOON, '2026-03-12 09:00 UTC'],
  ])('%s', (_what, list, now, opens) => {
    const refusal = windows(list, now)
    if (opens === null) expect(refusal).toBeNull()
    else expect(refusal).toMatchObject({ code: 'not_allowed', message: expect.stringContaining(`opens at ${opens}`) })
  })
})

test('so many at most are in flight', () => {
  const of = (inFlight: number) => brakeOf(facts({ inFlight, settings: { ...NO_BRAKES, inFlightMax: 2 } }))
  expect(of(1)).toBeNull()
  expect(of(2)).toMatchObject({ code: 'busy', message: expect.stringContaining('2 changes are in flight, and the configuration allows 2') })
})
