import { beforeEach, describe, expect, test } from 'vitest'
import { finding as base, route } from '../../../test/documents.ts'
import { noBrowsers } from '../../../test/receiver.ts'
import type { Finding } from '../../model/finding.ts'
import type { Notice, Route } from '../../model/notice.ts'
import type { Notifier } from '../../model/notifier.ts'
import type { Store } from '../../model/store.ts'
import { createStore } from '../../store/store.ts'
import { createBus } from '../bus.ts'
import { createDispatch, type Dispatch } from './dispatch.ts'

const silent = { info() {}, warn() {}, error() {} }
/** A Saturday, 28 November 2026, 12:00 in Zurich. */
const NOON = Date.parse('2026-11-28T11:00:00Z')
const MINUTE = 60_000
const bus = createBus(() => {})
let at = NOON
let store: Store
let sent: string[]
let digests: number

const pigeon: Notifier<string> = {
  kind: 'pigeon',
  config: null as never,
  async notify(_config, { receiver, status, findings, digest }: Notice) {
    if (digest) digests++
    sent.push(`${receiver} ${status} ${findings.map(({ id }) => id).join(' ')}`)
    return { delivered: true, retry: false, answer: 'ok' }
  },
}
const begin = (...routes: Partial<Route>[]): Dispatch =>
  createDispatch({
    routes: routes.map((one) => ({ ...route, ...one })),
    receivers: ['ops', 'dba'].map((name) => ({ name, channels: [{ kind: 'pigeon', config: '' }] })),
    browsers: noBrowsers,
    notifiers: [pigeon],
    store,
    bus,
    externalUrl: 'http://h',
    now: () => at,
    log: silent,
  })
async function pass(dispatch: Dispatch, seconds: number) {
  for (let second = 0; second < seconds; second++) {
    at += 1000
    dispatch.tick()
    await new Promise((resolve) => setImmediate(resolve))
  }
}
const fire = (id: string, more: Partial<Finding> = {}) =>
  store.findings.put({ ...base, id, rule: 'cache/x', subject: { target: id }, since: at, ...more })
const end = (id: string) => store.findings.put({ ...store.findings.get(id)!, state: 'resolved', resolvedAt: at })
/** What was sent since the last look. */
const told = () => sent.splice(0)

beforeEach(() => {
  at = NOON
  store = createStore({ path: ':memory:', now: () => at })
  sent = []
  digests = 0
})

test('the first route that matches is told; the next ones only where it goes on', async () => {
  const dispatch = begin({ match: { target: 'a' }, continue: true, to: ['dba'] }, { match: { target: 'a' } }, { match: {}, to: ['dba'] })
  fire('a')
  fire('b')
  await pass(dispatch, 3)
  expect(told().sort()).toEqual(['dba firing a', 'dba firing b', 'ops firing a'])
  end('a')
  await pass(dispatch, 3)
  expect(told().sort()).toEqual(['dba resolved a', 'ops resolved a'])
})

test('what an earlier version has told on a route that no longer takes it is ended there', async () => {
  store.findings.put({ ...base, id: 'a', rule: 'cache/x', subject: { target: 'a' } })
  const before = begin({ match: { target: 'z' } }, { match: {}, to: ['dba'] })
  await pass(before, 3)
  expect(told()).toEqual(['dba firing a'])
  const after = begin({ match: { target: 'a' } }, { match: {}, to: ['dba'] })
  await pass(after, 3)
  end('a')
  await pass(after, 3)
  expect(told()).toEqual(['ops firing a', 'ops resolved a', 'dba resolved a'])
})

test('muted is not sent on to the next route', async () => {
  const dispatch = begin(
    { match: { target: 'a' }, quiet: [{ days: ['sat'], from: 0, to: 24 * 60, zone: 'Europe/Zurich', but: null }] },
    { match: { target: 'b' }, inhibit: [{ by: { rule: 'cache/cause' }, mute: {}, equal: [] }] },
    { match: {}, to: ['dba'] },
  )
  store.silences.put({ id: 's', match: { target: 'c' }, from: at, until: at + 3_600_000, by: 'ann', reason: '' })
  fire('cause', { rule: 'cache/cause' })
  for (const id of ['a', 'b', 'c']) fire(id)
  await pass(dispatch, 10)
  expect(told()).toEqual(['dba firing cause'])
  // A route that takes nothing of the cause goes by it all the same; once it is over, the effect is told.
  end('cause')
  await pass(dispatch, 3)
  expect(told()).toEqual(['ops firing b', 'dba resolved cause'])
})

describe('quiet hours', () => {
  const until = (time: number, more = {}) => ({
    quiet: [{ days: ['sat' as const], from: 0, to: time, zone: 'Europe/Zurich', but: null, ...more }],
  })

  test('what still fires at their end is told then, what ended within them never, and an end waits for theirs', async () => {
    const dispatch = begin(until(12 * 60 + 5, { from: 12 * 60 + 1, but: { severity: 'critical' } }))
    fire('before')
    await pass(dispatch, 60)
    expect(told()).toEqual(['ops firing before'])
    for (const id of ['lasting', 'short']) fire(id)
    fire('worse', { severity: 'critical' })
    await pass(dispatch, 20)
    end('short')
    end('before')
    await pass(dispatch, 219)
    expect(told()).toEqual(['ops firing worse'])
    await pass(dispatch, 2)
    expect(told().sort()).toEqual(['ops firing lasting', 'ops resolved before'])
  })

  test('a new start within them neither tells nor forgets', async () => {
    const quiet = until(12 * 60 + 5)
    const first = begin(quiet)
    fire('a')
    await pass(first, 30)
    // No stop: as after a power cut.
    const second = begin(quiet)
    await pass(second, 269)
    expect(told()).toEqual([])
    await pass(second, 2)
    expect(told()).toEqual(['ops firing a'])
  })
})

describe('a limit', () => {
  const limit = { count: 2, perMs: 3_600_000 }

  test('what is over it arrives as one digest within 100 s, the worst of it at once', async () => {
    const dispatch = begin({ limit })
    for (const id of ['a', 'b', 'c', 'd']) fire(id)
    fire('worst', { severity: 'critical' })
    await pass(dispatch, 2)
    expect(told().sort()).toEqual([expect.stringMatching(/^ops firing [abcd]$/), 'ops firing worst'])
    await pass(dispatch, 57)
    expect(told()).toEqual([])
    await pass(dispatch, 5)
    expect(told()).toEqual([expect.stringMatching(/^ops firing \w \w \w$/)])
    expect(digests).toBe(1)
    // Each is told of once, and its end too.
    for (const id of ['a', 'b', 'c', 'd', 'worst']) end(id)
    await pass(dispatch, 100)
    expect(told()).toEqual([expect.stringMatching(/^ops resolved \w+ \w+ \w+ \w+ \w+$/)])
    await pass(dispatch, 100)
    expect(told()).toEqual([])
  })

  test('it survives a new start: no limit anew, no digest lost or doubled', async () => {
    const first = begin({ limit })
    for (const id of ['a', 'b', 'c', 'd']) fire(id)
    await pass(first, 5)
    expect(told()).toHaveLength(2)
    const second = begin({ limit })
    await pass(second, 30)
    expect(told()).toEqual([])
    await pass(second, 30)
    expect(told()).toEqual([expect.stringMatching(/^ops firing \w \w$/)])
    await pass(begin({ limit }), 200)
    expect(told()).toEqual([])
  })

  test('what ends before the digest, or is silenced, is not in it', async () => {
    const dispatch = begin({ limit: { ...limit, count: 1 } })
    for (const id of ['a', 'b', 'c', 'd']) fire(id)
    await pass(dispatch, 5)
    const [first] = told()
    const [short, silenced, last] = ['a', 'b', 'c', 'd'].filter((id) => !first!.endsWith(id)) as [string, string, string]
    end(short)
    store.silences.put({ id: 's', match: { target: silenced }, from: at, until: at + 2 * MINUTE, by: 'ann', reason: '' })
    await pass(dispatch, 60)
    expect(told()).toEqual([`ops firing ${last}`])
    // It is told of once its silence is over.
    await pass(dispatch, 120)
    expect(told()).toEqual([`ops firing ${silenced}`])
  })

  test('the clock may be set meanwhile', async () => {
    const dispatch = begin({ limit })
    for (const id of ['a', 'b', 'c']) fire(id)
    await pass(dispatch, 30)
    told()
    at -= 3_600_000
    bus.emit({ type: 'clock', step: { at, byMs: -3_600_000 } })
    await pass(dispatch, 30)
    expect(told()).toEqual([])
    await pass(dispatch, 5)
    expect(told()).toHaveLength(1)
  })
})

test('an acknowledged finding is not repeated, its end is told, and what fires anew is', async () => {
  const dispatch = begin({ repeatMs: 30_000 })
  fire('a')
  await pass(dispatch, 2)
  store.findings.put({ ...store.findings.get('a')!, acknowledged: { by: 'ann', at } })
  await pass(dispatch, 100)
  end('a')
  await pass(dispatch, 2)
  fire('a2', { subject: { target: 'a' } })
  await pass(dispatch, 40)
  expect(told()).toEqual(['ops firing a', 'ops resolved a', 'ops firing a2', 'ops firing a2'])
})

describe('where a finding would go', () => {
  const asked = (more: Partial<Finding> = {}) => ({ ...base, id: 'asked', rule: 'cache/x', subject: { target: 'a' }, ...more })
  /** `RECEIVERS: why, seconds until`. */
  const where = (dispatch: Dispatch, finding = asked()) =>
    dispatch
      .whereTo(finding, at)
      .map(
        ({ route, to, held, tellsAt }) => `${route} ${to}: ${held?.why ?? 'told'}, ${tellsAt === null ? 'never' : (tellsAt - at) / 1000}`,
      )

  test('at once, after the wait; nobody', () => {
    expect(where(begin({ match: { target: 'b' } }, { waitMs: 10_000, to: ['ops', 'dba'] }))).toEqual(['1 ops,dba: told, 10'])
    expect(where(begin({ match: { target: 'b' } }))).toEqual([])
    expect(where(begin({ continue: true }, {}))).toEqual(['0 ops: told, 0', '1 ops: told, 0'])
    expect(where(begin({}), asked({ severity: 'info' }))).toEqual([])
  })
  test('not while it is muted, and from when on', () => {
    const quiet = [{ days: ['sat' as const], from: 12 * 60, to: 13 * 60, zone: 'Europe/Zurich', but: null }]
    expect(where(begin({ quiet, waitMs: 1000 }))).toEqual(['0 ops: quiet, 3601'])
    store.silences.put({ id: 's', match: {}, matchers: [{ label: 'target', op: '=~', value: '.' }], from: at, until: at + 60_000, by: 'ann', reason: '' }) // biome-ignore format: one line
    expect(where(begin({}))).toEqual(['0 ops: silence, 60'])
    expect(where(begin({ quiet }))).toEqual(['0 ops: silence, 3600'])
    const always = [{ days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const, from: 0, to: 24 * 60, zone: 'UTC', but: null }]
    expect(where(begin({ match: { target: 'z' } }, { quiet: always }), asked({ subject: { target: 'z2' } }))).toEqual([
      '1 ops: quiet, never',
    ])
    fire('cause', { rule: 'cache/cause' })
    expect(where(begin({ inhibit: [{ by: { rule: 'cache/cause' }, mute: {}, equal: [] }] }))).toEqual(['0 ops: inhibit, never'])
  })
  test('in a digest once the limit is used up', async () => {
    const dispatch = begin({ limit: { count: 1, perMs: 3_600_000 } })
    expect(where(dispatch)).toEqual(['0 ops: told, 0'])
    fire('one')
    await pass(dispatch, 1)
    expect(where(dispatch)).toEqual(['0 ops: limit, 60'])
    fire('two')
    await pass(dispatch, 11)
    expect(where(dispatch)).toEqual(['0 ops: limit, 50'])
  })
})

test('a silence of matchers mutes what all of them fit', async () => {
  const matchers = [
    { label: 'target', op: '=~' as const, value: 'cache-.*' },
    { label: 'target', op: '!=' as const, value: 'cache-b' },
    { label: 'severity', op: '!~' as const, value: 'crit.*' },
  ]
  store.silences.put({ id: 's', match: { rule: 'cache/x' }, matchers, from: at, until: at + 10_000, by: 'ann', reason: '' })
  const dispatch = begin({})
  for (const id of ['cache-a', 'cache-b', 'my-cache-c']) fire(id)
  fire('cache-d', { severity: 'critical' })
  fire('cache-e', { rule: 'cache/y' })
  await pass(dispatch, 5)
  expect(told().sort()).toEqual(['cache-b', 'cache-d', 'cache-e', 'my-cache-c'].map((id) => `ops firing ${id}`))
  await pass(dispatch, 10)
  expect(told()).toEqual(['ops firing cache-a'])
})

test('other routes and receivers hold from the next tick on; what waits goes by the new ones', async () => {
  const dispatch = begin({ match: {}, to: ['ops'] })
  fire('a')
  await pass(dispatch, 2)
  expect(told()).toEqual(['ops firing a'])
  const channels = [{ kind: 'pigeon', config: '' }]
  const receivers = ['ops', 'night'].map((name) => ({ name, channels }))
  dispatch.configure({ routes: [{ ...route, match: { target: 'b' }, to: ['night'] }], receivers })
  fire('b')
  expect(dispatch.whereTo(store.findings.get('b')!, at).map(({ to }) => to)).toEqual([['night']])
  expect(dispatch.whereTo(store.findings.get('b')!, at, [{ ...route, match: {}, to: ['ops'] }]).map(({ to }) => to)).toEqual([['ops']])
  await pass(dispatch, 2)
  expect(told()).toEqual(['night firing b'])
  expect((await dispatch.test('night')).map(({ state }) => state)).toEqual(['delivered'])
  await expect(dispatch.test('dba')).rejects.toThrow('no receiver of that name')
  expect((await dispatch.test('new', [{ name: 'new', channels }])).map(({ state }) => state)).toEqual(['delivered'])
})

test('what waits in the outbox finds its channel by its kind, wherever the edited receiver has it', async () => {
  let up = false
  const sentBy: string[] = []
  const notifierOf = (kind: string): Notifier<string> => ({
    kind,
    config: null as never,
    async notify() {
      if (up) sentBy.push(kind)
      return { delivered: up, retry: true, answer: 'x' }
    },
  })
  const channels = ['crow', 'dove'].map((kind) => ({ kind, config: '' }))
  const dispatch = createDispatch({
    routes: [{ ...route, match: {}, to: ['ops'] }],
    receivers: [{ name: 'ops', channels: channels.slice(0, 1) }],
    browsers: noBrowsers,
    notifiers: ['crow', 'dove'].map(notifierOf),
    store,
    bus,
    externalUrl: 'http://h',
    now: () => at,
    log: silent,
  })
  fire('a')
  await pass(dispatch, 3)
  dispatch.configure({ routes: [{ ...route, match: {}, to: ['ops'] }], receivers: [{ name: 'ops', channels: channels.toReversed() }] })
  up = true
  await pass(dispatch, 10)
  expect(sentBy).toEqual(['crow'])
})
