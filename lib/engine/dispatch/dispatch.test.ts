import { beforeEach, describe, expect, test } from 'vitest'
import { route } from '../../../test/documents.ts'
import { noBrowsers } from '../../../test/receiver.ts'
import type { Change } from '../../model/change.ts'
import { readEdges } from '../../model/edges.ts'
import type { Finding } from '../../model/finding.ts'
import type { Notice, Route } from '../../model/notice.ts'
import type { Notifier, Outcome } from '../../model/notifier.ts'
import type { Labels } from '../../model/series.ts'
import type { Store } from '../../model/store.ts'
import { emptyTopology } from '../../model/topology.ts'
import { alertmanagerBody } from '../../notifiers/alertmanagerBody.ts'
import { createStore } from '../../store/store.ts'
import { createBus } from '../bus.ts'
import { createDispatch, type Dispatch } from './dispatch.ts'
import type { Causes } from './surroundings.ts'

const silent = { info() {}, warn() {}, error() {} }
let at = 1_000_000
let store: Store
let sent: Notice[]
let reachedBefore: string[][]
let answer: Outcome
const pigeon: Notifier<string> = {
  kind: 'pigeon',
  config: null as never,
  async notify(_config, notice, { reached }) {
    sent.push(notice)
    reachedBefore.push([...reached])
    return answer
  },
}
const bus = createBus(() => {})

const causes: Causes = {
  topology: () => ({ ...emptyTopology(), edges: readEdges([{ from: 'pool:edge/app', to: 'cache:a' }]) }),
  causality: {
    rules: [{ cause: 'fleet/target-down', effect: 'balancer/queueing', along: 'behind', withinMs: 60_000, lasting: true, how: 'so' }],
    symptoms: [],
  },
}
const begin = (routes: Partial<Route>[]): Dispatch =>
  createDispatch({
    causes,
    routes: routes.map((one) => ({ ...route, waitMs: 1000, repeatMs: 60_000, ...one })),
    receivers: [{ name: 'ops', channels: [{ kind: 'pigeon', config: '' }] }],
    browsers: noBrowsers,
    notifiers: [pigeon],
    store,
    bus,
    externalUrl: 'http://h',
    now: () => at,
    log: silent,
  })
/** Ticks each second, letting what was sent arrive. */
async function pass(dispatch: Dispatch, seconds: number) {
  for (let second = 0; second < seconds; second++) {
    at += 1000
    dispatch.tick()
    await new Promise((resolve) => setImmediate(resolve))
  }
}
const finding = (id: string, more: Partial<Finding> = {}): Finding => ({
  id,
  rule: 'cache/eviction-storm',
  severity: 'warning',
  state: 'firing',
  subject: { target: 'a' },
  summary: id,
  evidence: [],
  since: at,
  seenAt: at,
  ...more,
})
const sentTexts = () => sent.map((notice) => `${notice.status} ${notice.findings.map(({ id }) => id).join(' ')}`)

beforeEach(() => {
  at = 1_000_000
  store = createStore({ path: ':memory:', now: () => at })
  sent = []
  reachedBefore = []
  answer = { delivered: true, retry: false, answer: 'ok' }
})

describe('a route', () => {
  test('waits, sends firing, then resolved, each once', async () => {
    const dispatch = begin([{ waitMs: 3000 }])
    store.findings.put(finding('one'))
    await pass(dispatch, 3)
    expect(sentTexts()).toEqual([])
    await pass(dispatch, 5)
    expect(sentTexts()).toEqual(['firing one'])
    store.findings.put(finding('one', { state: 'resolved', resolvedAt: at }))
    await pass(dispatch, 10)
    expect(sentTexts()).toEqual(['firing one', 'resolved one'])
    expect(store.deliveries.list().map(({ state, attempts }) => [state, attempts])).toEqual([
      ['delivered', 1],
      ['delivered', 1],
    ])
  })
  test('each group has a key of its own, also of findings without its labels', async () => {
    const dispatch = begin([{}])
    for (const [id, subject] of [['a', { target: 'a' }], ['r1', { ring: 'x' }], ['r2', { ring: 'y' }]] as const) store.findings.put(finding(id, { subject })) // biome-ignore format: one line
    await pass(dispatch, 8)
    const keys = () => sent.map((notice) => alertmanagerBody(notice).groupKey as string)
    const begun = keys()
    expect(new Set(begun).size).toBe(3)
    expect(begun[0]).toMatch(/^\{\}\/\{route="0-[0-9a-f]{12}"\}:\{target="a"\}$/)
    expect(begun[1]).toMatch(/:\{finding="r1"\}$/)
    store.findings.put(finding('r1', { subject: { ring: 'x' }, state: 'resolved', resolvedAt: at }))
    await pass(dispatch, 8)
    expect(sentTexts().at(-1)).toBe('resolved r1')
    expect(keys().at(-1)).toBe(begun[1])
  })
  test('groups what shares the labels; what lacks one stands alone', async () => {
    const dispatch = begin([{}])
    store.findings.put(finding('a1'))
    store.findings.put(finding('a2'))
    store.findings.put(finding('b', { subject: { target: 'b' } }))
    store.findings.put(finding('r1', { subject: { ring: 'x' } }))
    store.findings.put(finding('r2', { subject: { ring: 'x' } }))
    await pass(dispatch, 8)
    expect(
      sent
        .map(({ findings, groupLabels }) => [
          findings
            .map(({ id }) => id)
            .sort()
            .join(),
          groupLabels,
        ])
        .sort(),
    ).toEqual([
      ['a1,a2', { target: 'a' }],
      ['b', { target: 'b' }],
      ['r1', {}],
      ['r2', {}],
    ])
  })
  test('takes what matches; info only when asked for', async () => {
    const dispatch = begin([{ match: { severity: 'critical' } as never }])
    store.findings.put(finding('w'))
    store.findings.put(finding('c', { severity: 'critical' }))
    store.findings.put(finding('i', { severity: 'info' }))
    await pass(dispatch, 4)
    expect(sentTexts()).toEqual(['firing c'])
    const informed = begin([{ match: { severity: 'info' } as never }])
    await pass(informed, 4)
    expect(sentTexts()).toEqual(['firing c', 'firing i'])
  })
  test('says it again after `repeat`, while it fires', async () => {
    const dispatch = begin([{ repeatMs: 20_000 }])
    store.findings.put(finding('one'))
    await pass(dispatch, 65)
    expect(sentTexts()).toEqual(['firing one', 'firing one', 'firing one', 'firing one'])
  })
  test('a short blip within the wait is not told', async () => {
    const dispatch = begin([{ waitMs: 10_000 }])
    store.findings.put(finding('one'))
    await pass(dispatch, 3)
    store.findings.put(finding('one', { state: 'resolved', resolvedAt: at }))
    await pass(dispatch, 30)
    expect(sentTexts()).toEqual([])
  })
  test('a silenced finding is not told; when the silence ends and it still fires, it is', async () => {
    const dispatch = begin([{}])
    store.silences.put({ id: 's', match: { target: 'a', rule: 'cache/eviction-storm' }, from: at, until: at + 10_000, by: 'x', reason: '' })
    store.findings.put(finding('one'))
    await pass(dispatch, 9)
    expect(sentTexts()).toEqual([])
    await pass(dispatch, 5)
    expect(sentTexts()).toEqual(['firing one'])
  })
})

describe('the outbox', () => {
  test('tries again with growing pauses, in order, until it arrives', async () => {
    const dispatch = begin([{}])
    answer = { delivered: false, retry: true, answer: 'HTTP 503' }
    store.findings.put(finding('one'))
    await pass(dispatch, 10)
    const tries = sent.length
    expect(tries).toBeGreaterThanOrEqual(3)
    expect(tries).toBeLessThanOrEqual(5)
    store.findings.put(finding('one', { state: 'resolved', resolvedAt: at }))
    await pass(dispatch, 3)
    expect(sentTexts()).not.toContain('resolved one')
    answer = { delivered: true, retry: false, answer: 'HTTP 200' }
    await pass(dispatch, 60)
    expect(sentTexts().slice(-2)).toEqual(['firing one', 'resolved one'])
  })
  test('does not try again before the receiver wants it', async () => {
    const dispatch = begin([{ waitMs: 0 }])
    answer = { delivered: false, retry: true, answer: 'HTTP 429', waitMs: 20_000 }
    store.findings.put(finding('one'))
    await pass(dispatch, 19)
    expect(sent).toHaveLength(1)
    await pass(dispatch, 4)
    expect(sent).toHaveLength(2)
  })
  test('what was taken of several requests is told to the next try, and a notice that reached some holds up no other for long', async () => {
    const dispatch = begin([{ waitMs: 0 }])
    answer = { delivered: false, retry: true, answer: 'HTTP 500', reached: ['phone'] }
    store.findings.put(finding('one'))
    await pass(dispatch, 3)
    expect(reachedBefore.slice(0, 2)).toEqual([[], ['phone']])
    await pass(dispatch, 45)
    expect(sent).toHaveLength(6)
    expect(store.deliveries.list()[0]).toMatchObject({ state: 'delivered', answer: 'HTTP 500' })
    expect(store.deliveries.list()[0]).not.toHaveProperty('reached')
  })
  test('gives up on a refusal', async () => {
    const dispatch = begin([{}])
    answer = { delivered: false, retry: false, answer: 'HTTP 400' }
    store.findings.put(finding('one'))
    await pass(dispatch, 30)
    expect(sent).toHaveLength(1)
    expect(store.deliveries.list()[0]).toMatchObject({ state: 'failed', answer: 'HTTP 400' })
  })
  test('survives a restart: neither lost nor told twice', async () => {
    const first = begin([{}])
    answer = { delivered: false, retry: true, answer: 'no answer' }
    store.findings.put(finding('one'))
    await pass(first, 4)
    // No stop: as after a power cut.
    answer = { delivered: true, retry: false, answer: 'HTTP 200' }
    sent = []
    const second = begin([{}])
    await pass(second, 30)
    expect(sentTexts()).toEqual(['firing one'])
  })
})

describe('a change that a person has to look at', () => {
  const failed = (more: Partial<Change> = {}): Change => ({
    id: 'c1',
    state: 'failed',
    steps: [{ setting: { target: 'edge', name: 'x' }, before: '1', after: '2' }],
    because: '',
    by: 'x',
    at,
    reversal: 'exact',
    prediction: null,
    guards: [],
    measured: null,
    verdict: null,
    outcome: 'drift: somebody else set it',
    journal: [],
    ...more,
  })
  const asking = (more: Partial<Change> = {}) => failed({ state: 'kept', needsPerson: 'Decide whether it stays.', ...more })
  const alerts = () => sent.map((notice) => (alertmanagerBody(notice) as { alerts: Record<string, unknown>[] }).alerts[0]!)

  test('is told of once, on its own page, and its end goes to the same receivers as the same alert', async () => {
    const dispatch = begin([{}])
    store.changes.put(failed())
    await pass(dispatch, 100)
    expect(sent).toHaveLength(1)
    expect(sent[0]!.findings[0]).toMatchObject({
      rule: 'change/failed',
      subject: { target: 'edge' },
      summary: 'drift: somebody else set it',
    })
    store.changes.put(failed({ seenTo: 'ann', at: sent[0]!.findings[0]!.since }))
    await pass(dispatch, 10)
    expect(sent.map(({ status, receiver, groupLabels }) => [status, receiver, groupLabels])).toEqual([
      ['firing', 'ops', { target: 'edge' }],
      ['resolved', 'ops', { target: 'edge' }],
    ])
    const [first, last] = alerts()
    expect(first).toMatchObject({
      status: 'firing',
      generatorURL: 'http://h/changes/c1',
      labels: { rule: 'change/failed', target: 'edge' },
    })
    expect(last).toMatchObject({ status: 'resolved', generatorURL: 'http://h/changes/c1', fingerprint: first!.fingerprint })
    expect(last!.endsAt).toBe(new Date(sent[1]!.findings[0]!.resolvedAt!).toISOString())
  })
  test('that was kept unjudged is over once it is settled or rolled back', async () => {
    for (const end of [{}, { state: 'rolled_back' as const }]) {
      sent = []
      const dispatch = begin([{}])
      store.changes.put(asking())
      await pass(dispatch, 5)
      store.changes.put(asking({ ...end, needsPerson: undefined }))
      await pass(dispatch, 5)
      expect(sent.map(({ status, findings }) => [status, findings[0]!.rule])).toEqual([
        ['firing', 'change/needs-person'],
        ['resolved', 'change/needs-person'],
      ])
      await dispatch.stop()
    }
  })
  test('a step of the autopilot is told of to whoever asks for it, and ends with its verdict', async () => {
    const step = failed({ state: 'watching', autopilot: { rule: 'pool-weights', because: '' } })
    const dispatch = begin([{ match: { severity: 'info' } }, {}])
    store.changes.put(step)
    await pass(dispatch, 5)
    store.changes.put({ ...step, state: 'kept', verdict: 'improved', outcome: 'It improved.' })
    await pass(dispatch, 5)
    expect(sent.map(({ status, findings: [one] }) => [status, one!.rule, one!.summary])).toEqual([
      ['firing', 'change/autopilot', 'The autopilot has set x of edge 1 to 2.'],
      ['resolved', 'change/autopilot', 'It improved.'],
    ])
    expect(alerts()[0]).toMatchObject({ generatorURL: 'http://h/changes/c1' })
  })
  test('that waited and then failed is another alert, and the first one ends', async () => {
    const dispatch = begin([{}])
    store.changes.put(asking())
    await pass(dispatch, 5)
    store.changes.put(asking({ state: 'failed' }))
    await pass(dispatch, 5)
    expect(sent.map(({ status, findings }) => `${status} ${findings.map(({ rule }) => rule)}`).sort()).toEqual([
      'firing change/failed',
      'firing change/needs-person',
      'resolved change/needs-person',
    ])
  })
  test.each<Labels>([{ rule: 'change/failed' }, { target: 'edge' }])(
    'is muted by a silence of %j, and told of once that ends',
    async (match) => {
      const dispatch = begin([{}])
      store.changes.put(failed())
      store.silences.put({ id: 's', match, from: at, until: at + 20_000, by: 'ann', reason: '' })
      await pass(dispatch, 15)
      expect(sent).toEqual([])
      await pass(dispatch, 15)
      expect(sent).toHaveLength(1)
    },
  )
  test('is told of after a new start too, and never again', async () => {
    store.changes.put(failed())
    const first = begin([{}])
    await pass(first, 5)
    await first.stop()
    await pass(begin([{}]), 20)
    expect(sent).toHaveLength(1)
  })
  test('of which an earlier version has told stays told of', async () => {
    store.changes.put(failed())
    store.memory.put('told/c1', { at })
    await pass(begin([{}]), 20)
    expect(sent).toEqual([])
  })
})

test('a test notice is sent at once and its fate kept', async () => {
  const dispatch = begin([])
  expect(await dispatch.test('ops')).toMatchObject([{ state: 'delivered', status: 'test', channel: 'pigeon' }])
  answer = { delivered: false, retry: true, answer: 'no answer' }
  expect(await dispatch.test('ops')).toMatchObject([{ state: 'failed', answer: 'no answer' }])
  await expect(dispatch.test('nobody')).rejects.toMatchObject({ code: 'not_found' })
})

const HOUR = 3_600_000
describe.each([
  ['back by an hour', [-HOUR]],
  ['ahead by two days', [48 * HOUR]],
  ['ahead by two days and back', [48 * HOUR, -48 * HOUR]],
])('while the clock is set %s', (_, steps) => {
  function setClock() {
    for (const byMs of steps) {
      at += byMs
      bus.emit({ type: 'clock', step: { at, byMs } })
    }
  }

  test('a group waits, and repeats, for its time', async () => {
    at = 1_000_000_000
    const dispatch = begin([{ waitMs: 5_000, repeatMs: 60_000 }])
    store.findings.put(finding('one'))
    await pass(dispatch, 3)
    setClock()
    await pass(dispatch, 2)
    expect(sentTexts()).toEqual([])
    await pass(dispatch, 1)
    expect(sentTexts()).toEqual(['firing one'])
    await pass(dispatch, 30)
    setClock()
    await pass(dispatch, 29)
    expect(sentTexts()).toHaveLength(1)
    await pass(dispatch, 1)
    expect(sentTexts()).toEqual(['firing one', 'firing one'])
  })

  test('a delivery that failed is tried again in its time, and not given up', async () => {
    at = 1_000_000_000
    const dispatch = begin([{ waitMs: 0 }])
    answer = { delivered: false, retry: true, answer: 'no' }
    store.findings.put(finding('one'))
    await pass(dispatch, 20)
    const tries = sent.length
    setClock()
    answer = { delivered: true, retry: false, answer: 'ok' }
    await pass(dispatch, 32)
    expect(sent.length).toBe(tries + 1)
    expect(store.deliveries.list()[0]).toMatchObject({ state: 'delivered' })
    expect(store.deliveries.list()[0]!.at).toBeGreaterThan(at - 60_000)
  })
})

describe('a target that is down', () => {
  const down = (more: Partial<Finding> = {}) => finding('down', { rule: 'fleet/target-down', severity: 'critical', ...more })
  const queue = () => finding('queue', { rule: 'balancer/queueing', subject: { target: 'edge', pool: 'app' } })

  test('holds back what follows from it, and what still fires a minute after its end is told', async () => {
    const dispatch = begin([{}])
    store.findings.put(down())
    await pass(dispatch, 2)
    store.findings.put(queue())
    await pass(dispatch, 20)
    expect(sentTexts()).toEqual(['firing down'])
    expect(dispatch.heldBack(queue())).toMatchObject({ why: 'follows', by: { id: 'down' }, until: null })
    store.findings.put({ ...store.findings.get('down')!, state: 'resolved', resolvedAt: at })
    await pass(dispatch, 59)
    expect(sentTexts()).toEqual(['firing down', 'resolved down'])
    await pass(dispatch, 3)
    expect(sentTexts()).toEqual(['firing down', 'resolved down', 'firing queue'])
  })

  test('holds nothing back on a route that tells followers, and nothing where nobody is told of it', async () => {
    const dispatch = begin([{ followers: 'tell' }])
    store.findings.put(down())
    store.findings.put(queue())
    await pass(dispatch, 3)
    expect(sentTexts()).toEqual(['firing down', 'firing queue'])
    sent = []
    const pools = begin([{ match: { target: 'edge' } }])
    await pass(pools, 3)
    expect(sentTexts()).toEqual(['firing queue'])
  })
})

test('what flaps is told five times, then neither its beginnings nor its ends until it is steadier', async () => {
  const dispatch = begin([{ waitMs: 0 }])
  const ends = (id: string) => store.findings.put({ ...store.findings.get(id)!, state: 'resolved', resolvedAt: at })
  for (let time = 1; time <= 8; time++) {
    store.findings.put(finding(`f${time}`, { firingAt: at }))
    await pass(dispatch, 30)
    if (time < 8) ends(`f${time}`)
    await pass(dispatch, 30)
  }
  const early = [1, 2, 3, 4].flatMap((time) => [`firing f${time}`, `resolved f${time}`])
  expect(sentTexts().filter((text) => !early.includes(text))).toEqual(['firing f5'])
  expect(sent.find(({ findings }) => findings[0]!.id === 'f5')!.about!.f5!.note).toMatch(/^It began 5 times/)
  expect(dispatch.heldBack(store.findings.get('f8')!)).toMatchObject({ why: 'flaps', times: 8 })
  await pass(dispatch, 600)
  expect(
    sentTexts()
      .filter((text) => !early.includes(text))
      .slice(1, 3)
      .sort(),
  ).toEqual(['firing f8', 'resolved f5'])
})
