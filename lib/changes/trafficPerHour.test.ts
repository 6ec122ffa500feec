import { expect, test } from 'vitest'
import type { Change } from '../model/change.ts'
import { type Move, movesSince, trafficBrake } from './trafficPerHour.ts'

const NOW = Date.parse('2026-03-05T12:00:00Z')
const MINUTE = 60_000
const of = 'pool:edge/app'
const change = (more: Partial<Change>): Change =>
  ({ id: 'c', state: 'kept', at: NOW - 10 * MINUTE, moves: [{ of, share: 0.1 }], journal: [], ...more }) as Change
const move = (share: number, minutes: number | null, more: Partial<Move> = {}): Move => ({
  of,
  share,
  change: `c${minutes}`,
  at: minutes === null ? null : NOW - minutes * MINUTE,
  ...more,
})
const brake = (share: number, moved: Move[], limit = 0.2) => trafficBrake(limit, { wanted: [{ of, share }], moved }, NOW)

test.each([
  ['kept', {}, NOW - 10 * MINUTE],
  ['rolled back, once', { state: 'rolled_back' as const }, NOW - 10 * MINUTE],
  ['written some time after it was asked for', { watchFrom: NOW - MINUTE }, NOW - MINUTE],
  ['on its way to the server by a commit', { state: 'awaiting' as const, at: NOW - 90 * MINUTE }, null],
  ['failed with something written', { state: 'failed' as const, journal: [{ at: 0, what: 'written' as const, text: '' }] }, NOW - 10 * MINUTE], // biome-ignore format: a table
])('%s counts', (_what, more, at) => expect(movesSince([change(more)], NOW)).toEqual([{ of, share: 0.1, change: 'c', at }]))

test.each([
  ['more than an hour ago', { at: NOW - 60 * MINUTE }],
  ['failed before anything was written', { state: 'failed' as const }],
  ['of what moves no traffic', { moves: undefined }],
])('%s does not', (_what, more) => expect(movesSince([change(more)], NOW)).toEqual([]))

test('weights that rise are still being moved', () => {
  const slowStart = { rises: [], stage: 0, everyMs: 1 }
  expect(movesSince([change({ state: 'watching', slowStart, at: NOW - 90 * MINUTE })], NOW)).toMatchObject([{ at: null }])
  expect(movesSince([change({ slowStart: { ...slowStart, doneAt: NOW - MINUTE } })], NOW)).toMatchObject([{ at: NOW - MINUTE }])
})

test('up to the limit, exactly, and of other pools nothing counts', () => {
  expect(brake(0.2, [])).toBeNull()
  expect(brake(0.1, [move(0.1, 5)])).toBeNull()
  expect(brake(0.2, [move(0.2, 5, { of: 'pool:edge/web' })])).toBeNull()
})

test('how much was moved, by which changes, and when there is room again', () => {
  const { code, message } = brake(0.1, [move(0.1, 5), move(0.05, 50), move(0.05, 20)])!
  expect(code).toBe('not_allowed')
  expect(message).toBe(
    'It would move 10.0 % of the traffic of pool:edge/app, where 20.0 % was moved within the last hour (5.0 % by change c50 at 2026-03-05 11:10 UTC, 5.0 % by change c20 at 2026-03-05 11:40 UTC, 10.0 % by change c5 at 2026-03-05 11:55 UTC); at most 20.0 % may be (changes.trafficPerHour). There is room again at 2026-03-05 12:40 UTC.',
  )
  expect(brake(0.15, [move(0.1, null), move(0.05, 50)])!.message).toMatch(/by change cnull in flight\);.*an hour after what is in flight/)
})

test('what is more than the limit by itself never has room', () =>
  expect(brake(0.3, [])!.message).toMatch(/would move 30.0 %.*at most 20.0 %.*smaller steps/))
