import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { servedFrom } from '../../../test/servedFrom.ts'
import { parseConfig } from '../../config/parse.ts'
import type { AuditEntry } from '../../model/audit.ts'
import { openRuntime } from '../open.ts'
import { type Runtime, setRuntime } from '../runtime.ts'
import { schemas } from '../schemas.ts'

const PASSWORD = 'correct horse battery staple'
let data: string
let runtime: Runtime
let printed: string[]
beforeEach(() => {
  process.env.EVENKEEL_LOG = 'silent'
  data = mkdtempSync(join(tmpdir(), 'evenkeel-sign-ins-'))
  printed = []
})
afterEach(async () => {
  await runtime.close()
  setRuntime(undefined)
  rmSync(data, { recursive: true })
})
async function open(auth: string): Promise<void> {
  const config = parseConfig(`auth: ${auth}\n`, {}, schemas(), { file: join(data, 'evenkeel.yaml'), readFile: () => '' })
  runtime = await openRuntime({ ...config, data }, { NODE_ENV: 'test' }, (text) => printed.push(text))
  setRuntime(runtime)
}

const call = (method: string, path: string, body: unknown, from: string, headers: Record<string, string> = {}): Promise<Response> =>
  servedFrom(runtime, path, { method, body, from, headers })
/** All but what Evenkeel does by itself, oldest first. */
const entries = async () =>
  (await runtime.store.audit.since(0, 1_000)).filter(({ how, what }) => how !== 'evenkeel' || what === 'person-invited')
const short = ({ what, by, how, from, about, outcome, detail }: AuditEntry) => [
  what,
  by,
  how,
  from,
  about,
  outcome,
  detail.way ?? detail.operation,
]
const cookieOf = (answer: Response) => ({
  cookie: answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; '),
})

describe('auth: local', () => {
  test('each way in and out is recorded once, with the address; a refusal names nobody who is not known here', async () => {
    await open('{ mode: local }')
    const code = /code=([\w-]+)/.exec(printed[0]!)![1]!
    expect((await call('POST', 'session', { code: 'made-up' }, '203.0.113.1')).status).toBe(401)
    const entered = await call('POST', 'session', { code }, '192.0.2.1')
    expect(entered.status).toBe(200)
    expect((await call('POST', 'session', { code }, '203.0.113.2')).status).toBe(401)
    const changed = await call('POST', 'session/password', { password: PASSWORD }, '192.0.2.1', cookieOf(entered))
    expect(changed.status).toBe(204)
    expect((await call('POST', 'session', { name: 'admin', password: `${PASSWORD}!` }, '203.0.113.3')).status).toBe(401)
    expect((await call('POST', 'session', { name: PASSWORD, password: 'admin' }, '203.0.113.4')).status).toBe(401)
    const again = await call('POST', 'session', { name: 'admin', password: PASSWORD }, '192.0.2.2')
    expect(again.status).toBe(200)
    expect((await call('POST', 'session/sign-out', undefined, '192.0.2.2', cookieOf(again))).status).toBe(200)
    const told = await entries()
    expect(told.map(short)).toEqual([
      ['person-invited', null, 'evenkeel', null, 'admin', 'done', undefined],
      ['sign-in-refused', null, 'anonymous', '203.0.113.1', '', 'refused', 'link'],
      ['sign-in', 'admin', 'person', '192.0.2.1', '', 'done', 'link'],
      ['sign-in-refused', null, 'anonymous', '203.0.113.2', '', 'refused', 'link'],
      ['password-set', 'admin', 'person', '192.0.2.1', '', 'done', 'POST session/password'],
      ['sign-in-refused', null, 'anonymous', '203.0.113.3', 'admin', 'refused', 'password'],
      ['sign-in-refused', null, 'anonymous', '203.0.113.4', '', 'refused', 'password'],
      ['sign-in', 'admin', 'person', '192.0.2.2', '', 'done', 'password'],
      ['sign-out', 'admin', 'person', '192.0.2.2', '', 'done', 'POST session/sign-out'],
    ])
    expect(JSON.stringify(told)).not.toContain(PASSWORD)
    expect(JSON.stringify(told)).not.toContain(code)
  }, 60_000)

  test('a file that lets the first admin in anew leaves an entry of the second factor and one of the link', async () => {
    await open('{ mode: local }')
    await runtime.close()
    writeFileSync(join(data, 'reset-admin'), '')
    await open('{ mode: local }')
    const own = (await runtime.store.audit.since(0, 1_000)).filter(({ how, what }) => how === 'evenkeel' && /^(second|person)/.test(what))
    expect(own.slice(-2)).toMatchObject([
      { what: 'second-factor', about: 'admin', detail: { because: expect.stringContaining('reset-admin') } },
      { what: 'person-invited', about: 'admin' },
    ])
  })

  test('guessing is counted; that it was stopped is an entry', async () => {
    await open('{ mode: local }')
    const before = (await entries()).length
    for (let i = 0; i < 40; i++) await call('POST', 'session', { code: `made-up-${i}` }, '203.0.113.9')
    const told = (await entries()).slice(before)
    expect(told.length).toBeLessThanOrEqual(2)
    expect(told[0]).toMatchObject({ what: 'sign-in-refused', detail: { code: 'unauthenticated' } })
  })

  test('a foreign page that would sign somebody in is a refusal', async () => {
    await open('{ mode: local }')
    await call('POST', 'session', { code: 'x' }, '192.0.2.9', { origin: 'http://evil.example' })
    expect((await entries()).at(-1)).toMatchObject({
      what: 'refused',
      from: '192.0.2.9',
      detail: { operation: 'POST session', code: 'forbidden' },
    })
  })
})

test('auth: proxy: the first request of somebody is their sign-in; who has no role is named in the refusal', async () => {
  await open('{ mode: proxy, trusted: [127.0.0.1], roles: { admin: [sre] } }')
  const as = (user: string, groups: string) => ({
    'x-forwarded-user': user,
    'x-forwarded-groups': groups,
    'x-forwarded-for': '198.51.100.5',
  })
  for (let i = 0; i < 3; i++) expect((await call('GET', 'frame', undefined, '127.0.0.1', as('ann', 'sre'))).status).toBe(200)
  expect((await call('GET', 'frame', undefined, '127.0.0.1', as('eve', 'sales'))).status).toBe(403)
  const told = await entries()
  expect(told.map(short)).toEqual([
    ['sign-in', 'ann', 'person', '198.51.100.5', '', 'done', 'proxy'],
    ['refused', null, 'anonymous', '198.51.100.5', '', 'refused', 'GET frame'],
  ])
  expect(told[1]!.detail.because).toContain('eve is signed in but has no role here')
})
