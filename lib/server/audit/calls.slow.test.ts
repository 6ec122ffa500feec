import { mkdtempSync, rmSync } from 'node:fs'
import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseConfig } from '../../config/parse.ts'
import type { AuditView } from '../../model/answers/audit.ts'
import { AUDIT_KINDS, type AuditEntry } from '../../model/audit.ts'
import { readEntry, verifyChain } from '../../store/auditChain.ts'
import { operations } from '../http/operations.ts'
import { serve } from '../http/serve.ts'
import { openRuntime } from '../open.ts'
import { type Runtime, setRuntime } from '../runtime.ts'
import { schemas } from '../schemas.ts'
import { honourConsents } from '../targets/monitorConsent.ts'
import { createRecorder } from './recorder.ts'

const data = mkdtempSync(join(tmpdir(), 'evenkeel-audit-calls-'))
const SECRET = 'sesame'
const text = `
mode: tune
targets:
  - { kind: redis, name: dead, url: "redis://:${SECRET}-url@127.0.0.1:1", role: cache, monitor: ask }
receivers:
  - { name: hook, webhook: { url: "http://127.0.0.1:1/${SECRET}-path", secret: ${SECRET}-hook } }
`
let runtime: Runtime
const open = async (source = text) => {
  const config = parseConfig(source, {}, schemas(), { file: join(data, 'evenkeel.yaml'), readFile: () => '' })
  runtime = await openRuntime({ ...config, data }, { NODE_ENV: 'test' }, () => {})
  setRuntime(runtime)
}
beforeAll(async () => {
  process.env.EVENKEEL_LOG = 'silent'
  await open()
})
afterAll(async () => {
  await runtime.close()
  setRuntime(undefined)
  rmSync(data, { recursive: true })
})

/** A call over a connection from that address. */
function call(method: string, path: string, { body, token, from = '192.0.2.1', headers = {} }: Call = {}): Promise<Response> {
  const socket = new Socket()
  Object.defineProperty(socket, 'remoteAddress', { value: from })
  const message = new IncomingMessage(socket)
  runtime.auth.meet(message)
  return serve(
    new Request(`http://127.0.0.1:3000/api/v1/${path}`, {
      method,
      headers: {
        host: '127.0.0.1:3000',
        ...(message.headers as Record<string, string>),
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }),
  )
}
type Call = { body?: unknown; token?: string; from?: string; headers?: Record<string, string> }
const json = async <T>(answer: Response | Promise<Response>) => (await (await answer).json()) as T
const newest = async (count = 1): Promise<AuditEntry[]> => (await runtime.store.audit.list({ limit: count })).items
const seq = () => runtime.store.audit.head().seq
const made = (role: string, name: string) => json<{ token: string; id: string }>(call('POST', 'tokens', { body: { name, role } }))

test('every call that is no GET is recorded, or says why not', () => {
  for (const { method, path, audit } of operations) {
    if (method === 'GET') continue
    expect(audit, `${method} ${path}`).toBeDefined()
    if ('what' in audit!) expect(AUDIT_KINDS).toContain(audit.what)
    else expect(Object.values(audit!).join().length, path).toBeGreaterThan(10)
  }
  const unaudited = operations.filter(({ method, audit }) => method !== 'GET' && audit && !('what' in audit)).map(({ path }) => path)
  expect(unaudited.sort()).toEqual([
    'alerts/config/preview',
    'alerts/config/route',
    'alerts/config/shadow',
    'changes/code',
    'curves',
    'references/{target}',
    'rings/describe',
    'rings/evaluate',
    'rings/text',
    'session',
    'session/passkey',
  ])
})

describe('every call that does something leaves an entry', () => {
  const doing = operations.filter(({ method, audit }) => method !== 'GET' && audit && 'what' in audit)
  let tried = 0
  test.each(doing.map(({ method, path }) => [method, path]))('%s %s, whoever tries it', async (method, path) => {
    // Of strangers a hundred kinds of refusals are told apart within an hour, and each call makes two: a new recorder counts anew.
    if (++tried % 40 === 0) {
      await runtime.close()
      await open()
    }
    const operation = doing.find((one) => one.method === method && one.path === path)!
    const kind = (operation.audit as { what: string }).what
    const at = path.replace(/\{\w+\}/g, 'nothing')
    const actors = [
      { who: null, how: 'anonymous', from: '192.0.2.10' },
      { who: null, how: 'anonymous', from: '192.0.2.11', token: `ek_0123456789ab_${'x'.repeat(43)}` },
      ...(await Promise.all(
        ['viewer', 'operator', 'admin'].map(async (role, index) => {
          const { token, id } = await made(role, `${role} of ${method} ${path}`)
          return { who: `${role} of ${method} ${path}`, how: `token:${id}`, from: `192.0.2.${20 + index}`, token }
        }),
      )),
    ]
    for (const { who, how, from, token } of actors) {
      const before = seq()
      const answer = await call(method, at, { body: operation.body ? {} : undefined, from, ...(token ? { token } : {}) })
      const code = answer.ok ? undefined : (await json<{ code: string }>(answer)).code
      if (path === 'session/sign-out' && token?.startsWith('ek_0123456789ab')) {
        // Nobody signed out: there is nobody to say it of.
        expect(seq()).toBe(before)
        continue
      }
      const refused = answer.status === 401 || answer.status === 403
      expect(seq(), `${who} ${answer.status}`).toBe(before + 1)
      expect((await newest())[0]).toMatchObject({
        what: refused ? 'refused' : kind,
        by: who,
        how,
        from,
        outcome: answer.ok ? 'done' : refused ? 'refused' : 'failed',
        detail: { operation: `${method} ${path}`, status: String(answer.status), ...(code ? { code } : {}) },
      })
      const named = path.match(/\{\w+\}/g) ?? []
      if (named.length > 0) expect((await newest())[0]!.about).toBe(named.map(() => 'nothing').join('/'))
    }
  })
})

test('what was made, and for whom, is named; no secret is', async () => {
  // A new start counts anew: strangers have tried every call above, which are more kinds than are counted apart.
  await runtime.close()
  await open()
  const before = seq()
  const { token, id } = await made('viewer', 'ci')
  expect((await newest())[0]).toMatchObject({
    what: 'token-made',
    about: 'ci',
    outcome: 'done',
    detail: { role: 'viewer', id, status: '201' },
  })
  await call('DELETE', `tokens/${id}`)
  expect((await newest())[0]).toMatchObject({ what: 'token-revoked', about: id, outcome: 'done' })
  const silence = await json<{ id: string }>(
    call('POST', 'silences', { body: { match: { rule: 'x' }, until: '2099-01-01T00:00:00Z', reason: 'night' } }),
  )
  expect((await newest())[0]).toMatchObject({ what: 'silence-made', detail: { id: silence.id, match: '{"rule":"x"}', reason: 'night' } })
  await call('DELETE', `silences/${silence.id}`)
  expect((await newest())[0]).toMatchObject({ what: 'silence-ended', about: silence.id })
  await call('POST', 'mode', { body: { mode: 'observe' } })
  expect((await newest())[0]).toMatchObject({ what: 'mode-set', about: 'observe', by: null, how: 'anonymous', from: '192.0.2.1' })
  const steps = [{ setting: { target: 'dead', name: 'config/maxmemory' }, after: SECRET }]
  await call('POST', 'changes', { body: { steps, because: 'memory' } })
  expect((await newest())[0]).toMatchObject({ about: 'dead config/maxmemory', outcome: expect.stringMatching(/refused|failed/) })
  await call('POST', 'mode', { body: { mode: 'tune' } })
  await call('POST', 'receivers/hook/test')
  await call('POST', 'session/password', { body: { password: `${SECRET}-password`, present: SECRET } })
  await call('POST', 'session', { body: { name: 'ann', password: SECRET } })
  const entries = JSON.stringify(await newest(seq() - before))
  expect(entries).not.toContain(SECRET)
  expect(entries).not.toContain(token.slice('ek_0123456789ab_'.length))
})

test('what is computed, and what is read, leaves none', async () => {
  const before = seq()
  await call('POST', 'rings/evaluate', { body: { before: { algorithm: 'ketama', nodes: [{ name: 'a' }] } } })
  for (const path of ['targets', 'audit', 'findings', 'session']) expect((await call('GET', path)).status).toBe(200)
  await call('GET', 'findings/nothing')
  expect(seq()).toBe(before)
})

describe('refusals', () => {
  // A new start counts anew: strangers have tried every call above, which are more kinds than are counted apart.
  beforeAll(async () => {
    await runtime.close()
    await open()
  })

  test('of reading are one entry, whatever was read; a foreign origin and host too', async () => {
    const from = '198.51.100.1'
    const before = seq()
    for (const path of ['targets', 'findings', 'tokens', 'nowhere'])
      expect((await call('GET', path, { from, token: 'ek_bad' })).status).toBe(401)
    expect(seq()).toBe(before + 1)
    expect((await newest())[0]).toMatchObject({
      what: 'refused',
      by: null,
      from,
      detail: { operation: 'reading', code: 'unauthenticated' },
    })
    await call('POST', 'mode', { from, body: { mode: 'observe' }, headers: { origin: 'http://evil.example' } })
    expect((await newest())[0]).toMatchObject({ what: 'refused', from, detail: { operation: 'POST mode', code: 'forbidden' } })
    await call('GET', 'targets', { from, headers: { host: 'evil.example' } })
    expect((await newest())[0]).toMatchObject({ what: 'refused', from, detail: { operation: 'GET targets', code: 'forbidden' } })
  })

  test('that repeat are counted', async () => {
    const from = '198.51.100.2'
    const before = seq()
    for (let i = 0; i < 50; i++) await call('DELETE', `tokens/made-up-${i}`, { from, token: 'ek_bad' })
    expect(seq()).toBe(before + 1)
  })

  test('a viewer reads no audit log, and that he tried stands in it', async () => {
    const { token, id } = await made('viewer', 'curious')
    expect((await call('GET', 'audit', { token })).status).toBe(403)
    expect((await newest())[0]).toMatchObject({ what: 'refused', by: 'curious', how: `token:${id}`, detail: { operation: 'GET audit' } })
    expect((await call('GET', 'audit/export', { token })).status).toBe(403)
    expect((await newest())[0]).toMatchObject({ what: 'refused', detail: { operation: 'GET audit/export' } })
  })
})

describe('the API', () => {
  test('shows it by page and by filter', async () => {
    const first = await json<AuditView>(call('GET', 'audit?limit=3'))
    expect(first.items.map((entry) => entry.seq)).toEqual([seq(), seq() - 1, seq() - 2])
    expect(first).toMatchObject({ next: String(seq() - 2), head: runtime.store.audit.head(), unsaved: { entries: 0, because: null } })
    const second = await json<AuditView>(call('GET', `audit?limit=3&cursor=${first.next}`))
    expect(second.items[0]!.seq).toBe(seq() - 3)
    const made = await json<AuditView>(call('GET', 'audit?what=token-made&by=&address=192.0.2.1'))
    expect(made.items).toEqual([])
    const ofOne = await json<AuditView>(call('GET', 'audit?by=curious&what=refused'))
    expect(ofOne.items).toHaveLength(2)
    const none = await json<AuditView>(call('GET', 'audit?from=2000-01-01&to=2000-01-02'))
    expect(none).toMatchObject({ items: [], next: null })
    for (const wrong of ['cursor=x', 'what=nothing', 'limit=0', 'from=soon']) expect((await call('GET', `audit?${wrong}`)).status).toBe(400)
  })

  test('exports it as JSON lines that verify, whole and from a number on', async () => {
    const answer = await call('GET', 'audit/export')
    expect(answer.headers.get('content-type')).toBe('application/x-ndjson')
    const read = (body: string) =>
      body
        .trimEnd()
        .split('\n')
        .map((line, index) => readEntry(JSON.parse(line), index + 1))
    const entries = read(await answer.text())
    expect(verifyChain(entries, { whole: true, anchors: [{ seq: seq(), hash: runtime.store.audit.head().hash }] }).broken).not.toBeNull()
    // The export's own entry came after what it holds.
    expect(verifyChain(entries, { whole: true })).toMatchObject({ broken: null, entries: seq() - 1 })
    expect((await newest())[0]).toMatchObject({ what: 'audit-exported' })
    const later = read(await (await call('GET', `audit/export?after=${seq() - 3}`)).text())
    expect(verifyChain(later, { whole: false })).toMatchObject({ broken: null, first: seq() - 3 })
  })
})

test('starts, stops, kills and the keys of the configuration that changed are recorded', async () => {
  const [stop, start, configuration] = await (async () => {
    await runtime.close()
    await open(text.replace('tune', 'observe').replace('receivers:', 'learning: 5s\nreceivers:'))
    const one = async (what: 'stop') => (await runtime.store.audit.list({ limit: 1, what })).items[0]!
    return Promise.all(['stop', 'start', 'configuration'].map((what) => one(what as 'stop')))
  })()
  expect(stop!.seq).toBe(start!.seq - 1)
  expect(start).toMatchObject({ by: null, how: 'evenkeel', from: null, detail: { mode: 'observe', auth: 'none', before: 'stopped' } })
  expect(configuration).toMatchObject({ detail: { changed: 'learning, mode', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) } })
  await runtime.close()
  const { createStore } = await import('../../store/store.ts')
  const store = createStore({ path: data })
  store.memory.put('audit/running', true)
  store.close()
  await open(text.replace('sesame-hook', 'another'))
  const found = async (what: 'start' | 'configuration') => (await runtime.store.audit.list({ limit: 1, what })).items[0]!
  expect((await found('start')).detail.before).toContain('not stopped')
  expect((await found('configuration')).detail.changed).toBe('learning, mode, receivers')
  expect(JSON.stringify(await runtime.store.audit.since(0, 100_000))).not.toContain(SECRET)
})

test('a consent that ran out is recorded', async () => {
  const consent = { allow: true, by: 'ann', at: 0, until: 1 }
  runtime.store.memory.put('monitor/dead', consent)
  await honourConsents(runtime)
  const [entry] = (await runtime.store.audit.list({ limit: 1, what: 'consent-ended' })).items
  expect(entry).toMatchObject({ about: 'dead', by: null, how: 'evenkeel', detail: { given: 'ann' } })
})

test('a store that was damaged and mended is recorded at the start', async () => {
  const repairs = ['evenkeel.db was damaged (x). 5 rows could be read.']
  const recorder = createRecorder({ ...runtime, store: { ...runtime.store, repairs: () => repairs }, monotonic: () => 0 })
  const before = seq()
  recorder.started('0.0.0')
  expect((await newest(seq() - before)).find(({ what }) => what === 'store-repaired')).toMatchObject({
    how: 'evenkeel',
    detail: { repair: repairs[0] },
  })
})

test('a clock that was set is recorded', async () => {
  runtime.bus.emit({ type: 'clock', step: { at: runtime.now(), byMs: -3_600_000 } })
  expect((await newest())[0]).toMatchObject({ what: 'clock-set', how: 'evenkeel', detail: { ahead: '-3600 s' } })
})

test('the end of a change is recorded, once', async () => {
  const change = { id: 'c1', by: 'ann', verdict: null } as never as Parameters<Runtime['audit']['change']>[0]
  const before = seq()
  for (const state of ['applying', 'watching', 'watching', 'kept', 'kept'] as const)
    runtime.bus.emit({ type: 'change', change: { ...change, state, steps: [], guards: [], journal: [] } as never })
  expect(seq()).toBe(before + 1)
  expect((await newest())[0]).toMatchObject({
    what: 'change-ended',
    about: 'c1',
    by: null,
    how: 'evenkeel',
    detail: { state: 'kept', asked: 'ann' },
  })
})
