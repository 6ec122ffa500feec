import { beforeEach, expect, test } from 'vitest'
import type { AuditDraft } from '../../model/audit.ts'
import { Refusals } from './refusals.ts'

const AT = Date.UTC(2026, 0, 5, 12)
const MINUTE = 60_000
let recorded: AuditDraft[]
let refusals: Refusals
beforeEach(() => {
  recorded = []
  refusals = new Refusals((draft) => recorded.push(draft))
})

const refused = (at: number, more: Partial<AuditDraft> = {}, operation = 'POST tokens'): AuditDraft => ({
  at: AT + at,
  what: 'refused',
  by: null,
  how: 'anonymous',
  from: '192.0.2.1',
  about: '',
  outcome: 'refused',
  detail: { operation, code: 'unauthenticated', status: '401' },
  ...more,
})
/** The wall clock may stand anywhere; what counts runs with the monotonic one. */
const add = (draft: AuditDraft) => refusals.add(draft, draft.at - AT)
const tick = (at: number) => refusals.tick(AT + at, at)
/** A refusal each second from second `from` to `to`, with a tick after each. */
function knock(from: number, to: number, more: (second: number) => Partial<AuditDraft> = () => ({})): void {
  for (let second = from; second < to; second++) {
    add(refused(second * 1000, more(second)))
    tick(second * 1000)
  }
}
const times = () => recorded.map(({ at, detail }) => [Math.round((at - AT) / 1000), detail.times])

test('the first is recorded at once, those after it as counts, ever more seldom', () => {
  knock(0, 3 * 3600)
  expect(times()).toEqual([
    [0, undefined],
    [60, '60'],
    [660, '600'],
    [4260, '3600'],
    [7860, '3600'],
  ])
  expect(recorded[1]).toMatchObject({
    from: '192.0.2.1',
    detail: { operation: 'POST tokens', code: 'unauthenticated', since: '2026-01-05T12:00:01.000Z' },
  })
  refusals.close(AT + 3 * 3600_000, 3 * 3600_000)
  // Not one was left out.
  expect(recorded.reduce((sum, { detail }) => sum + Number(detail.times ?? 1), 0)).toBe(3 * 3600)
})

test('one that comes alone is one entry; after an hour of silence the next is a first again', () => {
  add(refused(0))
  for (let minute = 1; minute <= 59; minute++) tick(minute * MINUTE)
  add(refused(59.5 * MINUTE))
  tick(59.5 * MINUTE)
  expect(times()).toEqual([
    [0, undefined],
    [3570, '1'],
  ])
  for (let minute = 60; minute <= 121; minute++) tick(minute * MINUTE)
  add(refused(122 * MINUTE))
  expect(times()[2]).toEqual([7320, undefined])
})

test('another person, address, call or reason is one of its own; another thing that it was tried on is not', () => {
  add(refused(0))
  add(refused(1, { from: '192.0.2.2' }))
  add(refused(2, { by: 'ann', how: 'person' }))
  add(refused(3, { by: 'ann', how: 'token:0123456789ab' }))
  add(refused(4, {}, 'DELETE tokens/{id}'))
  add(refused(5, { detail: { operation: 'POST tokens', code: 'too_many' } }))
  expect(recorded).toHaveLength(6)
  add(refused(6, { about: 'made up 1' }))
  add(refused(7, { about: 'made up 2' }))
  expect(recorded).toHaveLength(6)
  tick(MINUTE + 10)
  expect(recorded.at(-1)).toMatchObject({ about: '', detail: { times: '2' } })
})

test('a stranger with a million addresses writes a few entries an hour and hides no insider', () => {
  const address = (n: number) => ({ from: `198.51.${(n >> 8) & 255}.${n & 255}`, about: `made up ${n}` })
  // 24 hours, an address a second, then a person whom that must not hide.
  knock(0, 24 * 3600, address)
  expect(recorded.length).toBeLessThan(24 * 450)
  expect(recorded.reduce((sum, draft) => sum + JSON.stringify(draft).length, 0)).toBeLessThan(5_000_000)
  const others = recorded.filter(({ detail }) => detail.others)
  expect(others.length).toBeGreaterThan(20)
  expect(others[1]).toMatchObject({
    what: 'refused',
    by: null,
    from: null,
    detail: { addresses: expect.stringMatching(/^\d{3}$|1000 or more/) },
  })
  const before = recorded.length
  add(refused(24 * 3600_000, { by: 'eve', how: 'person' }))
  expect(recorded).toHaveLength(before + 1)
  expect(recorded.at(-1)).toMatchObject({ by: 'eve' })
  refusals.close(AT + 24 * 3600_000, 24 * 3600_000)
  expect(recorded.reduce((sum, { detail }) => sum + Number(detail.times ?? 1), 0)).toBe(24 * 3600 + 1)
})

test('a clock that is set back an hour delays no count', () => {
  refusals.add(refused(0), 0)
  refusals.add(refused(1_000), 1_000)
  refusals.tick(AT - 60 * MINUTE + MINUTE, MINUTE)
  expect(recorded).toHaveLength(2)
  expect(recorded[1]).toMatchObject({ at: AT - 59 * MINUTE, detail: { times: '1' } })
})
