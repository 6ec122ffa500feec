import { mkdtempSync, rmSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bearer } from '../../../test/roles.ts'
import * as whole from '../../../test/wholeFleet.ts'
import type { Identity } from '../../auth/identity.ts'
import type { Standing } from '../../autopilot/autopilot.ts'
import { parseConfig } from '../../config/parse.ts'
import { APPROVAL_PREFIX } from '../../model/approval.ts'
import { COURSE_PREFIX } from '../../model/group.ts'
import type { HandDrill } from '../../model/handDrill.ts'
import { operations } from '../http/operations.ts'
import { serve } from '../http/serve.ts'
import { openRuntime } from '../open.ts'
import { type Runtime, setRuntime } from '../runtime.ts'
import { schemas } from '../schemas.ts'

/** Two teams: `pay-…` is the other one's. The ring `both` has a cache of each. Everything is tried by who may everything on team=shop. */

const admin: Identity = { kind: 'person', id: 'proxy:ann', name: 'ann', role: 'admin', session: null }
const AT = Date.now()
let runtime: Runtime
let data: string
let token: string

const facts = (name: string, team?: string) => ({ ...whole.facts[0]!, name, labels: team ? { team } : undefined })
const ring = (name: string, ...targets: string[]) => ({
  ...whole.ring,
  name,
  control: { target: targets[0]!, key: 'k' },
  nodes: targets.map((target) => ({ name: target, target, address: `${target}:1` })),
})
const poolOf = (target: string, ...servers: string[]) => ({
  ...whole.pool,
  target,
  name: 'app',
  servers: servers.map((name) => ({ ...whole.pool.servers[0]!, name, address: `${name}:1` })),
})
const step = (target: string, name: string) => ({ setting: { target, name }, before: '1', after: '2' })
const STEPS: Record<string, ReturnType<typeof step>[]> = {
  shop: [step('shop-a', 'config/maxmemory')],
  pay: [step('pay-a', 'config/maxmemory')],
  both: [step('shop-a', 'config/maxmemory'), step('pay-a', 'config/maxmemory')],
  ring: [step('ring:both', 'both/shop-a/points')],
  marked: [step('target:ring:both', 'both/shop-a/points')],
  ttl: [step('ttl:pay', 'pay/ttl')],
  pool: [step('shop-edge', 'app/pay-a/weight')],
  gone: [step('gone', 'config/maxmemory')],
}
const OTHERS = Object.keys(STEPS).filter((team) => team !== 'shop')

beforeAll(async () => {
  process.env.EVENKEEL_LOG = 'silent'
  data = mkdtempSync(join(tmpdir(), 'evenkeel-teams-'))
  const text = 'auth: { mode: proxy, roles: { admin: [sre], operator: [{ group: shop, where: { team: shop } }] } }\n'
  const config = parseConfig(text, {}, schemas(), { file: join(data, 'evenkeel.yaml'), readFile: () => '' })
  runtime = await openRuntime({ ...config, data }, { NODE_ENV: 'test' }, () => {})
  setRuntime(runtime)
  const targets = ['shop-a', 'shop-edge', 'pay-a', 'pay-edge', 'nobody'].map((name) => facts(name, /^(shop|pay)/.exec(name)?.[1]))
  const topology = {
    targets: targets as never,
    pools: [poolOf('shop-edge', 'shop-a', 'pay-a'), poolOf('pay-edge', 'pay-a'), { ...poolOf('shop-edge', 'x'), name: 'own' }],
    rings: [ring('both', 'shop-a', 'pay-a'), ring('shop', 'shop-a'), ring('pay', 'pay-a')],
    ttls: [
      { ...whole.ttl, name: 'pay', control: { target: 'pay-a', key: 't' } },
      { ...whole.ttl, name: 'shop', control: { target: 'shop-a', key: 't' } },
    ],
    edges: [],
  }
  const statuses = targets.map(({ name, labels }) => ({ ...whole.statuses[0]!, name, address: `${name}:1`, labels: labels! }))
  const policy = (id: string, where: Record<string, string>) => ({ rule: { id, where } }) as unknown as Standing
  const standings = [policy('shop', { team: 'shop', env: 'prod' }), policy('pay', { team: 'pay' }), policy('all', {})]
  runtime.autopilot = { ...runtime.autopilot, standings: () => standings }
  runtime.engine = { ...runtime.engine, topology: () => topology, targets: () => statuses }
  const { store } = runtime
  for (const [team, steps] of Object.entries(STEPS)) {
    store.changes.put({ ...whole.changes[0]!, id: team, steps })
    store.proposals.put({ ...whole.proposals[0]!, id: team, steps })
    store.jobs.put({ ...whole.job, id: team, change: team })
    store.memory.put(`${APPROVAL_PREFIX}${team}`, { ...whole.approval, id: team, steps })
    const order = steps.map(({ setting }) => setting.target)
    store.memory.put(`${COURSE_PREFIX}${team}`, { ...whole.course, id: team, order, steps: steps.map(({ setting, after }) => ({ name: setting.name, after })) }) // biome-ignore format: one line
  }
  const subjects = { shop: { target: 'shop-a' }, pay: { target: 'pay-a' }, ring: { ring: 'both' }, fleet: {}, nobody: { target: 'nobody' } }
  for (const [id, subject] of Object.entries(subjects)) store.findings.put({ ...whole.finding, id, subject, state: 'resolved' })
  const silence = (id: string, match: Record<string, string>) => store.silences.put({ ...whole.silence, id, match, matchers: [] })
  silence('shop', { team: 'shop' })
  silence('own', { target: 'shop-a' })
  silence('pay', { team: 'pay' })
  silence('all', { severity: 'warning' })
  const annotation = (id: string, ...tags: string[]) => store.annotations.put({ ...whole.annotation, id, tags })
  annotation('1', 'team:shop', 'load-test')
  annotation('2', 'team:pay', 'load-test')
  annotation('3', 'load-test')
  const drill = (id: string, thing: string): HandDrill => ({ id, thing, state: 'waiting', by: 'x', at: AT, drill: { of: 'x', lastsMs: 1, expects: [] }, risks: [] }) // biome-ignore format: one line
  store.memory.put('hand-drills', [drill('shop', 'node:shop/shop-a'), drill('pay', 'node:both/shop-a')])
  await call('GET', 'session', { 'X-Forwarded-User': 'ann', 'X-Forwarded-Groups': 'sre' })
  token = runtime.auth.tokens.create({ name: 'shop-ci', role: 'admin', where: { team: 'shop' } }, admin).token
}, 60_000)
afterAll(async () => {
  setRuntime(undefined)
  await runtime.close()
  rmSync(data, { recursive: true })
})

async function call(method: string, path: string, sent: Record<string, string>, body?: unknown) {
  const headers = { host: '127.0.0.1:3000', ...sent }
  const headersDistinct = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), [value]]))
  const message = { socket: { remoteAddress: '127.0.0.1' }, headers, headersDistinct } as unknown as IncomingMessage
  runtime.auth.meet(message)
  const request = new Request(`http://127.0.0.1:3000/api/v1/${path}`, {
    method,
    headers: message.headers as Record<string, string>,
    ...(method === 'POST' || method === 'PATCH' ? { body: JSON.stringify(body ?? {}) } : {}),
  })
  const response = await serve(request)
  const text = await response.text()
  return { status: response.status, text, code: text.startsWith('{') ? (JSON.parse(text) as { code?: string }).code : undefined }
}

type Tried = [path: string, body?: unknown]
const soon = AT + 3_600_000
const silence = (...matchers: string[]) => ({ matchers, until: soon })
const steps = (team: string) => ({ steps: STEPS[team]!.map(({ setting, after }) => ({ setting, after })) })
const ids = (path: (id: string) => string, which: string[], body?: unknown): Tried[] => which.map((id) => [path(id), body])
const SUBJECTS = ['pay', 'ring', 'fleet', 'nobody']

/** Of each call that acts on things with labels: on what it must be refused to team=shop, and on what not. */
const CALLS: Record<string, { others: Tried[]; own: Tried[] }> = {
  'POST targets/{name}/monitor': {
    others: ids((id) => `targets/${id}/monitor`, ['pay-a', 'nobody', 'gone', 'ring:both'], { allow: 'no' }),
    own: [['targets/shop-a/monitor', { allow: 'no' }]],
  },
  'POST targets/{name}/warming': {
    others: ids((id) => `targets/${id}/warming`, ['pay-a', 'nobody', 'gone', 'ring:both']),
    own: [['targets/shop-a/warming']],
  },
  'POST targets/{name}/warming/stop': {
    others: ids((id) => `targets/${id}/warming/stop`, ['pay-a', 'nobody', 'gone', 'ring:both']),
    own: [['targets/shop-a/warming/stop']],
  },
  'POST annotations': {
    others: [{ tags: ['team:pay'] }, {}, { tags: ['deploy'] }, { tags: ['team:shop', 'target:pay-a'] }, { tags: ['team:shop', 'team:pay'] }].map((one) => ['annotations', { text: 'x', ...one }]), // biome-ignore format: one line
    own: [['annotations', { text: 'x', tags: ['deploy', 'team:shop'] }], ['annotations', { text: 'x', tags: ['target:shop-a'] }]], // biome-ignore format: one line
  },
  'PATCH annotations/{id}': {
    others: [['annotations/2', { text: 'y' }], ['annotations/3', { tags: ['team:shop'] }], ['annotations/1', { tags: ['team:pay'] }]], // biome-ignore format: one line
    own: [['annotations/1', { text: 'y' }]],
  },
  'DELETE annotations/{id}': { others: [['annotations/2'], ['annotations/3']], own: [] },
  'POST pools/{target}/{pool}/drill': {
    others: [['pools/pay-edge/app/drill', { server: 'pay-a' }], ['pools/shop-edge/app/drill', { server: 'shop-a' }]], // biome-ignore format: one line
    own: [['pools/shop-edge/own/drill', { server: 'x' }]],
  },
  'POST rings/{name}/drill': {
    others: ids((id) => `rings/${id}/drill`, ['pay', 'both', 'gone'], { node: 'shop-a' }),
    own: [['rings/shop/drill', { node: 'shop-a' }]],
  },
  'POST hand-drills': {
    others: ['node:pay/pay-a', 'node:both/shop-a', 'server:pay-edge/app/pay-a', 'server:shop-edge/app/shop-a', 'origin:db', 'x'].map((thing) => ['hand-drills', { thing }]), // biome-ignore format: one line
    own: [['hand-drills', { thing: 'node:shop/shop-a' }]],
  },
  'DELETE hand-drills/{id}': { others: [['hand-drills/pay']], own: [['hand-drills/shop']] },
  'POST references/{target}': { others: ids((id) => `references/${id}`, ['pay-a', 'nobody']), own: [['references/shop-a']] },
  ...Object.fromEntries(
    ['acknowledge', 'comments', 'feedback'].map((verb) => {
      const body = { acknowledge: undefined, comments: { text: 'x' }, feedback: { isProblem: true } }[verb]
      const path = (id: string) => `findings/${id}/${verb}`
      return [`POST findings/{id}/${verb}`, { others: ids(path, SUBJECTS, body), own: ids(path, ['shop'], body) }]
    }),
  ),
  ...Object.fromEntries(
    ['acknowledge', 'comments'].map((verb) => {
      const path = (id: string) => `incidents/${id}/${verb}`
      return [`POST incidents/{id}/${verb}`, { others: ids(path, SUBJECTS, { text: 'x' }), own: [] }]
    }),
  ),
  'POST runs/{id}/results': { others: [['runs/2/results'], ['runs/3/results']], own: [['runs/1/results']] },
  'POST autopilot/{id}/licence': {
    others: ids((id) => `autopilot/${id}/licence`, ['pay', 'all']),
    own: [],
  },
  'POST proposals/{id}/apply': { others: ids((id) => `proposals/${id}/apply`, OTHERS), own: [['proposals/shop/apply']] },
  'POST approvals': {
    others: OTHERS.flatMap((team): Tried[] => [
      ['approvals', { proposal: team }],
      ['approvals', steps(team)],
    ]),
    own: [['approvals', { proposal: 'shop' }], ['approvals', steps('shop')]], // biome-ignore format: one line
  },
  ...Object.fromEntries(
    ['approve', 'decline'].map((verb) => {
      const path = (id: string) => `approvals/${id}/${verb}`
      return [`POST approvals/{id}/${verb}`, { others: ids(path, OTHERS), own: ids(path, ['shop']) }]
    }),
  ),
  'DELETE approvals/{id}': { others: ids((id) => `approvals/${id}`, OTHERS), own: [['approvals/shop']] },
  ...Object.fromEntries(
    ['continue', 'roll-back'].map((verb) => {
      const path = (id: string) => `courses/${id}/${verb}`
      return [`POST courses/{id}/${verb}`, { others: ids(path, OTHERS), own: ids(path, ['shop']) }]
    }),
  ),
  'POST changes': {
    others: OTHERS.map((team) => ['changes', steps(team)]),
    own: [['changes', steps('shop')]],
  },
  ...Object.fromEntries(
    ['roll-back', 'keep', 'settle'].map((verb) => {
      const path = (id: string) => `changes/${id}/${verb}`
      return [`POST changes/{id}/${verb}`, { others: ids(path, OTHERS), own: ids(path, ['shop']) }]
    }),
  ),
  'POST changes/{id}/retime': {
    others: [...ids((id) => `changes/${id}/retime`, OTHERS, { target: 'shop-a' }), ['changes/shop/retime', { target: 'pay-a' }]],
    own: [['changes/shop/retime', { target: 'shop-a' }]],
  },
  ...Object.fromEntries(
    ['pause', 'resume', 'cancel'].map((verb) => {
      const path = (id: string) => `jobs/${id}/${verb}`
      return [`POST jobs/{id}/${verb}`, { others: ids(path, OTHERS), own: ids(path, ['shop']) }]
    }),
  ),
  'POST silences': {
    others: [['team="pay"'], ['target="pay-a"'], ['target=~"shop-.*"'], ['team=~"shop|pay"'], ['team!="pay"'], ['severity="warning"'], ['ring="both"'], ['team=""'], ['target="gone"']].map((one) => ['silences', silence(...one)]), // biome-ignore format: one line
    own: [['team="shop"', 'severity="warning"'], ['target="shop-a"'], ['ring="shop"']].map((one) => ['silences', silence(...one)]), // biome-ignore format: one line
  },
  'POST silences/{id}': {
    others: [['silences/pay', { until: soon }], ['silences/all', silence('team="shop"')], ['silences/shop', silence('severity="info"')], ['silences/shop', { match: { team: 'pay' } }]], // biome-ignore format: one line
    own: [['silences/own', { until: soon }], ['silences/shop', silence('team="shop"', 'rule="x"')]], // biome-ignore format: one line
  },
  'DELETE silences/{id}': { others: [['silences/pay'], ['silences/all']], own: [['silences/shop']] },
}

const keyOf = ({ method, path }: { method: string; path: string }) => `${method} ${path}`

describe('each call that does something says what it acts on', () => {
  test('whoever only reads changes nothing but what is their own, and everybody else is asked for the role on what they touch', () => {
    for (const operation of operations) {
      if (operation.method === 'GET') expect(operation.touches, keyOf(operation)).toBeUndefined()
      else if (operation.touches === 'nothing') expect(['viewer', 'public'], keyOf(operation)).toContain(operation.role)
      else expect(['reporter', 'operator', 'admin'], keyOf(operation)).toContain(operation.role)
      if (operation.method !== 'GET') expect(operation.touches, keyOf(operation)).toBeDefined()
    }
  })
  test('each that acts on things with labels is tried below', () => {
    const byLabel = operations.filter(({ touches }) => typeof touches === 'function').map(keyOf)
    expect(Object.keys(CALLS).sort()).toEqual(byLabel.sort())
    expect(byLabel.length).toBeGreaterThan(25)
  })
})

describe('who may everything on team=shop', () => {
  const others = Object.entries(CALLS).flatMap(([key, { others }]) => others.map(([path, body]) => [key, path, body] as const))
  test.each(others)('is refused elsewhere: %s %s %j', async (key, path, body) => {
    const { status, code, text } = await call(key.split(' ')[0]!, path, bearer(token), body)
    expect({ status, code }, text).toEqual({ status: 403, code: 'forbidden' })
    expect(text).toMatch(/This needs the role (operator|admin|reporter) on .*; shop-ci is viewer; admin on team=shop\./)
  })
  const own = Object.entries(CALLS).flatMap(([key, { own }]) => own.map(([path, body]) => [key, path, body] as const))
  test.each(own)('is let through on the own: %s %s %j', async (key, path, body) => {
    const { status, text } = await call(key.split(' ')[0]!, path, bearer(token), body)
    expect([401, 500], text).not.toContain(status)
    expect(text).not.toContain('This needs the role')
  })
  test('is refused whatever is about the whole fleet, before anything is read of it', async () => {
    for (const operation of operations.filter(
      ({ method, role, touches }) => touches === 'everything' || (method === 'GET' && role === 'admin'),
    )) {
      const { status, text } = await call(operation.method, operation.path.replace(/\{\w+\}/g, 'nothing'), bearer(token), {})
      expect(status, `${keyOf(operation)}: ${text}`).toBe(403)
      expect(text).toMatch(/This needs the role (operator|admin), everywhere; shop-ci is viewer; admin on team=shop\./)
    }
  })
  test('is told of what is not there, and reads everything', async () => {
    for (const path of ['changes/none/keep', 'proposals/none/apply', 'jobs/none/pause', 'findings/none/acknowledge', 'silences/none'])
      expect((await call('POST', path, bearer(token), {})).status, path).toBe(404)
    expect((await call('GET', 'findings/pay', bearer(token))).status).toBe(200)
  })
})

test('a group that has a role by label alone reads everything and acts on its own; a group that has both has both', async () => {
  const as = (...groups: string[]) => ({ 'X-Forwarded-User': 'sam', 'X-Forwarded-Groups': groups.join(',') })
  const who = async (headers: Record<string, string>) => JSON.parse((await call('GET', 'session', headers)).text)
  expect(await who(as('shop'))).toEqual({
    person: { name: 'sam', role: 'viewer', grants: [{ role: 'operator', where: { team: 'shop' } }] },
  })
  expect(await who(as('shop', 'sre'))).toEqual({ person: { name: 'sam', role: 'admin' } })
  expect((await call('GET', 'targets', as('others'))).status).toBe(403)
  expect((await call('POST', 'findings/shop/acknowledge', as('shop'))).status).toBe(200)
  expect((await call('POST', 'findings/pay/acknowledge', as('shop'))).status).toBe(403)
  const admins = await call('POST', 'targets/shop-a/monitor', as('shop'), { allow: 'no' })
  expect([admins.status, admins.text]).toEqual([403, expect.stringContaining('This needs the role admin')])
})

test('a token loses on a target what its owner has lost there', async () => {
  const sam = { kind: 'person', id: 'proxy:sam', name: 'sam', role: 'viewer', session: null } as const
  const made = runtime.auth.tokens.create({ name: 'sams', role: 'admin' }, sam)
  expect(made).toMatchObject({ role: 'admin', present: 'viewer', grants: [{ role: 'operator', where: { team: 'shop' } }] })
  expect((await call('POST', 'findings/shop/acknowledge', bearer(made.token))).status).toBe(200)
  await call('GET', 'session', { 'X-Forwarded-User': 'sam', 'X-Forwarded-Groups': 'others' })
  expect((await call('POST', 'findings/shop/acknowledge', bearer(made.token))).status).toBe(401)
  expect(() => runtime.auth.tokens.create({ name: 'x', role: 'reporter', where: { team: 'shop' } }, admin)).toThrow(/where:/)
})
