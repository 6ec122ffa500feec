import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseConfig } from '../../config/parse.ts'
import { ERROR_STATUS } from '../../model/error.ts'
import type { Finding } from '../../model/finding.ts'
import { problemOf } from '../../model/problem.ts'
import { openRuntime } from '../open.ts'
import { type Runtime, setRuntime } from '../runtime.ts'
import { schemas } from '../schemas.ts'
import type { AnyCall } from './operation.ts'
import { operations } from './operations.ts'
import { serve } from './serve.ts'

const data = mkdtempSync(join(tmpdir(), 'evenkeel-serve-'))
const text = `
mode: observe
targets:
  - { kind: redis, name: dead, url: "redis://:sesame-url@127.0.0.1:1", role: cache }
  - { kind: redis, name: dead-too, url: "redis://127.0.0.1:2", password: sesame-password, role: store }
receivers:
  - { name: hook, webhook: { url: "http://127.0.0.1:1/hook?key=sesame-query", secret: sesame-hook, headers: { authorization: sesame-header } } }
  - { name: chat, slack: { url: "http://127.0.0.1:1/services/sesame-slack" } }
`
const FINDING: Finding = {
  id: 'f1',
  rule: 'fleet/target-down',
  severity: 'critical',
  state: 'firing',
  subject: { target: 'dead' },
  summary: 'dead does not answer',
  evidence: [],
  since: 1,
  firingAt: 1,
  seenAt: 1,
}
let runtime: Runtime
beforeAll(async () => {
  process.env.EVENKEEL_LOG = 'silent'
  const config = parseConfig(text, {}, schemas(), { file: join(data, 'evenkeel.yaml'), readFile: () => '' })
  runtime = await openRuntime({ ...config, data }, { NODE_ENV: 'test' }, () => {})
  setRuntime(runtime)
})
afterAll(async () => {
  await runtime.close()
  setRuntime(undefined)
  rmSync(data, { recursive: true })
})

const call = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
  serve(
    new Request(`http://127.0.0.1:3000/api/v1/${path}`, {
      method,
      headers: { host: '127.0.0.1:3000', ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    }),
  )
async function problem(method: string, path: string, body?: unknown, headers?: Record<string, string>) {
  const response = await call(method, path, body, headers)
  expect(response.headers.get('content-type'), path).toBe('application/problem+json')
  const json = (await response.json()) as { status: number; code: keyof typeof ERROR_STATUS; title: string; detail: string }
  expect(json).toMatchObject({ status: response.status, title: expect.any(String), type: `urn:evenkeel:problem:${json.code}` })
  expect(ERROR_STATUS[json.code]).toBe(response.status)
  expect(json.detail).not.toMatch(/\/lib\/|node_modules|\bat .*:\d+:\d+/)
  return json
}
/** Paths with something in each place, that need no body. */
const readable = operations
  .filter(({ method, type = 'application/json' }) => method === 'GET' && type === 'application/json')
  .map(({ path }) => path.replace(/\{\w+\}/g, 'nothing'))

test('every list and document answers, empty as it is', async () => {
  for (const path of readable.filter((one) => !one.includes('nothing'))) {
    const response = await call('GET', path === 'series' ? 'series?metric=x' : path)
    expect(response.status, path).toBe(200)
    await response.json()
  }
})

describe('an answer that is made once for all who ask', () => {
  const shared = operations.filter((operation) => operation.shared)
  test('is given by the lists that every open page asks for', () => {
    for (const path of ['overview', 'targets', 'findings', 'incidents', 'rules', 'pools', 'changes'])
      expect(shared.map((one) => one.path)).toContain(path)
  })
  test.each(shared.map((operation) => [operation.path, operation] as const))('%s looks at nothing of who asks', async (path, operation) => {
    const call = new Proxy({ runtime, params: {}, query: operation.query?.parse({}) ?? {} } as never as AnyCall, {
      get: (known, name) => {
        if (!(name in known)) throw new Error(`${path} looks at ${String(name)}`)
        return Reflect.get(known, name)
      },
    })
    expect(await operation.run(call)).not.toBeInstanceOf(Response)
  })
  test('is not sent again to who has it, and is made anew after each call that changes something', async () => {
    const first = await call('GET', 'findings')
    const etag = first.headers.get('etag')!
    expect((await call('GET', 'findings', undefined, { 'if-none-match': etag })).status).toBe(304)
    runtime.store.findings.put(FINDING)
    expect((await call('POST', `findings/${FINDING.id}/acknowledge`)).status).toBe(200)
    const now = await call('GET', 'findings', undefined, { 'if-none-match': etag })
    expect(now.status).toBe(200)
    expect(((await now.json()) as { items: unknown[] }).items).toContainEqual(
      expect.objectContaining({ id: FINDING.id, acknowledged: expect.anything() }),
    )
    runtime.store.findings.delete(FINDING.id)
    await call('POST', 'findings/none/acknowledge')
  })
  test('is not made anew for a call that only computes, which applications may make all the time', async () => {
    let changed = 0
    const { answers } = runtime
    runtime.answers = { ...answers, changed: () => void changed++ }
    await call('POST', 'changes/code', { steps: [{ setting: { target: 'dead', name: 'config/maxmemory' }, after: '1' }] })
    await call('POST', 'references/dead', {})
    expect(changed).toBe(0)
    await call('POST', 'findings/none/acknowledge')
    expect(changed).toBe(1)
    runtime.answers = answers
  })
  test.each([
    ['app/app1/weight', '5\nshutdown sessions server app/app1'],
    ['app/x\u0000\n# /weight', '5'],
  ])('code of a setting is one command: %j to %j is refused', async (name, after) => {
    const answer = await call('POST', 'changes/code', { steps: [{ setting: { target: 'dead', name }, after }] })
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining('steps[0]: control characters')])
  })
})

test('no answer, and nothing that is refused, holds a secret', async () => {
  const texts: string[] = []
  for (const path of [...readable, 'targets/dead', 'targets/dead/raw', 'series?metric=', 'targets/dead-too'])
    texts.push(await (await call('GET', path)).text())
  texts.push(
    await (await call('POST', 'receivers/hook/test')).text(),
    await (await call('POST', 'receivers/chat/test')).text(),
    await (await call('GET', 'deliveries')).text(),
  )
  texts.push(
    await (await call('POST', 'changes', { steps: [{ setting: { target: 'dead', name: 'config/maxmemory' }, after: '1' }] })).text(),
  )
  expect(texts.join('\n')).not.toContain('sesame')
  expect(texts.join('\n')).toContain('[redacted]')
})

describe('an unknown thing of any noun is 404', () => {
  test.each(readable.filter((one) => one.includes('nothing')))('GET %s', async (path) => {
    expect(await problem('GET', path)).toMatchObject({ status: 404, code: 'not_found' })
  })
  test.each([
    'proposals/x/apply',
    'changes/x/roll-back',
    'changes/x/keep',
    'findings/x/acknowledge',
    'receivers/x/test',
    'jobs/x/pause',
    'drills/x',
    'no/such/path',
    '',
  ])('POST %s', async (path) => {
    expect(await problem('POST', path)).toMatchObject({ status: 404 })
  })
  test.each(['silences/x', 'tokens/x', 'persons/x'])('DELETE %s', async (path) => {
    expect(await problem('DELETE', path)).toMatchObject({ status: 404 })
  })
  test.each([
    'keys/hot',
    'keys/big',
    'keys/patterns',
    'slowlog',
    'slowlog/fingerprints',
    'keys/remedies',
    'keys/samplings',
    'keys/compare',
  ])('GET %s of an unknown target', async (path) => {
    expect(await problem('GET', `${path}?target=nobody`)).toMatchObject({ status: 404 })
  })
})

describe('what cannot be read is 400 and says which field', () => {
  test.each([
    ['findings?state=banana', 'state'],
    ['findings?severity=1', 'severity'],
    ['changes?state=applied', 'state'],
    ['proposals?state=', 'state'],
    ['targets?limit=-1', 'limit'],
    ['targets?limit=x', 'limit'],
    ['targets?cursor=x', 'cursor'],
    ['series', 'metric'],
    ['series?metric=x&from=yesterday', 'from'],
    ['series?metric=x&from=banana%201', 'from'],
    ['series?metric=x&to=2026-13-45', 'to'],
    ['series?metric=x&from=2026-01-02&to=2026-01-01', 'from'],
    ['series?metric=x&step=fast', 'step'],
    ['series?metric=x&step=0', 'step'],
    ['series?metric=x&rate=maybe', 'rate'],
  ])('GET %s', async (path, field) => {
    const { status, detail } = await problem('GET', path)
    expect(status).toBe(400)
    expect(detail).toContain(field)
  })
  const setting = { target: 'dead', name: 'config/maxmemory' }
  test.each([
    ['changes', '{', /not JSON/],
    ['changes', new TextDecoder('latin1').decode(new Uint8Array([0x22, 0xff])), /not JSON/],
    ['changes', [], /body/],
    ['changes', 'null', /body/],
    ['changes', {}, /steps/],
    ['changes', { steps: [] }, /steps: expected at least one step/],
    ['changes', { steps: [{ setting, after: 5 }] }, /steps\[0\]\.after/],
    ['changes', { steps: [{ setting: 'x', after: '5' }] }, /steps\[0\]\.setting/],
    ['changes', { steps: [{ setting, after: '5', before: '4' }] }, /steps\[0\]\.before: this field is not known/],
    ['changes', { steps: [{ setting, after: '5' }], because: 7 }, /because/],
    ['changes', { steps: [{ setting, after: '5' }], dryRun: 'yes' }, /dryRun/],
    ['proposals/x/apply', { dryRun: 1 }, /dryRun/],
    ['silences', {}, /until/],
    ['silences', { until: '2099-01-01' }, /matchers: expected at least one condition/],
    ['silences', { matchers: [], until: '2099-01-01' }, /matchers/],
    ['silences', { matchers: ['target'], until: '2099-01-01' }, /matchers\[0\]: expected LABEL/],
    ['silences', { matchers: ['target="a"', 'key=~"(a+)+$"'], until: '2099-01-01' }, /matchers\[1\]: .*for ever/],
    ['silences', { matchers: ['target=~"(?=a)"'], until: '2099-01-01' }, /matchers\[0\]: not a pattern of RE2/],
    ['silences', { match: {}, until: '2099-01-01' }, /label/],
    ['silences', { match: { rule: 'x' }, until: 'soon' }, /until/],
    ['mode', { mode: 'off' }, /mode/],
    ['rings/evaluate', {}, /before/],
    ['rings/evaluate', { before: { algorithm: 'ketama', nodes: [{ name: 'a' }, { name: 'a' }] } }, /before\.nodes\[1\]\.name/],
    ['tokens', { name: '', role: 'admin' }, /name/],
    ['tokens', { name: 'x', role: 'king' }, /role/],
  ])('POST %s %j', async (path, body, expected) => {
    const { status, detail } = await problem('POST', path, body)
    expect(status).toBe(400)
    expect(detail).toMatch(expected)
  })
  test.each(['targets/%00', 'targets/%ff', 'targets/a%0ab', 'pools/%c3%28/x', 'findings/%EF%BF%BD'])('GET %s', async (path) => {
    expect(await problem('GET', path)).toMatchObject({ status: 400 })
  })
  test.each([
    'targets/..%2f..%2fetc%2fpasswd',
    'pools/a%2fb/c',
    `findings/${'x'.repeat(8000)}`,
    'targets/<script>',
    'targets/__proto__',
    'findings/constructor',
  ])('GET %s', async (path) => {
    expect(await problem('GET', path)).toMatchObject({ status: 404 })
  })
})

test('a body over 1 MB is refused, whatever it says of its length', async () => {
  expect(await problem('POST', 'changes', 'x'.repeat((1 << 20) + 1))).toMatchObject({ status: 413, code: 'too_large' })
  const endless = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(65_536)) })
  const response = await serve(
    new Request('http://127.0.0.1:3000/api/v1/changes', {
      method: 'POST',
      headers: { host: '127.0.0.1:3000' },
      body: endless,
      duplex: 'half',
    } as RequestInit),
  )
  expect(response.status).toBe(413)
})

test('a path with another method says which it takes', async () => {
  expect(await problem('POST', 'targets')).toMatchObject({ status: 405, detail: expect.stringContaining('GET') })
  expect(await problem('PUT', 'silences')).toMatchObject({ status: 405 })
})

test('observe mode: the configuration is the most, and no change is written', async () => {
  expect(await problem('POST', 'mode', { mode: 'tune' })).toMatchObject({ status: 403, code: 'read_only' })
  expect((await call('POST', 'mode', { mode: 'observe' })).status).toBe(200)
  expect((await call('POST', 'mode', { mode: 'observe', inFlight: 'roll-back' })).status).toBe(200)
  expect(await problem('POST', 'mode', { mode: 'observe', inFlight: 'drop' })).toMatchObject({ status: 400 })
  expect(await problem('POST', 'changes', { steps: [{ setting: { target: 'nobody', name: 'x' }, after: '1' }] })).toMatchObject({
    status: 404,
  })
  // Shape, then existence, then the mode: a well-formed change is refused as read_only.
  expect(
    (await problem('POST', 'changes', { steps: [{ setting: { target: 'dead', name: 'config/dir' }, after: '/' }] })).status,
  ).toBeLessThan(500)
})

test('a foreign origin changes nothing; a foreign host sees nothing', async () => {
  expect(await problem('POST', 'mode', { mode: 'observe' }, { origin: 'http://evil.example' })).toMatchObject({
    status: 403,
    code: 'forbidden',
  })
  expect(await problem('GET', 'targets', undefined, { host: 'evil.example' })).toMatchObject({ status: 403, code: 'forbidden' })
})

test('silences come and go', async () => {
  const made = await (await call('POST', 'silences', { match: { rule: 'x' }, until: '2099-01-01T00:00:00Z', reason: 'night' })).json()
  expect(made).toMatchObject({ by: 'anonymous', active: true, until: '2099-01-01T00:00:00.000Z', reason: 'night' })
  expect(await (await call('GET', 'silences')).json()).toMatchObject({ items: [{ id: made.id }], next: null })
  expect((await call('DELETE', `silences/${made.id}`)).status).toBe(204)
  expect(await problem('POST', 'silences', { match: { rule: 'x' }, until: '2000-01-01' })).toMatchObject({ status: 422 })
})

test('silences take matchers, ahead of time, are changed, and are previewed', async () => {
  const matchers = ['target=~"cache-.*"', 'severity!="critical"', 'rule="x"']
  const ahead = { matchers, from: '2098-01-01T00:00:00Z', until: '2099-01-01T00:00:00Z', reason: 'move' }
  const made = await (await call('POST', 'silences', ahead)).json()
  expect(made).toMatchObject({ match: { rule: 'x' }, from: '2098-01-01T00:00:00.000Z', active: false })
  expect(made.matchers.toSorted()).toEqual(matchers.toSorted())
  const changed = await (await call('POST', `silences/${made.id}`, { matchers: ['target="cache-a"'], from: '2026-01-01' })).json()
  expect(changed).toMatchObject({ matchers: ['target="cache-a"'], until: '2099-01-01T00:00:00.000Z', reason: 'move', active: true })
  expect(await problem('POST', `silences/${made.id}`, { until: '2000-01-01' })).toMatchObject({ status: 422 })
  expect(await problem('POST', 'silences/nothing', { reason: 'x' })).toMatchObject({ status: 404 })
  await call('DELETE', `silences/${made.id}`)
  const preview = async (...texts: string[]) => {
    const query = texts.map((text) => `matcher=${encodeURIComponent(text)}`).join('&')
    return (await call('GET', `silences/preview?${query}`)).json()
  }
  expect(await preview('target=~"cache-.*"')).toEqual({ matchers: ['target=~"cache-.*"'], total: 0, items: [] })
  expect(await preview()).toMatchObject({ total: 0 })
  expect(await problem('GET', `silences/preview?matcher=${encodeURIComponent('target=~"("')}`)).toMatchObject({ status: 422 })
})

test('tokens are made, used with their role, and revoked', async () => {
  const made = await (await call('POST', 'tokens', { name: 'ci', role: 'viewer' })).json()
  const authorization = `Bearer ${made.token}`
  expect((await call('GET', 'targets', undefined, { authorization })).status).toBe(200)
  expect(await problem('POST', 'mode', { mode: 'observe' }, { authorization })).toMatchObject({ status: 403, code: 'forbidden' })
  expect(await (await call('GET', 'tokens')).text()).not.toContain(made.token)
  expect((await call('DELETE', `tokens/${made.id}`)).status).toBe(204)
  expect(await problem('GET', 'targets', undefined, { authorization })).toMatchObject({ status: 401 })
})

test('a ring is evaluated', async () => {
  const answer = await call('POST', 'rings/evaluate', {
    before: { algorithm: 'ketama', nodes: [{ name: 'a' }, { name: 'b' }] },
    keys: ['k'],
  })
  expect(answer.status).toBe(200)
  const { before, owners } = await answer.json()
  expect(before.shares.a + before.shares.b).toBeCloseTo(1, 6)
  expect(owners.before).toHaveLength(1)
})

test('the description holds every call with its answers and problems', async () => {
  const document = await (await call('GET', 'openapi.json')).json()
  expect(document.openapi).toBe('3.1.0')
  for (const { method, path, status = 200 } of operations) {
    const described = document.paths[`/${path}`]?.[method.toLowerCase()]
    expect(described, `${method} ${path}`).toBeDefined()
    expect(described.responses).toHaveProperty(String(status))
    expect(described.responses).toHaveProperty('400')
  }
  expect(document.paths['/changes'].post.requestBody.content['application/json'].schema.properties).toHaveProperty('steps')
})

test('an error that is not ours says nothing of itself', () => {
  expect(problemOf(new Error('sesame at /home/x.ts:1'))).toEqual({
    type: 'urn:evenkeel:problem:internal',
    title: expect.any(String),
    status: 500,
    code: 'internal',
    detail: 'The log of Evenkeel holds the details.',
  })
})
