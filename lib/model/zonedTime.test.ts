import { describe, expect, test } from 'vitest'
import { dateIn, instantIn, isZone, plusDays, weekdayOf } from './zonedTime.ts'

const iso = (zone: string, date: string, minute: number) => {
  const [year, month, day] = date.split('-').map(Number) as [number, number, number]
  return new Date(instantIn(zone, { year, month, day }, minute)).toISOString()
}

describe('an instant by a zone’s wall clock', () => {
  test.each([
    ['Europe/Zurich', '2026-01-10', 22 * 60, '2026-01-10T21:00:00.000Z'],
    ['Europe/Zurich', '2026-07-10', 22 * 60, '2026-07-10T20:00:00.000Z'],
    ['Asia/Kolkata', '2026-07-10', 0, '2026-07-09T18:30:00.000Z'],
    ['Pacific/Auckland', '2026-01-10', 0, '2026-01-09T11:00:00.000Z'],
    ['UTC', '2026-12-31', 24 * 60, '2027-01-01T00:00:00.000Z'],
    // 29 March 2026: 02:00 becomes 03:00.
    ['Europe/Zurich', '2026-03-29', 60, '2026-03-29T00:00:00.000Z'],
    ['Europe/Zurich', '2026-03-29', 150, '2026-03-29T01:30:00.000Z'],
    ['Europe/Zurich', '2026-03-29', 180, '2026-03-29T01:00:00.000Z'],
    // 25 October 2026: 03:00 becomes 02:00; 02:30 comes twice.
    ['Europe/Zurich', '2026-10-25', 150, '2026-10-25T00:30:00.000Z'],
    ['Europe/Zurich', '2026-10-25', 180, '2026-10-25T02:00:00.000Z'],
    // Half an hour of daylight saving, in the southern autumn.
    ['Australia/Lord_Howe', '2026-04-05', 105, '2026-04-04T14:45:00.000Z'],
  ])('%s %s, minute %i', (zone, date, minute, instant) => expect(iso(zone, date, minute)).toBe(instant))
})

test('dates are those of the zone, over the ends of months and years', () => {
  expect(dateIn('Asia/Tokyo', Date.parse('2026-12-31T15:00:00Z'))).toEqual({ year: 2027, month: 1, day: 1 })
  expect(dateIn('America/Los_Angeles', Date.parse('2027-01-01T07:59:59.999Z'))).toEqual({ year: 2026, month: 12, day: 31 })
  expect(plusDays({ year: 2028, month: 3, day: 1 }, -1)).toEqual({ year: 2028, month: 2, day: 29 })
  expect(weekdayOf({ year: 2026, month: 11, day: 29 })).toBe(0)
})

test('zones are those of the IANA database', () => {
  for (const zone of ['Europe/Zurich', 'UTC', 'America/Argentina/Buenos_Aires']) expect(isZone(zone), zone).toBe(true)
  for (const zone of ['', 'Mars/Base', 'Zürich', '; drop']) expect(isZone(zone), zone).toBe(false)
})
