import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { servedFrom } from '../../../test/servedFrom.ts'
import { parseConfig } from '../../config/parse.ts'
import { openRuntime } from '../open.ts'
import { type Runtime, setRuntime } from '../runtime.ts'
import { schemas } from '../schemas.ts'

/** What was tried on the running product, by the API alone, as whoever tried it could. */
let data: string
let runtime: Runtime
let printed: string
beforeEach(async () => {
  process.env.EVENKEEL_LOG = 'silent'
  data = mkdtempSync(join(tmpdir(), 'evenkeel-attacks-'))
  const config = parseConfig('auth: { mode: local }\n', {}, schemas(), { file: join(data, 'evenkeel.yaml'), readFile: () => '' })
  runtime = await openRuntime({ ...config, data }, { NODE_ENV: 'test' }, (text) => {
    printed = text
  })
  setRuntime(runtime)
})
afterEach(async () => {
  await runtime.close()
  setRuntime(undefined)
  rmSync(data, { recursive: true })
})

const PASSWORD = 'correct horse battery'
type Sent = { method?: string; headers?: Record<string, string>; body?: unknown; from?: string }
const call = (path: string, { from = '198.51.100.7', ...sent }: Sent = {}): Promise<Response> =>
  servedFrom(runtime, path, { ...sent, from })
const post = (path: string, body: unknown = {}, sent: Sent = {}) => call(path, { ...sent, method: 'POST', body })
const codeIn = (text: string) => /code=([\w-]+)/.exec(text)![1]!
const cookieOf = (answer: Response) => ({ cookie: answer.headers.getSetCookie()[0]!.split(';')[0]! })
async function admin(): Promise<{ cookie: string }> {
  return cookieOf(await post('session', { code: codeIn(printed) }))
}
async function token(headers: Record<string, string>, name: string, role: string) {
  const answer = await post('tokens', { name, role }, { headers })
  expect(answer.status).toBe(201)
  const made = (await answer.json()) as { id: string; token: string; until: string; owner: string }
  return { ...made, headers: { authorization: `Bearer ${made.token}` } }
}
async function invite(headers: Record<string, string>, name: string, role: string): Promise<string> {
  return codeIn(((await (await post('persons', { name, role }, { headers })).json()) as { link: string }).link)
}

test('a token that is named like the admin does not take the admin over', async () => {
  const headers = await admin()
  const named = await token(headers, 'admin', 'viewer')
  for (const [path, body] of [
    ['session/password', { password: PASSWORD }],
    ['session/codes', {}],
    ['session/passkeys', {}],
    ['session/recovery', {}],
  ] as const)
    expect((await post(path, body, { headers: named.headers })).status, path).toBe(409)
  expect((await call('session/sessions', { method: 'DELETE', headers: named.headers })).status).toBe(409)
  expect((await post('session', { name: 'admin', password: PASSWORD })).status).toBe(401)
  expect((await call('tokens', { headers })).status).toBe(200)
})

describe('what was ended stays ended', () => {
  test('a cookie after sign-out', async () => {
    const headers = await admin()
    expect((await call('tokens', { headers })).status).toBe(200)
    const out = await post('session/sign-out', undefined, { headers })
    expect(out.headers.get('clear-site-data')).toBe('"cache"')
    expect((await call('tokens', { headers })).status).toBe(401)
  })
  test('a cookie after a change of the password, which needs the present one and a good one', async () => {
    const headers = await admin()
    expect((await post('session/password', { password: 'aaaaaaaaaaaa' }, { headers })).status).toBe(422)
    const set = await post('session/password', { password: PASSWORD }, { headers })
    expect(set.status).toBe(204)
    expect((await call('tokens', { headers })).status).toBe(401)
    const now = cookieOf(set)
    expect((await post('session/password', { password: 'another one of mine' }, { headers: now })).status).toBe(422)
    expect((await post('session/password', { password: 'another one of mine', present: 'x' }, { headers: now })).status).toBe(422)
    expect((await call('tokens', { headers: now })).status).toBe(200)
  })
  test('the token of a removed admin', async () => {
    const headers = await admin()
    const gone = cookieOf(await post('session', { code: await invite(headers, 'gus', 'admin') }))
    const theirs = await token(gone, 'ci', 'admin')
    expect(theirs).toMatchObject({ owner: 'gus', until: expect.stringMatching(/^\d{4}-/) })
    expect((await call('tokens', { headers: theirs.headers })).status).toBe(200)
    expect((await call('persons/gus', { method: 'DELETE', headers })).status).toBe(204)
    expect((await call('tokens', { headers: theirs.headers })).status).toBe(401)
  })
  test('a token of a reporter, found on a machine of the application: it reports, and neither reads nor makes another', async () => {
    const headers = await admin()
    const found = (await token(headers, 'shop', 'reporter')).headers
    const report = await call('references/nothing', { method: 'POST', headers: found })
    expect({ status: report.status, ...(await report.json()) }).toMatchObject({ status: 404, code: 'not_found' })
    for (const path of ['overview', 'targets', 'openapi.json', 'account', 'events'])
      expect((await call(path, { headers: found })).status, path).toBe(403)
    expect((await post('tokens', { name: 'more', role: 'viewer' }, { headers: found })).status).toBe(403)
    const person = await post('persons', { name: 'rob', role: 'reporter' }, { headers })
    expect({ status: person.status, ...(await person.json()) }).toMatchObject({
      status: 400,
      detail: expect.stringMatching(/role.*viewer/s),
    })
  })
  test('an invitation to somebody who was removed, when another comes by that name', async () => {
    const headers = await admin()
    const old = await invite(headers, 'vic', 'viewer')
    expect((await call('persons/vic', { method: 'DELETE', headers })).status).toBe(204)
    await invite(headers, 'vic', 'admin')
    expect((await post('session', { code: old })).status).toBe(401)
  })
  test.each(['a token that is revoked', 'a session that is ended', 'a person who gets another role'])(
    'the event stream of %s',
    async (whose) => {
      const headers = await admin()
      const bob = cookieOf(await post('session', { code: await invite(headers, 'bob', 'operator') }))
      const made = await token(headers, 'ci', 'viewer')
      const answer = await call('events', { headers: whose.startsWith('a token') ? made.headers : bob })
      const over = vi.fn()
      void answer.text().then(over)
      await invite(headers, 'another', 'viewer')
      await new Promise((resolve) => setImmediate(resolve))
      expect(over).not.toHaveBeenCalled()
      if (whose.startsWith('a token')) await call(`tokens/${made.id}`, { method: 'DELETE', headers })
      if (whose.startsWith('a session')) await call('persons/bob/sessions', { method: 'DELETE', headers })
      if (whose.startsWith('a person')) await invite(headers, 'bob', 'viewer')
      await vi.waitFor(() => expect(over).toHaveBeenCalled())
    },
  )
})

test('31 wrong codes a minute lock out nobody but their address, and no good link from there either', async () => {
  const headers = await admin()
  const [here, there] = [await invite(headers, 'here', 'viewer'), await invite(headers, 'there', 'viewer')]
  const answers: number[] = []
  for (let guess = 0; guess < 31; guess++)
    answers.push((await post('session', { code: `wrong-${guess}` }, { from: '203.0.113.66' })).status)
  expect([answers[0], answers.at(-1)]).toEqual([401, 429])
  expect((await post('session', { code: here }, { from: '203.0.113.66' })).status).toBe(200)
  expect((await post('session', { code: there })).status).toBe(200)
  expect((await call('tokens', { headers })).status).toBe(200)
})

test('nothing in the data folder can be read by others', () => {
  for (const file of ['evenkeel.db', 'session.key', 'sign-in-link']) expect(statSync(join(data, file)).mode & 0o077, file).toBe(0)
})
