import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Secret, TOTP } from 'otpauth'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { z } from 'zod'
import { expectAnswer, membersOf } from '../../../test/answered.ts'
import { createAuthenticator } from '../../../test/authenticator.ts'
import { createBrowser } from '../../../test/pushService.ts'
import * as whole from '../../../test/wholeFleet.ts'
import type { GuardState } from '../../changes/guards.ts'
import { parseConfig } from '../../config/parse.ts'
import { APPROVAL_PREFIX } from '../../model/approval.ts'
import { EvenkeelError } from '../../model/error.ts'
import { courseWaitingKey } from '../../model/group.ts'
import type { HandDrill } from '../../model/handDrill.ts'
import { WARM_RUN_PREFIX } from '../../model/warming.ts'
import { openRuntime } from '../open.ts'
import { type Runtime, setRuntime } from '../runtime.ts'
import { schemas } from '../schemas.ts'
import type { Operation } from './operation.ts'
import { operations } from './operations.ts'
import { serve } from './serve.ts'

/** Real answers of every operation, as they were sent, held against the schemas that describe them and that the types come from. */

const seen = new Set<string>()
const answered = new Set<string>()
const open: { runtime: Runtime; data: string }[] = []
let drills: Server
const running = {
  name: 'slow',
  title: 'Slow',
  does: 'x',
  lookFor: 'y',
  rule: 'z',
  lastsSeconds: 9,
  state: 'running',
  endsAt: '2026-01-01T00:00:00Z',
}

beforeAll(async () => {
  process.env.EVENKEEL_LOG = 'silent'
  drills = createServer((request, response) =>
    response.setHeader('content-type', 'application/json').end(JSON.stringify(request.url === '/drills' ? { items: [running] } : running)),
  )
  await new Promise<void>((resolve) => drills.listen(0, '127.0.0.1', resolve))
}, 60_000)
afterAll(async () => {
  setRuntime(undefined)
  for (const { runtime, data } of open) {
    await runtime.close()
    rmSync(data, { recursive: true })
  }
  drills.close()
}, 60_000)

async function opened(text: string, print: (text: string) => void = () => {}): Promise<Runtime> {
  const data = mkdtempSync(join(tmpdir(), 'evenkeel-answers-'))
  writeFileSync(join(data, 'evenkeel.yaml'), text)
  const config = parseConfig(text, {}, schemas(), { file: join(data, 'evenkeel.yaml'), readFile: () => '' })
  const { port } = drills.address() as AddressInfo
  const env = { NODE_ENV: 'test', EVENKEEL_DRILLS: `http://127.0.0.1:${port}` } as const
  const reload = async () => ({ changed: ['targets'], warnings: ['one'] })
  const runtime = await openRuntime({ ...config, data }, env, print, { reload })
  open.push({ runtime, data })
  setRuntime(runtime)
  return runtime
}

type Sent = { body?: unknown; cookie?: string; raw?: string }
/** Calls one operation, of which `path` fills the parameters in, and holds what it answers against its schema. */
async function call(runtime: Runtime, key: string, path = key.split(' ')[1]!, { body, cookie, raw }: Sent = {}) {
  const operation: Operation = operations.find((one) => `${one.method} ${one.path}` === key)!
  expect(operation, key).toBeDefined()
  const headers: Record<string, string> = { host: '127.0.0.1:3000', ...(cookie && { cookie }) }
  runtime.auth.meet({
    socket: { remoteAddress: '127.0.0.1' },
    headers,
    headersDistinct: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
  } as unknown as IncomingMessage)
  const response = await serve(
    new Request(`http://127.0.0.1:3000/api/v1/${path}`, {
      method: operation.method,
      headers,
      ...(operation.body && { body: JSON.stringify(body ?? {}) }),
      ...(raw !== undefined && { body: raw }),
    }),
  )
  const text = await response.text()
  expect(response.status, `${key}: ${text.slice(0, 300)}`).toBe(operation.status ?? 200)
  answered.add(key)
  const set = response.headers.getSetCookie()[0]?.split(';')[0]
  if (response.status === 204) return { answer: undefined, cookie: set }
  const answer = JSON.parse(text)
  expectAnswer(operation.answer, answer, key, seen)
  return { answer, cookie: set }
}

/** A fleet in which every noun has each member that it can have. */
async function wholeRuntime(): Promise<Runtime> {
  const runtime = await opened(`
mode: tune
targets:
  - { kind: redis, name: cache-a, url: "redis://127.0.0.1:1", role: cache, monitor: ask, references: { from: report }, warm: { command: ["true"], perSecond: 5 } }
receivers: [{ name: hook, webhook: { url: "http://127.0.0.1:1/hook" } }]
routes: [{ match: { target: other }, to: [hook] }, { match: { severity: info }, to: [hook], quiet: [{ from: "08:00", to: "09:00", zone: UTC }] }]
heartbeat: { url: "http://127.0.0.1:1/beat" }
grafana: { url: "http://127.0.0.1:1/grafana", token: sesame }
edges: [{ from: "clients", to: "cache:cache-a" }]
autopilot: [{ advisor: pool-weights, max: { trafficShare: 0.5 }, hours: [{ from: "00:00", to: "24:00" }] }]
`)
  const { store, engine, changes } = runtime
  store.findings.put(whole.finding)
  // What follows from it, so that there is a chain.
  store.findings.put({ ...whole.finding, id: 'f2', rule: 'balancer/queueing', since: whole.AT - 30_000, firingAt: whole.AT - 30_000 })
  const subject = { target: 'other' }
  store.findings.put({ ...whole.finding, id: 'f0', subject, state: 'resolved', since: whole.AT - 900_000 })
  for (const proposal of whole.proposals) store.proposals.put(proposal)
  for (const change of whole.changes) store.changes.put(change)
  // The autopilot lost a licence by it.
  const lost = { ...whole.changes[1]!, id: 'c9', verdict: 'regressed' as const, rollingBack: undefined, drill: undefined }
  store.changes.put(lost)
  runtime.bus.emit({ type: 'change', change: lost })
  store.jobs.put(whole.job)
  store.silences.put(whole.silence)
  store.annotations.put(whole.annotation)
  store.deliveries.put(whole.delivery)
  store.putRecords('cache-a', whole.records)
  // Until now: on a busy machine the modules were loaded a minute ago.
  for (let at = whole.AT - 600_000; at <= Date.now(); at += 1_000) pollEdge(runtime, at)
  const beat = { takenAt: whole.AT, failing: { since: whole.AT, answer: 'HTTP 500' }, paused: 'no target is polled' }
  const pushed = { pushedAt: whole.AT, failing: { since: whole.AT, answer: 'HTTP 500' } }
  runtime.annotationPush = { ...runtime.annotationPush!, state: () => pushed }
  runtime.auditOut = {
    ...runtime.auditOut,
    states: () => [{ to: 'syslog', seq: 1, failing: { since: whole.AT, because: 'ECONNREFUSED' } }],
  }
  runtime.heartbeat = { ...runtime.heartbeat!, state: () => beat }
  runtime.clock = { ...runtime.clock, newest: () => ({ at: whole.AT, byMs: 60_000 }) }
  store.failing = () => ({ since: whole.AT, reason: 'full', because: 'the disk is full', mend: 'Free some.' })
  store.memory.put(`${APPROVAL_PREFIX}a1`, whole.approval)
  for (const run of whole.warmRuns) store.memory.put(WARM_RUN_PREFIX + run.id, run)
  const names = { at: whole.AT, keys: [[{ key: 'a' }, 0.5]], covers: { value: 0.5, low: 0.4, high: 0.6 } }
  store.memory.put('warming/hot/cache-a', names)
  store.memory.put(courseWaitingKey(whole.course), { target: 'edge2', since: 1, because: 'Changes are frozen.' })
  const topology = { targets: whole.facts, pools: [whole.pool, whole.otherPool], rings: [whole.ring], ttls: [whole.ttl], edges: [] }
  const hitRatio = { value: 0.9, low: 0.88, high: 0.92, readsShare: 0.5, readsPerSecond: 20 }
  runtime.patternRatios = { ...runtime.patternRatios, of: () => hitRatio }
  runtime.engine = {
    ...engine,
    topology: () => topology,
    targets: () => whole.statuses,
    target: (name) => whole.statuses.find((status) => status.name === name) ?? null,
    listed: () => whole.statuses,
    noRemedy: () => 'nothing helps',
  }
  const held = { why: 'follows' as const, by: { ...whole.finding, subject: { target: 'cache-b' } }, until: null }
  runtime.dispatch = { ...runtime.dispatch, heldBack: () => held }
  runtime.changes = {
    ...changes,
    isByFile: () => true,
    apply: async () => ({ change: 'c0', steps: whole.steps, commands: ['x'] }),
    create: async () => ({ change: 'c0', steps: whole.steps, commands: ['x'] }),
    rollBack: async () => {},
    keep: async () => {},
    settle: () => {},
    retimings: () => [{ target: 'cache-a', step: whole.steps[0]!, text: 'Keys live on.', because: 'it is done' }],
    retime: async () => ({ change: 'c0', steps: whole.steps, commands: ['x'] }),
    describe: () => ({ commands: ['x'], reversal: 'exact', lost: [], persistence: [], groups: [], costs: [] }),
    groupOf: () => ({ name: 'lbs', targets: ['edge', 'edge2'], canary: 'edge' }),
    applyToGroup: async () => ({ change: 'c0', course: 'k1', steps: whole.steps, commands: ['x'] }),
    courses: () => [whole.course],
    partsOf: () => new Map([['edge', whole.changes[0]!]]),
    steerCourse: () => {},
    riskOf: () => ({ risk: 'high', because: 'it does not come back' }),
    refusalOf: ({ state }) => new EvenkeelError(state === 'open' ? 'approval_needed' : 'stale', 'it is so'),
    steerJob: async () => whole.job,
    guardsOf: () => whole.guardStates as unknown as GuardState[],
  }
  return runtime
}

/** Every list that takes `q`, and a text that something in it holds. */
const FOUND_BY = {
  targets: 'CACHE-a',
  pools: 'APP',
  findings: 'Balancer%2F',
  incidents: 'balancer%2F',
  changes: 'EDGE',
  'keys/hot': 'cache-A',
  'keys/big': 'cache-A',
  'keys/patterns': 'cache-A',
  'keys/compare': 'cache-A',
  rings: 'Products%20ring%3Dproducts',
  runs: 'CHECKOUT',
  slowlog: 'cache-A',
  'slowlog/fingerprints': 'target%3Dcache-A',
}

test('the fleet, what is found in it and what is done about it', async () => {
  const runtime = await wholeRuntime()
  const get = (key: string, path?: string) => call(runtime, `GET ${key}`, path)
  for (const key of ['overview', 'frame', 'targets', 'metrics', 'rules', 'pools', 'rings', 'ttls', 'findings', 'incidents', 'proposals'])
    await get(key)
  for (const key of [
    'changes',
    'jobs',
    'silences',
    'deliveries',
    'receivers',
    'audit',
    'config',
    'config/schema',
    'drills',
    'openapi.json',
    'export/grafana',
    'calibration',
    'autopilot',
    'cluster',
  ])
    await get(key)
  for (const key of [
    'keys/hot',
    'keys/big',
    'keys/patterns',
    'slowlog',
    'slowlog/fingerprints',
    'keys/remedies',
    'keys/samplings',
    'keys/compare',
    'session',
    'persons',
    'tokens',
    'session/account',
  ])
    await get(key)
  await get('keys/remedies', 'keys/remedies?key=a')
  const searched = operations.filter(({ query }) => 'q' in ((query as z.ZodObject | undefined)?.shape ?? {})).map(({ path }) => path)
  expect(searched.sort()).toEqual(Object.keys(FOUND_BY).sort())
  for (const [path, text] of Object.entries(FOUND_BY)) {
    const [all, held, none] = await Promise.all([path, `${path}?q=${text}`, `${path}?q=nothing-is-called-so`].map((one) => get(path, one)))
    expect(held!.answer.total, path).toBeGreaterThan(0)
    expect(held!.answer.total, path).toBeLessThanOrEqual(all!.answer.total)
    expect(none!.answer, path).toEqual({ items: [], next: null, total: 0, all: all!.answer.total })
  }
  await get('series', 'series?metric=pool_requests_total')
  await get('pools/{target}/{pool}', 'pools/edge/app')
  // On a busy machine more than a figure's minute has passed by now.
  for (let at = whole.AT + 1_000; at <= Date.now(); at += 1_000) pollEdge(runtime, at)
  await get('rules/{group}/{name}', 'rules/balancer/slow-server')
  await get('targets/{name}', 'targets/cache-a')
  for (const part of ['raw', 'facts', 'latency']) await get(`targets/{name}/${part}`, `targets/cache-a/${part}`)
  await get('rings/{name}', 'rings/products')
  await get('ttls/{name}', 'ttls/sessions')
  for (const [noun, id] of Object.entries({ findings: 'f1', incidents: 'f1', proposals: 'p1', changes: 'c0', jobs: 'j1', silences: 's1' }))
    await get(`${noun}/{id}`, `${noun}/${id}`)
  await get('proposals/{id}/code', 'proposals/p1/code')
  await get('changes/{id}/code', 'changes/c0/code')
  const post = (key: string, path: string, body?: unknown) => call(runtime, `POST ${key}`, path, { body })
  await post('changes/code', 'changes/code', { steps: [{ setting: { target: 'edge', name: 'app/app1/weight' }, after: '5' }] })
  await get('autopilot/simulate', 'autopilot/simulate?advisor=pool-weights&licence=given&trafficShare=1')
  await post('autopilot/{id}/licence', 'autopilot/pool-weights/licence')
  for (const noun of ['findings', 'incidents']) {
    await post(`${noun}/{id}/acknowledge`, `${noun}/f1/acknowledge`)
    await post(`${noun}/{id}/comments`, `${noun}/f1/comments`, { text: 'on it' })
  }
  await post('findings/{id}/feedback', 'findings/f1/feedback', { isProblem: false })
  await post('proposals/{id}/apply', 'proposals/p0/apply')
  await post('proposals/{id}/apply', 'proposals/p0/apply', { group: true })
  await get('courses')
  await get('courses/{id}', 'courses/k1')
  for (const verb of ['continue', 'roll-back']) await post(`courses/{id}/${verb}`, `courses/k1/${verb}`)
  await post('changes', 'changes', { steps: [{ setting: whole.steps[0]!.setting, after: '90' }] })
  for (const verb of ['roll-back', 'keep', 'settle']) await post(`changes/{id}/${verb}`, `changes/c0/${verb}`)
  await post('changes/{id}/retime', 'changes/c0/retime', { target: 'cache-a' })
  for (const verb of ['pause', 'resume', 'cancel']) await post(`jobs/{id}/${verb}`, `jobs/j1/${verb}`)
  await post('silences', 'silences', { match: { rule: 'x' }, until: whole.AT + 3_600_000, reason: 'known' })
  await post('silences', 'silences', { matchers: ['target=~"cache-.*"'], until: whole.AT + 3_600_000 })
  await post('silences/{id}', 'silences/s1', { until: whole.AT + 7_200_000 })
  await get('annotations')
  await get('annotations/{id}', 'annotations/1')
  await call(runtime, 'PATCH annotations/{id}', 'annotations/1', { body: { timeEnd: whole.AT } })
  await post('annotations', 'annotations', { text: 'deploy', tags: ['deploy'], dashboardUID: 'x' })
  await get('runs')
  const k6 = { metrics: { http_reqs: { count: 9, rate: 1, thresholds: { 'rate>0': false } }, checks: { passes: 1, fails: 1 } } }
  await call(runtime, 'POST runs/{id}/results', 'runs/1/results', { raw: JSON.stringify(k6) })
  runtime.store.loadResults.put(whole.loadResults)
  await get('runs/{id}', 'runs/1')
  await call(runtime, 'DELETE annotations/{id}', 'annotations/1')
  const { subject, rule } = whole.finding
  await get('silences/preview', `silences/preview?matcher=${encodeURIComponent(`rule="${rule}"`)}`)
  await get('heartbeat')
  await get('grafana')
  await get('alerts/shadow')
  await get('alerts/route', `alerts/route?rule=${rule}&severity=info&target=${subject.target}&at=2030-01-07T08:30:00Z`)
  await call(runtime, 'DELETE silences/{id}', 'silences/s1')
  await post('receivers/{name}/test', 'receivers/hook/test')
  await editedAlerts(runtime)
  await post('browsers', 'browsers', createBrowser('https://fcm.googleapis.com/x').subscription)
  const { items } = (await get('browsers')).answer as { items: { id: string }[] }
  await call(runtime, 'DELETE browsers/{id}', `browsers/${items[0]!.id}`)
  await get('targets/{name}/warming', 'targets/cache-a/warming')
  await post('targets/{name}/warming', 'targets/cache-a/warming')
  await post('targets/{name}/warming/stop', 'targets/cache-a/warming/stop')
  await post('targets/{name}/monitor', 'targets/cache-a/monitor', { allow: 'no' })
  const raw = `time,key,size\n${Array.from({ length: 5_000 }, (_, i) => `${i / 10},${i % 2 ? 'page' : 'user'}:${(i * i) % 997},100`).join('\n')}\n`
  const { id } = (await call(runtime, 'POST traces', 'traces?name=shop', { raw })).answer as { id: string }
  await get('traces')
  await get('traces/{id}', `traces/${id}`)
  await post('curves', 'curves', {
    source: { trace: id },
    parts: [{ match: 'page:*', ttl: { ms: 60_000, jitter: 0.1 } }, { match: 'none:*' }],
    sizes: { bytes: [1_500_000, 2_000_000] },
  })
  await call(runtime, 'DELETE traces/{id}', `traces/${id}`)
  await curvesOfTarget(runtime)
  await reviewOfTarget(runtime)
  await post('mode', 'mode', { mode: 'tune' })
  await post('config/reload', 'config/reload')
  await frozen(runtime)
  await approved(runtime)
  await post('drills/{name}', 'drills/slow')
  await call(runtime, 'DELETE drills/{name}', 'drills/slow')
  const before = { algorithm: 'ketama', nodes: [{ name: 'a' }, { name: 'b' }] }
  await post('rings/evaluate', 'rings/evaluate', { before, after: { ...before, nodes: [{ name: 'a' }] }, keys: ['x'] })
  const bounded = { algorithm: 'envoy-maglev', nodes: [{ name: 'a' }, { name: 'b' }], options: { hashBalanceFactor: 120 } }
  await post('rings/evaluate', 'rings/evaluate', { before: bounded, after: bounded, keys: ['x'] })
  await post('rings/describe', 'rings/describe', { text: JSON.stringify(before) })
  await post('rings/text', 'rings/text', { spec: before })
  await post('rings/text', 'rings/text', { spec: { algorithm: 'nginx-hash', nodes: [{ name: 'a; } evil' }] } })
  await drillOf(runtime)
}, 60_000)

/** A request for an approval, made, declined, withdrawn and approved by another person. */
async function approved(runtime: Runtime): Promise<void> {
  const withinMs = 3_600_000
  runtime.config.brakes = { ...runtime.config.brakes, secondApprover: { withinMs } }
  await call(runtime, 'GET approvals')
  await call(runtime, 'GET approvals/{id}', 'approvals/a1')
  const { answer } = await call(runtime, 'POST approvals', undefined, { body: { proposal: 'p0' } })
  await call(runtime, 'GET proposals/{id}', 'proposals/p0')
  await call(runtime, 'GET frame')
  await call(runtime, 'DELETE approvals/{id}', `approvals/${answer.id}`)
  pendingApproval(runtime, 'a2')
  await call(runtime, 'POST approvals/{id}/decline', 'approvals/a2/decline', { body: { reason: 'not now' } })
}

const pendingApproval = (runtime: Runtime, id: string) =>
  runtime.store.memory.put(`${APPROVAL_PREFIX}${id}`, { ...whole.approval, id, state: 'pending', until: runtime.now() + 60_000 })

/** A freeze that is set, seen in the frame, and lifted. */
async function frozen(runtime: Runtime): Promise<void> {
  const { failing } = runtime.store
  runtime.store.failing = () => null
  await call(runtime, 'POST freeze', undefined, { body: { until: Date.now() + 3_600_000, reason: 'sale' } })
  await call(runtime, 'GET freeze')
  await call(runtime, 'GET frame')
  await call(runtime, 'DELETE freeze')
  runtime.store.failing = failing
}

/** Receivers and routes, edited, tried and written. */
async function editedAlerts(runtime: Runtime): Promise<void> {
  process.env.EVENKEEL_CONFIG_MADE = '1'
  await call(runtime, 'GET alerts/config')
  delete process.env.EVENKEEL_CONFIG_MADE
  const { answer } = await call(runtime, 'GET alerts/config')
  const items = (list: object[]) => list.map((value, was) => ({ was, value }))
  const body = {
    hash: answer.hash,
    receivers: items(answer.receivers),
    routes: [{ was: null, value: { to: ['hook'] } }, ...items(answer.routes)],
  }
  await call(runtime, 'POST alerts/config/preview', undefined, { body })
  await call(runtime, 'POST alerts/config/test', undefined, { body: { ...body, receiver: 'hook' } })
  await call(runtime, 'POST alerts/config/route', undefined, { body: { ...body, severity: 'critical', subject: { target: 'cache-a' } } })
  await call(runtime, 'POST alerts/config/shadow', undefined, { body: { ...body, routes: items(answer.routes) } })
  await call(runtime, 'POST alerts/config', undefined, { body })
}

/** A cache without a limit, of which 99 of 100 reads hit. */
async function curvesOfTarget(runtime: Runtime): Promise<void> {
  const now = runtime.now()
  const counter = (name: string, seconds: number, each: number) => ({ metric: `cache_${name}_total`, value: seconds * each })
  for (let seconds = 0; seconds <= 60; seconds++) {
    const gauges = { items: 1_000, memory_used_bytes: 2_000_000, memory_max_bytes: 0 }
    const read = Object.entries(gauges).map(([name, value]) => ({ metric: `cache_${name}`, value }))
    const counted = [counter('hits', seconds, 99), counter('misses', seconds, 1)]
    runtime.store.append('cache-a', now - 60_000 + 1_000 * seconds, [...counted, ...read], 1_000)
  }
  const hash = (i: number) => ((Math.imul((i * i) % 997, 2_654_435_761) >>> 0) * 2 ** 20).toString(16).padStart(16, '0').slice(-16)
  const raw = Array.from({ length: 6_000 }, (_, i) => `${now - 60_000 + 10 * i} ${hash(i)} get 100 - page:*`).join('\n')
  await call(runtime, 'POST references/{target}', 'references/cache-a?rate=1', { raw })
  await call(runtime, 'POST curves', 'curves', {
    body: { source: { target: 'cache-a' }, parts: [{ match: 'page:*' }], sizes: { bytes: [3_000_000] } },
  })
  await call(runtime, 'POST curves', 'curves', {
    body: { source: { target: 'cache-a' }, policy: 'allkeys-lru', sizes: { bytes: [3_000_000] } },
  })
}

/** One poll of the balancer, of which one server is slower for the last minute, which is a load test. */
function pollEdge({ store }: Runtime, at: number): void {
  const labels = { pool: 'app', server: 'app1' }
  const readings = [
    { metric: 'pool_requests_total', labels, value: (at - whole.AT + 600_000) / 10 },
    { metric: 'pool_response_seconds', labels, value: at > whole.AT - 60_000 ? 0.4 : 0.2 },
  ]
  store.append('edge', at, readings, 1_000)
}

/** With a cache that loses reads to an origin of which each read has a price. */
async function reviewOfTarget(runtime: Runtime): Promise<void> {
  const { finding } = whole
  for (let seconds = 0; seconds <= 60; seconds++) {
    const counted = ['hits', 'misses'].map((name) => ({ metric: `cache_${name}_total`, value: seconds * 50 }))
    runtime.store.append('fragments', runtime.now() - 60_000 + 1_000 * seconds, counted, 1_000)
  }
  const evidence = [{ ...finding.evidence[0]!, metric: 'cache_hit_ratio', value: 0.5, unit: 'ratio' as const, baseline: 0.9 }]
  const subject = { target: 'fragments' }
  runtime.store.findings.put({ ...finding, id: 'f3', rule: 'cache/hit-ratio-drop', subject, severity: 'critical', evidence })
  const topology = { ...runtime.engine.topology(), prices: { originRead: 1e-6, currency: 'EUR', targets: {} } }
  runtime.engine = { ...runtime.engine, topology: () => topology }
  await call(runtime, 'GET review')
}

test('people, their accounts and tokens', async () => {
  let printed = ''
  const runtime = await opened('auth: { mode: local }\nurl: http://localhost:3000\n', (text) => {
    printed = text
  })
  const codeIn = (text: string) => /code=([\w-]+)/.exec(text)![1]!
  const signIn = async (body: unknown) => call(runtime, 'POST session', 'session', { body })
  let cookie = (await signIn({ code: codeIn(printed) })).cookie!
  const by = async (key: string, path?: string, body?: unknown) => (await call(runtime, key, path, { body, cookie })).answer
  const present = 'correct horse battery'
  cookie = (await call(runtime, 'POST session/password', undefined, { body: { password: present }, cookie })).cookie!
  const { pending, secret } = await by('POST session/codes', undefined, { present })
  const code = new TOTP({ secret: Secret.fromBase32(secret) }).generate()
  await by('POST session/codes/confirm', undefined, { pending, code })
  const authenticator = createAuthenticator({ origin: 'http://localhost:3000' })
  const asked = await by('POST session/passkeys', undefined, { present })
  const response = authenticator.register(asked.options)
  await by('POST session/passkeys/confirm', undefined, { pending: asked.pending, response, name: 'a key' })
  await by('POST session/recovery', undefined, { present })
  await by('POST session/passkey')
  const where = { team: 'shop' }
  const made = await by('POST tokens', undefined, { name: 'ci', role: 'operator', where })
  await by('GET tokens')
  await by('GET session')
  const account = await by('GET session/account')
  expect(account).toMatchObject({ codes: true, passkeys: [{ name: 'a key' }], tokens: [{ name: 'ci' }], sessions: [{ here: true }] })
  expect((await signIn({ name: 'admin', password: present })).answer).toMatchObject({ person: null, second: expect.anything() })
  await by('POST session/passkeys/{id}/remove', `session/passkeys/${account.passkeys[0].id}/remove`, { present })
  await by('POST session/codes/remove', undefined, { present })
  await by('DELETE session/tokens/{id}', `session/tokens/${made.id}`)
  await by('DELETE tokens/{id}', `tokens/${(await by('POST tokens', undefined, { name: 'cd', role: 'viewer' })).id}`)
  runtime.changes = { ...runtime.changes, applyToGroup: async () => ({ change: 'c0', course: 'k1', steps: whole.steps, commands: ['x'] }) }
  pendingApproval(runtime, 'a3')
  await by('POST approvals/{id}/approve', 'approvals/a3/approve')
  const { link } = await by('POST persons', undefined, { name: 'bob', role: 'viewer' })
  await by('POST persons/{name}/grants', 'persons/bob/grants', { grants: [{ role: 'operator', where }] })
  const bob = { cookie: (await signIn({ code: codeIn(link) })).cookie! }
  for (const key of ['GET session', 'GET session/account']) await call(runtime, key, undefined, bob)
  await by('GET persons')
  const other = (await signIn({ name: 'admin', password: present })).cookie!
  const { sessions } = (await call(runtime, 'GET session/account', undefined, { cookie: other })).answer
  await by('DELETE session/sessions/{id}', `session/sessions/${sessions.find(({ here }: { here: boolean }) => here).id}`)
  await by('DELETE session/sessions')
  await by('DELETE persons/{name}/second-factor', 'persons/bob/second-factor')
  await by('DELETE persons/{name}/sessions', 'persons/bob/sessions')
  await by('DELETE persons/{name}', 'persons/bob')
  await by('POST session/sign-out')
}, 60_000)

/** The forecast of a drill, and its begin, on a ring of which all is measured. */
async function drillOf(runtime: Runtime): Promise<void> {
  const { engine } = runtime
  const nodes = ['cache-a', 'cache-b'].map((name, i) => ({ name, target: name, address: `10.0.0.${i}:6379`, points: 100 }))
  const rings = [{ ...whole.ring, nodes, spec: { algorithm: 'ketama' as const, nodes } }]
  const { store } = runtime
  for (let at = whole.AT - 60_000, t = 0; at <= whole.AT; at += 1_000, t++) {
    for (const { target } of nodes)
      store.append(
        target,
        at,
        [
          { metric: 'cache_hits_total', value: 90 * t },
          { metric: 'cache_misses_total', value: 10 * t },
          { metric: 'cache_items', value: 1_000 },
        ],
        1_000,
      )
    store.append('ring:products', at, [{ metric: 'ring_misses_total', labels: { ring: 'products' }, value: 20 * t }], 1_000)
  }
  const pool = engine.topology().pools[0]!
  // Twenty minutes of a pool that gets slower with more requests.
  const counts = new Map<string, number>()
  for (let at = whole.AT - 1_200_000, t = 0; at <= whole.AT; at += 1_000, t++) {
    const rate = 200 + 100 * Math.sin(t / 40)
    for (const { name: server } of pool.servers) {
      const labels = { pool: pool.name, server }
      const requests = (counts.get(server) ?? 0) + rate / pool.servers.length
      counts.set(server, requests)
      const seconds = 0.02 + 0.000_2 * Math.max(0, rate - 200)
      store.append(
        pool.target,
        at,
        [
          { metric: 'pool_requests_total', labels, value: requests },
          { metric: 'pool_response_seconds', labels, value: seconds },
        ],
        1_000,
      )
    }
  }
  const window = (ms: number) => store.window(whole.AT - ms, whole.AT)
  runtime.engine = { ...engine, topology: () => ({ ...engine.topology(), rings }), window }
  const { answer } = await call(runtime, 'GET rings/{name}/drill', 'rings/products/drill?node=cache-b')
  expect(answer.risks).toEqual([expect.stringContaining('The origin is asked')])
  await call(runtime, 'POST rings/{name}/drill', 'rings/products/drill', { body: { node: 'cache-b' } })
  const where = `pools/${pool.target}/${pool.name}/drill`
  const server = pool.servers.find(({ state }) => state === 'up')!.name
  const drill = (await call(runtime, 'GET pools/{target}/{pool}/drill', `${where}?server=${server}`)).answer
  expect(drill.line.knee.value).toBeGreaterThan(0)
  await call(runtime, 'POST pools/{target}/{pool}/drill', where, { body: { server } })
  await handDrillOf(runtime, `server:${pool.target}/${pool.name}/${server}`)
  runtime.engine = engine
}

/** A drill by hand, of which something went and came back. */
async function handDrillOf(runtime: Runtime, thing: string): Promise<void> {
  await call(runtime, 'GET hand-drills/plan/{thing}', `hand-drills/plan/${encodeURIComponent(thing)}?lasts=5m`)
  const { id } = (await call(runtime, 'POST hand-drills', undefined, { body: { thing } })).answer
  const { store } = runtime
  const [begun] = store.memory.get<HandDrill[]>('hand-drills')!
  const outcomes = [
    { inside: null, because: 'x' },
    { value: 1, low: 1, high: 1, inside: true },
  ]
  const expects = begun!.drill.expects.map((one) => ({ ...one, widened: 1.2 }))
  const ended = {
    ...begun!,
    id: 'ended',
    state: 'returned',
    goneAt: begun!.at,
    backAt: begun!.at + 1,
    drill: { ...begun!.drill, expects, outcomes },
  }
  store.memory.put('hand-drills', [begun, ended])
  await call(runtime, 'GET hand-drills')
  await call(runtime, 'DELETE hand-drills/{id}', `hand-drills/${id}`)
}

/** Calls whose answer is a text of another kind. */
const NO_JSON = operations
  .filter(({ type = 'application/json' }) => type !== 'application/json')
  .map(({ method, path }) => `${method} ${path}`)
/** Nobody counts the whole audit log for a page of it. */
const UNSEEN = ['GET audit.total']

test('every operation was called, and every member that a schema names was answered', () => {
  const all = operations.map(({ method, path }) => `${method} ${path}`)
  expect(all.filter((key) => !answered.has(key)).sort()).toEqual(NO_JSON.toSorted())
  const named = new Set(operations.flatMap(({ method, path, answer }) => [...membersOf(answer, `${method} ${path}`)]))
  expect([...named].filter((member) => !seen.has(member))).toEqual(UNSEEN)
}, 60_000)
