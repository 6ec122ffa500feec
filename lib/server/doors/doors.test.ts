import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { authSchema } from '../../config/auth.ts'
import type { Store } from '../../model/store.ts'
import { createStore } from '../../store/store.ts'
import { createDoors, type Doors } from './doors.ts'
import type { RoleNeeded } from './roles.ts'

const data = mkdtempSync(join(tmpdir(), 'evenkeel-doors-'))
afterAll(() => rmSync(data, { recursive: true }))
let at = 0
let store: Store
let printed: string[]
const open = (mode: 'none' | 'local'): Doors =>
  createDoors({
    config: { auth: authSchema.parse({ mode }), url: 'http://127.0.0.1:3000', data },
    store,
    now: () => at,
    print: (text) => printed.push(text),
  })
const ask = async (doors: Doors, method: string, needed: RoleNeeded, headers: Record<string, string> = {}) =>
  (await doors.enter({ method, headers: new Headers({ host: '127.0.0.1:3000', ...headers }) }, needed)).person
const cookieOf = (set: string) => ({ cookie: `other=1; ${set.split(';')[0]}` })

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
    const doors = open('local')
    for (const needed of ['viewer', 'operator', 'admin'] as const)
      await expect(ask(doors, 'GET', needed), needed).rejects.toMatchObject({ code: 'unauthenticated' })
    expect(await ask(doors, 'GET', 'public')).toBeNull()
  })
  test('the first start prints one link, which works once', async () => {
    const doors = open('local')
    expect(printed).toHaveLength(1)
    expect(readFileSync(join(data, 'sign-in-link'), 'utf8')).toContain(code())
    expect(statSync(join(data, 'sign-in-link')).mode & 0o777).toBe(0o600)
    expect(statSync(join(data, 'session.key')).mode & 0o777).toBe(0o600)
    open('local')
    expect(printed).toHaveLength(1)
    const { person, cookie } = await doors.signIn({ code: code() })
    expect(person).toEqual({ name: 'admin', role: 'admin' })
    expect(cookie).toMatch(/HttpOnly; SameSite=Lax/)
    expect(await ask(doors, 'POST', 'admin', cookieOf(cookie))).toEqual(person)
    await expect(doors.signIn({ code: code() })).rejects.toMatchObject({ code: 'unauthenticated' })
    // Sessions outlive a restart.
    expect(await ask(open('local'), 'GET', 'viewer', cookieOf(cookie))).toEqual(person)
  })
  test('a cookie that was tampered with, or whose person is gone, opens nothing', async () => {
    const doors = open('local')
    const { cookie } = await doors.signIn({ code: code() })
    await expect(ask(doors, 'GET', 'viewer', { cookie: `${cookie.split(';')[0]!.slice(0, -6)}AAAAAA` })).rejects.toMatchObject({
      code: 'unauthenticated',
    })
    doors.persons.endSessions('admin')
    await expect(ask(doors, 'GET', 'viewer', cookieOf(cookie))).rejects.toMatchObject({ code: 'unauthenticated' })
  })
  test('each role reaches as far as its own', async () => {
    const doors = open('local')
    const roles = ['viewer', 'operator', 'admin'] as const
    for (const role of roles) {
      const { token } = doors.tokens.create(`ci-${role}`, role, 'admin')
      for (const needed of roles) {
        const entering = ask(doors, 'POST', needed, { authorization: `Bearer ${token}` })
        if (roles.indexOf(role) >= roles.indexOf(needed)) await expect(entering).resolves.toEqual({ name: `ci-${role}`, role })
        else await expect(entering, `${role} at ${needed}`).rejects.toMatchObject({ code: 'forbidden' })
      }
    }
  })
  test('a token is kept as a hash alone, and a revoked one opens nothing', async () => {
    const doors = open('local')
    const { token, id } = doors.tokens.create('ci', 'admin', 'admin')
    expect(JSON.stringify(store.memory.keys('').map((key) => store.memory.get(key)))).not.toContain(token.slice('ek_0123456789ab_'.length))
    expect(JSON.stringify(doors.tokens.list())).not.toContain('hash')
    await expect(ask(doors, 'GET', 'viewer', { authorization: `Bearer ${token}x` })).rejects.toMatchObject({ code: 'unauthenticated' })
    doors.tokens.revoke(id)
    await expect(ask(doors, 'GET', 'viewer', { authorization: `Bearer ${token}` })).rejects.toMatchObject({ code: 'unauthenticated' })
    for (const authorization of ['Bearer', 'Basic abc', 'Bearer ek_', ''])
      await expect(ask(doors, 'GET', 'viewer', { authorization })).rejects.toMatchObject({ code: 'unauthenticated' })
  })
  test('passwords, and guessing them', async () => {
    const doors = open('local')
    doors.invite('ann', 'operator', 'admin')
    doors.persons.password('ann', 'correct horse battery')
    expect((await doors.signIn({ name: 'ann', password: 'correct horse battery' })).person).toEqual({ name: 'ann', role: 'operator' })
    for (let guess = 0; guess < 5; guess++)
      await expect(doors.signIn({ name: 'ann', password: `${guess}` })).rejects.toMatchObject({ code: 'unauthenticated' })
    await expect(doors.signIn({ name: 'ann', password: 'correct horse battery' })).rejects.toMatchObject({ code: 'too_many' })
    await expect(doors.signIn({ name: 'nobody', password: '' })).rejects.toMatchObject({ code: 'unauthenticated' })
  })
  test('an invitation ends; the last admin stays', async () => {
    const doors = open('local')
    const { link } = doors.invite('bob', 'viewer', 'admin')
    at += 86_400_001
    await expect(doors.signIn({ code: /code=(.+)$/.exec(link)![1]! })).rejects.toMatchObject({ code: 'unauthenticated' })
    expect(() => doors.persons.remove('admin')).toThrow(/last admin/)
    expect(() => doors.invite('admin', 'viewer', 'admin')).toThrow(/last admin/)
  })
})

/** Below app/, the files of that name with their text. */
function filesNamed(name: RegExp): [path: string, text: string][] {
  const root = fileURLToPath(new URL('../../../app', import.meta.url))
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
      /export default async function Page\(.*\) \{\n +const \{ house.*\} = await visit\('(viewer|operator|admin)'\)\n/,
    )
    expect(text, path).not.toContain('lib/server/house.ts')
  }
})
