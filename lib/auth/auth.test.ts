import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { Browser, codeOf } from '../../test/browser.ts'
import { toldSignIns } from '../../test/signIns.ts'
import { authSchema } from '../config/auth.ts'
import type { Store } from '../model/store.ts'
import { createStore } from '../store/store.ts'
import { type Authentication, createAuthentication } from './auth.ts'
import type { Identity } from './identity.ts'
import type { RoleNeeded } from './roles.ts'

const data = mkdtempSync(join(tmpdir(), 'evenkeel-auth-'))
afterAll(() => rmSync(data, { recursive: true }))
let at = 0
let store: Store
const told = toldSignIns()
let printed: string[]
const open = (mode: 'none' | 'local'): Authentication =>
  createAuthentication({
    config: { auth: authSchema.parse({ mode }), url: 'http://127.0.0.1:3000', data },
    store,
    now: () => at,
    print: (text) => printed.push(text),
    signIns: told.signIns,
  })
const ask = async (auth: Authentication, method: string, needed: RoleNeeded, headers: Record<string, string> = {}) =>
  (await auth.enter({ method, headers: new Headers({ host: '127.0.0.1:3000', ...headers }) }, needed)).person
const HOUR = 3_600_000
const adminOf = (auth: Authentication): Identity => {
  const { id, name, role } = auth.local!.persons.named('admin')!
  return { kind: 'person', id, name, role, session: null }
}

beforeEach(() => {
  at = 1_700_000_000_000
  store = createStore({ path: ':memory:' })
  printed = []
})

describe('without a login', () => {
  test('everybody on this machine is anonymous and may do everything', async () => {
    expect(await ask(open('none'), 'POST', 'admin')).toEqual({ name: 'anonymous', role: 'admin' })
    expect(printed).toEqual([])
  })
  test.each(['localhost:3000', '127.0.0.1', '[::1]:3000', 'evenkeel.localhost:3000'])('%s is us', async (host) => {
    await expect(ask(open('none'), 'GET', 'viewer', { host })).resolves.toBeDefined()
  })
  test.each(['evil.example', 'evil.example:3000', '127.0.0.1.evil.example', 'localhost.evil.example', '', 'a@127.0.0.1', '10.0.0.1:3000'])(
    '%s is not',
    async (host) => {
      await expect(ask(open('none'), 'GET', 'public', { host })).rejects.toMatchObject({ code: 'forbidden' })
    },
  )
  test.each(['http://evil.example', 'null', 'http://127.0.0.1:3001', 'https://evil.example:3000', 'file://'])(
    'a change from %s is refused',
    async (origin) => {
      await expect(ask(open('none'), 'POST', 'operator', { origin })).rejects.toMatchObject({ code: 'forbidden' })
    },
  )
  test('a change from our own page, or from a script, is not', async () => {
    await expect(ask(open('none'), 'POST', 'operator', { origin: 'http://127.0.0.1:3000' })).resolves.toBeDefined()
    await expect(ask(open('none'), 'POST', 'operator')).resolves.toBeDefined()
    await expect(ask(open('none'), 'POST', 'operator', { 'sec-fetch-site': 'cross-site' })).rejects.toMatchObject({
      code: 'forbidden',
    })
  })
})

describe('with a login', () => {
  const code = () => /code=([\w-]+)/.exec(printed[0]!)![1]!
  test('nobody reaches what needs a role', async () => {
    const auth = open('local')
    for (const needed of ['viewer', 'operator', 'admin'] as const)
      await expect(ask(auth, 'GET', needed), needed).rejects.toMatchObject({ code: 'unauthenticated' })
    expect(await ask(auth, 'GET', 'public')).toBeNull()
  })
  test('the first start prints a link, which works once', async () => {
    const auth = open('local')
    expect(printed).toHaveLength(1)
    expect(readFileSync(join(data, 'sign-in-link'), 'utf8')).toContain(code())
    expect(statSync(join(data, 'sign-in-link')).mode & 0o777).toBe(0o600)
    expect(statSync(join(data, 'session.key')).mode & 0o777).toBe(0o600)
    const browser = new Browser(auth)
    expect(await browser.signIn({ code: code() })).toEqual({ name: 'admin', role: 'admin' })
    await expect(browser.ask('admin')).resolves.toMatchObject({ identity: { kind: 'person', name: 'admin', role: 'admin' } })
    await expect(new Browser(auth).signIn({ code: code() })).rejects.toMatchObject({ code: 'unauthenticated' })
    // Sessions outlive a restart, and a start does not print links while an admin is in.
    const later = new Browser(open('local'))
    for (const [name, value] of browser.cookies) later.cookies.set(name, value)
    await expect(later.ask()).resolves.toMatchObject({ person: { name: 'admin' } })
    expect(printed).toHaveLength(1)
  })
  test('until an admin can come in again, each start prints a new link that ends the one before; each ends after a day', async () => {
    const first = codeOf(open('local') && printed[0]!)
    const auth = open('local')
    expect(printed).toHaveLength(2)
    expect(printed[1]).toContain('within 24 h')
    await expect(new Browser(auth).signIn({ code: first })).rejects.toMatchObject({ code: 'unauthenticated' })
    at += 24 * HOUR
    await expect(new Browser(auth).signIn({ code: codeOf(printed[1]!) })).rejects.toMatchObject({ code: 'unauthenticated' })
    expect(await new Browser(open('local')).signIn({ code: codeOf(printed[2]!) })).toMatchObject({ name: 'admin' })
  })
  test('a cookie that was tampered with opens nothing; its name shows TLS', async () => {
    const auth = open('local')
    const browser = new Browser(auth)
    await browser.signIn({ code: code() })
    const secret = browser.cookies.get('evenkeel_session')!
    browser.cookies.set('evenkeel_session', `${secret.slice(0, -6)}AAAAAA`)
    await expect(browser.ask()).rejects.toMatchObject({ code: 'unauthenticated' })
    expect(JSON.stringify(store.memory.keys('').map((key) => [key, store.memory.get(key)]))).not.toContain(secret)
    const secure = createAuthentication({
      config: { auth: authSchema.parse({ mode: 'local' }), url: 'https://keel.example', data },
      store: createStore({ path: ':memory:' }),
      now: () => at,
      print: (text) => printed.push(text),
      signIns: told.signIns,
    })
    const headers = new Headers()
    const entered = await secure.local!.signIn({ code: codeOf(printed.at(-1)!) }, { headers, from: null })
    expect('cookies' in entered && entered.cookies).toEqual([
      expect.stringMatching(/^__Host-evenkeel_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=1209600; Secure$/),
      expect.stringMatching(/^__Host-evenkeel_device=\S+; Path=\/; HttpOnly; SameSite=Lax; Max-Age=31536000; Secure$/),
    ])
  })
  test('each role reaches as far as its own', async () => {
    const auth = open('local')
    const roles = ['viewer', 'operator', 'admin'] as const
    for (const role of roles) {
      const { token } = auth.tokens.create({ name: `ci-${role}`, role }, adminOf(auth))
      for (const needed of roles) {
        const entering = ask(auth, 'POST', needed, { authorization: `Bearer ${token}` })
        if (roles.indexOf(role) >= roles.indexOf(needed)) await expect(entering).resolves.toEqual({ name: `ci-${role}`, role })
        else await expect(entering, `${role} at ${needed}`).rejects.toMatchObject({ code: 'forbidden' })
      }
    }
  })
  test('the last admin stays', async () => {
    const { local } = open('local')
    expect(() => local!.remove('admin')).toThrow(/last admin/)
    expect(() => local!.invite('admin', 'viewer', 'admin')).toThrow(/last admin/)
  })
})

/** Below app/, the files of that name with their text. */
function filesNamed(name: RegExp): [path: string, text: string][] {
  const root = fileURLToPath(new URL('../../app', import.meta.url))
  const paths = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) => name.test(path))
  return paths.map((path) => [path, readFileSync(join(root, path), 'utf8')])
}
test('every route handler comes through the gate', () => {
  const routes = filesNamed(/(^|\/)route\.tsx?$/)
  expect(routes.length).toBeGreaterThan(3)
  for (const [path, text] of routes) expect(text, path).toMatch(/\bserve\(request\)|\bgate\(request, '(public|viewer|operator|admin)'/)
})
test('every page but the way in asks for a role before it reads anything', () => {
  const pages = filesNamed(/(^|\/)page\.tsx$/).filter(([path]) => path !== 'sign-in/page.tsx')
  expect(pages.length).toBeGreaterThan(10)
  for (const [path, text] of pages) {
    expect(text, path).toMatch(
      /export default async function Page\(.*\) \{\n +const \{ runtime.*\} = await visit\('(viewer|operator|admin)'(, \{ ownAccount: true \})?\)\n/,
    )
    expect(text, path).not.toContain('lib/server/runtime.ts')
    if (path !== 'account/page.tsx') expect(text, path).not.toContain('ownAccount')
  }
})
