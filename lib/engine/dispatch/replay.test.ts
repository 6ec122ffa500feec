import { expect, test } from 'vitest'
import { finding as base, route } from '../../../test/documents.ts'
import type { Finding } from '../../model/finding.ts'
import type { Route, Silence } from '../../model/notice.ts'
import { replay } from './replay.ts'

/** A Saturday, 28 November 2026, 12:00 in Zurich. */
const NOON = Date.parse('2026-11-28T11:00:00Z')
const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** Minutes after noon. */
const one = (id: string, from: number, to: number | null, more: Partial<Finding> = {}): Finding => ({
  ...base,
  id,
  rule: 'cache/x',
  subject: { target: id },
  since: NOON + from * MINUTE - 5_000,
  firingAt: NOON + from * MINUTE,
  ...(to !== null && { resolvedAt: NOON + to * MINUTE, state: 'resolved' }),
  ...more,
})
/** `MINUTE ROUTE: STATUS IDS` of each notice. */
async function played(routes: Partial<Route>[], findings: Finding[], silences: Silence[] = [], hours = 6) {
  let turns = 0
  const sent = await replay({
    routes: routes.map((more) => ({ ...route, ...more })),
    findings,
    silences,
    causes: null,
    from: NOON,
    to: NOON + hours * HOUR,
    pause: () => void turns++ as undefined,
  })
  const texts = sent.map(({ at, route, draft: { status, findings, digest } }) => {
    const ids = findings.map(({ id }) => id).join(' ')
    return `${(at - NOON) / MINUTE} ${route}: ${digest ? 'digest ' : ''}${status} ${ids}`
  })
  return { texts, turns }
}

test('what would have been sent: after the wait, again while it lasts, at its end', async () => {
  const { texts } = await played([{ waitMs: MINUTE, repeatMs: 2 * HOUR }], [one('a', 10, 270), one('b', 300, 300.5)])
  expect(texts).toEqual(['11 0: firing a', '131 0: firing a', '251 0: firing a', '271 0: resolved a'])
})

test('it is severity, acknowledgement and end of then that count', async () => {
  const acknowledged = { acknowledged: { by: 'ann', at: NOON + 3 * HOUR } }
  const { texts } = await played([{ repeatMs: 2 * HOUR }], [one('a', 0, null, acknowledged)])
  expect(texts).toEqual(['0 0: firing a', '120 0: firing a'])
})

test('routes, quiet hours, silences and inhibition hold back as they do now', async () => {
  const silence = { id: 's', match: { target: 'c' }, from: NOON, until: NOON + 30 * MINUTE, by: 'ann', reason: '' }
  const quiet = [{ days: ['sat' as const], from: 12 * 60, to: 14 * 60, zone: 'Europe/Zurich', but: null }]
  const inhibit = [{ by: { rule: 'cache/cause' }, mute: {}, equal: [] }]
  const routes: Partial<Route>[] = [{ match: { target: 'a' }, quiet }, { match: { target: 'b' }, inhibit }, { match: {} }]
  const findings = [
    ...['a', 'b', 'c'].map((id) => one(id, 10, 200)),
    one('cause', 5, 60, { rule: 'cache/cause' }),
    one('i', 10, 20, { severity: 'info' }),
  ]
  const { texts } = await played(
    routes.map((more) => ({ ...more, repeatMs: 24 * HOUR })),
    findings,
    [silence],
  )
  expect(texts).toEqual([
    '5 2: firing cause',
    '30 2: firing c',
    '60 1: firing b',
    '60 2: resolved cause',
    '120 0: firing a',
    '200 0: resolved a',
    '200 1: resolved b',
    '200 2: resolved c',
  ])
})

test('a limit makes a digest', async () => {
  const flood = ['a', 'b', 'c', 'd'].map((id, index) => one(id, index, null))
  const { texts } = await played([{ limit: { count: 1, perMs: HOUR }, repeatMs: 24 * HOUR }], flood)
  expect(texts).toEqual(['0 0: firing a', '2 0: digest firing b c', '4 0: digest firing d'])
})

test('a week in which one finding lasts is a few moments, and one of many findings not many more than they are', async () => {
  const lasting = await played([{ repeatMs: 4 * HOUR }], [one('a', 0, null)], [], 168)
  expect(lasting.texts).toHaveLength(43)
  expect(lasting.turns).toBeLessThan(100)
  const many = Array.from({ length: 500 }, (_, i) => one(`f${i}`, i * 20, i * 20 + 5))
  expect((await played([{}], many, [], 168)).turns).toBeLessThan(2_000)
})
