import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import type { Store } from '../../model/store.ts'
import { createStore } from '../../store/store.ts'
import { createDoors, type Doors } from './doors.ts'

const data = mkdtempSync(join(tmpdir(), 'evenkeel-doors-'))
afterAll(() => rmSync(data, { recursive: true }))
let at = 0
let store: Store
let printed: string[]
const open = (mode: 'none' | 'local'): Doors =>
  createDoors({ config: { auth: { mode }, url: 'http://127.0.0.1:3000', data }, store, now: () => at, print: (text) => printed.push(text) })
const ask = (doors: Doors, method: string, path: string, headers: Record<string, string> = {}) =>
  doors.enter({ method, path, headers: new Headers({ host: '127.0.0.1:3000', ...headers }) })
const cookieOf = (set: string) => ({ cookie: `other=1; ${set.split(';')[0]}` })

beforeEach(() => {
  at = 1_700_000_000_000
  store = createStore({ path: ':memory:' })
  printed = []
})

describe('without a login', () => {
  test('everybody on this machine is anonymous and may do everything', async () => {
    expect(await ask(open('none'), 'POST', '/api/v1/mode')).toEqual({ person: { name: 'anonymous', role: 'admin' } })
    expect(printed).toEqual([])
  })
  test.each(['localhost:3000', '127.0.0.1', '[::1]:3000', 'evenkeel.localhost:3000'])('%s is us', async (host) => {
    await expect(ask(open('none'), 'GET', '/', { host })).resolves.toBeDefined()
  })
  test.each(['evil.example', 'evil.example:3000', '127.0.0.1.evil.example', 'localhost.evil.example', '', 'a@127.0.0.1', '10.0.0.1:3000'])(
    '%s is not',
    async (host) => {
      await expect(ask(open('none'), 'GET', '/api/v1/targets', { host })).rejects.toMatchObject({ code: 'forbidden' })
    },
  )
  test.each(['http://evil.example', 'null', 'http://127.0.0.1:3001', 'https://evil.example:3000', 'file://'])(
    'a change from %s is refused',
    async (origin) => {
      await expect(ask(open('none'), 'POST', '/api/v1/changes', { origin })).rejects.toMatchObject({ code: 'forbidden' })
    },
  )
  test('a change from our own page, or from a script, is not', async () => {
    await expect(ask(open('none'), 'POST', '/api/v1/changes', { origin: 'http://127.0.0.1:3000' })).resolves.toBeDefined()
    await expect(ask(open('none'), 'POST', '/api/v1/changes')).resolves.toBeDefined()
    await expect(ask(open('none'), 'POST', '/api/v1/changes', { 'sec-fetch-site': 'cross-site' })).rejects.toMatchObject({
      code: 'forbidden',
    })
  })
})

describe('with a login', () => {
  const code = () => /code=([\w-]+)/.exec(printed[0]!)![1]!
  test('nobody is let in, but to the way in and to health', async () => {
    const doors = open('local')
    for (const path of ['/', '/api/v1/targets', '/api/v1/openapi.json', '/metrics', '/api/v1/nothing', '/_next/data/x', '/sign-inx'])
      await expect(ask(doors, 'GET', path), path).rejects.toMatchObject({ code: 'unauthenticated' })
    for (const path of ['/sign-in', '/healthz', '/readyz', '/api/v1/session', '/api/v1/session/sign-out'])
      await expect(ask(doors, 'GET', path), path).resolves.toEqual({ person: null })
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
    expect(await ask(doors, 'POST', '/api/v1/tokens', cookieOf(cookie))).toEqual({ person })
    await expect(doors.signIn({ code: code() })).rejects.toMatchObject({ code: 'unauthenticated' })
    // Sessions outlive a restart.
    expect(await ask(open('local'), 'GET', '/', cookieOf(cookie))).toEqual({ person })
  })
  test('a cookie that was tampered with, or whose person is gone, opens nothing', async () => {
    const doors = open('local')
    const { cookie } = await doors.signIn({ code: code() })
    await expect(ask(doors, 'GET', '/', { cookie: `${cookie.split(';')[0]!.slice(0, -6)}AAAAAA` })).rejects.toMatchObject({
      code: 'unauthenticated',
    })
    doors.persons.endSessions('admin')
    await expect(ask(doors, 'GET', '/', cookieOf(cookie))).rejects.toMatchObject({ code: 'unauthenticated' })
  })
  test('each role reaches as far as its own', async () => {
    const doors = open('local')
    const calls = [
      ['GET', '/api/v1/targets', 'viewer'],
      ['POST', '/api/v1/rings/evaluate', 'viewer'],
      ['POST', '/api/v1/session/password', 'viewer'],
      ['POST', '/api/v1/proposals/x/apply', 'operator'],
      ['POST', '/api/v1/changes', 'operator'],
      ['DELETE', '/api/v1/silences/x', 'operator'],
      ['POST', '/api/v1/whatever-comes', 'operator'],
      ['GET', '/api/v1/tokens', 'admin'],
      ['POST', '/api/v1/persons', 'admin'],
      ['DELETE', '/api/v1/tokens/x', 'admin'],
      ['POST', '/api/v1/targets/a/monitor', 'admin'],
    ] as const
    const roles = ['viewer', 'operator', 'admin'] as const
    for (const role of roles) {
      const { token } = doors.tokens.create(`ci-${role}`, role, 'admin')
      for (const [method, path, needed] of calls) {
        const entering = ask(doors, method, path, { authorization: `Bearer ${token}` })
        if (roles.indexOf(role) >= roles.indexOf(needed))
          await expect(entering, `${role} ${method} ${path}`).resolves.toEqual({ person: { name: `ci-${role}`, role } })
        else await expect(entering, `${role} ${method} ${path}`).rejects.toMatchObject({ code: 'forbidden' })
      }
    }
  })
  test('a token is kept as a hash alone, and a revoked one opens nothing', async () => {
    const doors = open('local')
    const { token, id } = doors.tokens.create('ci', 'admin', 'admin')
    expect(JSON.stringify(store.memory.keys('').map((key) => store.memory.get(key)))).not.toContain(token.slice('ek_0123456789ab_'.length))
    expect(JSON.stringify(doors.tokens.list())).not.toContain('hash')
    await expect(ask(doors, 'GET', '/', { authorization: `Bearer ${token}x` })).rejects.toMatchObject({ code: 'unauthenticated' })
    doors.tokens.revoke(id)
    await expect(ask(doors, 'GET', '/', { authorization: `Bearer ${token}` })).rejects.toMatchObject({ code: 'unauthenticated' })
    for (const authorization of ['Bearer', 'Basic abc', 'Bearer ek_', ''])
      await expect(ask(doors, 'GET', '/', { authorization })).rejects.toMatchObject({ code: 'unauthenticated' })
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

test('every route of the server comes through the gate', () => {
  const root = fileURLToPath(new URL('../../../app', import.meta.url))
  const routes = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) => /(^|\/)route\.tsx?$/.test(path))
  expect(routes.length).toBeGreaterThan(3)
  for (const path of routes) expect(readFileSync(join(root, path), 'utf8'), path).toMatch(/\b(serve|gate)\(request/)
})
