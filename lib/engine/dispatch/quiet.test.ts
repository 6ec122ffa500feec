import { describe, expect, test } from 'vitest'
import type { QuietHours } from '../../model/notice.ts'
import { quietUntil } from './quiet.ts'

const WORKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri'] as const
const NIGHT: QuietHours = { days: ['sat', 'sun'], from: 22 * 60, to: 7 * 60, zone: 'Europe/Zurich', but: { severity: 'critical' } }
const LABELS = { rule: 'x', severity: 'warning', target: 'a' }

const until = (quiet: QuietHours[], iso: string, labels: Record<string, string> = LABELS) => {
  const end = quietUntil(quiet, Date.parse(iso))(labels)
  return end === null ? null : new Date(end).toISOString()
}

describe('quiet hours', () => {
  // 28 November 2026 is a Saturday; Zurich is an hour ahead of UTC then.
  test.each([
    ['before it begins', '2026-11-28T20:59:59.999Z', null],
    ['as it begins', '2026-11-28T21:00:00Z', '2026-11-29T06:00:00.000Z'],
    ['past midnight it is still of the day on which it began', '2026-11-29T03:00:00Z', '2026-11-29T06:00:00.000Z'],
    ['as it ends', '2026-11-29T06:00:00Z', null],
    ['the night that began on Sunday', '2026-11-30T05:59:00Z', '2026-11-30T06:00:00.000Z'],
    ['the night to Saturday began on a Friday', '2026-11-28T03:00:00Z', null],
    ['in summer, two hours ahead', '2026-07-04T20:00:00Z', '2026-07-05T05:00:00.000Z'],
    ['in summer, before', '2026-07-04T19:59:00Z', null],
  ])('%s', (_, at, end) => expect(until([NIGHT], at)).toBe(end))

  test('what is excepted is told', () => {
    expect(until([NIGHT], '2026-11-29T03:00:00Z', { ...LABELS, severity: 'critical' })).toBeNull()
    expect(until([{ ...NIGHT, but: null }], '2026-11-29T03:00:00Z', { ...LABELS, severity: 'critical' })).toBe('2026-11-29T06:00:00.000Z')
    // One that excepts it does not end the other.
    expect(until([NIGHT, { ...NIGHT, but: { target: 'b' } }], '2026-11-29T03:00:00Z', { ...LABELS, severity: 'critical' })).not.toBeNull()
  })

  test('a window as long as a day, and windows that follow one another', () => {
    const day: QuietHours = { days: ['sat', 'sun'], from: 0, to: 24 * 60, zone: 'UTC', but: null }
    expect(until([day], '2026-11-28T12:00:00Z')).toBe('2026-11-30T00:00:00.000Z')
    const nine: QuietHours = { ...day, days: ['sat'], from: 9 * 60, to: 9 * 60 }
    expect(until([nine], '2026-11-29T08:59:00Z')).toBe('2026-11-29T09:00:00.000Z')
    expect(until([nine], '2026-11-29T09:00:00Z')).toBeNull()
    const always: QuietHours = { ...day, days: [...WORKDAYS, 'sat', 'sun'] }
    expect(until([always], '2026-11-28T12:00:00Z')).toBe('2026-12-12T00:00:00.000Z')
  })

  // Zurich: 02:00 becomes 03:00 on 29 March 2026, 03:00 becomes 02:00 on 25 October 2026.
  test.each([
    ['a night with an hour less ends by the wall clock', 22 * 60, 7 * 60, '2026-03-28T21:00:00Z', '2026-03-29T05:00:00.000Z'],
    ['a night with an hour more ends by the wall clock', 22 * 60, 7 * 60, '2026-10-24T20:00:00Z', '2026-10-25T06:00:00.000Z'],
    ['an end that the clock skips', 22 * 60, 150, '2026-03-29T01:29:00Z', '2026-03-29T01:30:00.000Z'],
    ['a window that the clock skips whole is none', 120, 180, '2026-03-29T01:00:00Z', null],
    ['an end that comes twice is the first', 22 * 60, 150, '2026-10-25T00:29:00Z', '2026-10-25T00:30:00.000Z'],
    ['and is over at the second', 22 * 60, 150, '2026-10-25T01:10:00Z', null],
    ['a beginning that comes twice is the first', 150, 420, '2026-10-25T00:30:00Z', '2026-10-25T06:00:00.000Z'],
  ])('daylight saving: %s', (_, from, to, at, end) => expect(until([{ ...NIGHT, from, to }], at)).toBe(end))
})
