import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { binaryLog } from '../../../test/gatlingLog.ts'
import { detectors } from '../../detectors/registry.ts'
import { createBus } from '../../engine/bus.ts'
import type { Finding } from '../../model/finding.ts'
import { emptyTopology } from '../../model/topology.ts'
import { createStore } from '../../store/store.ts'
import { createAnnotation, deleteAnnotation } from '../annotations/annotations.ts'
import type { Runtime } from '../runtime.ts'
import { listRunsPage, runReport } from './report.ts'
import { attachResult } from './results/attach.ts'
import { readResult } from './results/readResult.ts'

vi.mock('../workers/loadResults.ts', () => ({ readResultInThread: async (bytes: Uint8Array) => readResult(bytes) }))

const START = Date.UTC(2026, 10, 27, 12)
const RUN_MS = 300_000
const runsListed = (of: Runtime) => listRunsPage(of).items
let now: number
let runtime: Runtime
beforeEach(() => {
  now = START + RUN_MS
  const store = createStore({ path: ':memory:', now: () => now })
  runtime = {
    store,
    bus: createBus(() => {}),
    engine: { topology: () => emptyTopology(), noRemedy: () => null },
    config: { poll: { everyMs: 1_000 } },
    detectors,
    now: () => now,
  } as unknown as Runtime
})
afterEach(() => runtime.store.close())

/** A pool and a cache over the run and as long before; from `breaksAt` on errors and misses. */
function fleet({ breaksAt = Number.POSITIVE_INFINITY, downUntil = START } = {}) {
  let [requests, errors, hits, misses] = [0, 0, 0, 0]
  for (let at = START - RUN_MS; at <= START + RUN_MS; at += 1_000) {
    const load = at <= START ? 20 : 100
    requests += load
    hits += load
    misses += at < breaksAt ? load / 10 : load
    errors += at < breaksAt ? 0 : load / 10
    if (at > START && at < downUntil) continue
    // As the store keeps them after a start: by the alphabet.
    const of = { labels: { pool: 'app', target: 'edge' } }
    runtime.store.append('edge', at, [{ ...of, metric: 'pool_requests_total', value: requests }, { ...of, metric: 'pool_errors_total', value: errors }], 1_000) // biome-ignore format: one line
    runtime.store.append('cache-a', at, [{ metric: 'cache_hits_total', value: hits }, { metric: 'cache_misses_total', value: misses }], 1_000) // biome-ignore format: one line
  }
}
const run = (more = {}) => createAnnotation(runtime, { text: 'checkout', tags: ['load-test', 'k6'], time: START, timeEnd: START + RUN_MS, ...more }, 'ci') // biome-ignore format: one line
const finding = (id: string, fields: Partial<Finding> = {}): Finding => ({
  id,
  rule: 'balancer/error-rate',
  severity: 'critical',
  state: 'firing',
  subject: { target: 'edge', pool: 'app' },
  summary: `${id} fails`,
  evidence: [],
  since: START + 60_000,
  firingAt: START + 70_000,
  seenAt: START + 80_000,
  ...fields,
})

test('only annotations with the tag are load tests', async () => {
  createAnnotation(runtime, { text: 'deploy', tags: ['deploy'] }, 'ci')
  run()
  expect(runsListed(runtime)).toMatchObject([{ id: '2', name: 'checkout', state: 'ended', tools: [] }])
  await expect(runReport(runtime, '1')).rejects.toThrow('is no load test: it lacks the tag load-test')
  await expect(runReport(runtime, '9')).rejects.toThrow(expect.objectContaining({ code: 'not_found' }))
})

test('load tests are searched by name, author, tag and tool', async () => {
  run()
  await attachResult(
    runtime,
    '1',
    new Request('http://x', { method: 'POST', body: JSON.stringify({ metrics: { http_reqs: { count: 5, rate: 1 } } }) }),
    'ci',
  )
  run({ text: 'search page', tags: ['load-test', 'nightly'] })
  const found = (q: string) => {
    const { items, total, all } = listRunsPage(runtime, { q })
    return [items.map(({ id }) => id), total, all]
  }
  expect(found('CHECKOUT')).toEqual([['1'], 1, 2])
  expect(found('k6')).toEqual([['1'], 1, 2])
  expect(found('nightly page')).toEqual([['2'], 1, 2])
  expect(found('none')).toEqual([[], 0, 2])
  expect(listRunsPage(runtime, { limit: 1 })).not.toHaveProperty('all')
})

test('the figures of the run stand beside those of as long before', async () => {
  fleet()
  run()
  const { things, first, before, load } = await runReport(runtime, '1')
  expect(before).toEqual({ from: new Date(START - RUN_MS).toISOString(), to: new Date(START).toISOString() })
  expect(things.map(({ kind, name }) => `${kind} ${name}`)).toEqual(['pool edge/app', 'cache cache-a'])
  const figure = (metric: string) => things.flatMap(({ figures }) => figures).find((one) => one.metric === metric)!
  expect(figure('pool_request_rate')).toMatchObject({ before: { value: expect.closeTo(20, 1) }, during: { value: expect.closeTo(100, 1) }, moved: 'higher' }) // biome-ignore format: one line
  expect(figure('cache_hit_ratio')).toMatchObject({ before: { value: expect.closeTo(0.909, 3) }, moved: 'same' })
  expect(first).toEqual({ is: 'nothing', text: 'Nothing gave way: no finding began, and 2 figures stayed in their earlier range.' })
  expect(load).toMatchObject([{ name: 'edge/app' }])
})

test('without a finding, the first figure that left its range gave way, with the load at that moment', async () => {
  fleet({ breaksAt: START + 120_000 })
  run()
  const log = binaryLog(START, (writer) => {
    for (let second = 0; second < 300; second++)
      writer.user(0, true, second * 1_000).request([], 'Home', second * 1_000, second * 1_000 + 90, true)
  })
  await attachResult(runtime, '1', new Request('http://x', { method: 'POST', body: new Uint8Array(log) }), 'ci')
  const { first, left } = await runReport(runtime, '1')
  // In the bucket of five seconds that ends then.
  expect(left.map(({ metric, afterMs }) => [metric, afterMs]).sort()).toEqual([
    ['cache_hit_ratio', 115_000],
    ['pool_error_ratio', 115_000],
  ])
  expect(left.find(({ metric }) => metric === 'pool_error_ratio')!.load).toEqual([
    { words: 'requests per second', value: expect.closeTo(100, 0), unit: 'perSecond' },
    { words: 'users', value: 115, unit: 'count' },
    { words: 'requests per second sent', value: 1, unit: 'perSecond' },
  ])
  expect(first).toEqual({
    is: 'figure',
    text: expect.stringMatching(
      /^edge\/app: error ratio left its earlier range \(0.0.%\) with 2.0.%, at 100 requests\/s, 115 users, 1 requests\/s sent\.$/,
    ),
  })
})

test('findings that began in the run come before figures, by their incident’s first cause', async () => {
  fleet({ breaksAt: START + 120_000 })
  run()
  runtime.store.findings.put(finding('app'))
  runtime.store.findings.put(finding('later', { since: START + 90_000, subject: { target: 'other', pool: 'x' } }))
  runtime.store.findings.put(finding('before', { since: START - 1 }))
  runtime.store.findings.put(finding('note', { severity: 'info' }))
  runtime.store.findings.put(finding('pending', { state: 'pending', firingAt: undefined }))
  const { first, began } = await runReport(runtime, '1')
  expect(began.map(({ id, afterMs, incident }) => [id, afterMs, incident?.id])).toEqual([
    ['app', 60_000, expect.any(String)],
    ['later', 90_000, 'later'],
  ])
  expect(first.is).toBe('finding')
  expect(first.text).toMatch(/^app fails/)
})

test('too little before is unjudged, and a gap is no zero', async () => {
  fleet({ downUntil: START + RUN_MS - 5_000 })
  run()
  const report = await runReport(runtime, '1')
  const figures = report.things.flatMap(({ figures }) => figures)
  // Only five seconds of the run were seen.
  expect(report.left).toEqual([])
  expect(figures.every(({ during }) => !('value' in during) || during.value > 0 || during.low === 0)).toBe(true)
  run({ time: START - RUN_MS, timeEnd: START - RUN_MS + 20_000 })
  expect(await runReport(runtime, '2')).toMatchObject({ first: { is: 'unjudged' } })
})

test('a run that goes on is compared up to now, one that nobody ended by its first day', async () => {
  run({ timeEnd: undefined })
  expect(runsListed(runtime)[0]).toMatchObject({ state: 'running', to: null, until: new Date(now).toISOString() })
  now = START + 3 * 86_400_000
  expect(runsListed(runtime)[0]).toMatchObject({ state: 'forgotten', to: null, until: new Date(START + 86_400_000).toISOString() })
  run({ time: now + 1_000, timeEnd: now + 9_000 })
  expect(await runReport(runtime, '2')).toMatchObject({ state: 'planned', things: [], first: { is: 'unjudged' } })
})

test('a result takes the place of an older one of the same output, and goes with its run', async () => {
  run()
  const send = (body: string) => attachResult(runtime, '1', new Request('http://x', { method: 'POST', body }), 'ci')
  const k6 = (count: number) => JSON.stringify({ metrics: { http_reqs: { count, rate: 1 } } })
  await send(k6(5))
  await send(k6(6))
  expect((await runReport(runtime, '1')).results).toMatchObject([{ tool: 'k6', all: { requests: 6 }, by: 'ci' }])
  expect(runsListed(runtime)[0]!.tools).toEqual(['k6'])
  await expect(send('what')).rejects.toThrow(expect.objectContaining({ code: 'bad_request' }))
  deleteAnnotation(runtime, '1')
  expect(runtime.store.loadResults.list()).toEqual([])
  await expect(send(k6(7))).rejects.toThrow(expect.objectContaining({ code: 'not_found' }))
})
