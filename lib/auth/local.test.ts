import { scryptSync } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Secret, TOTP } from 'otpauth'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { Browser, codeOf } from '../../test/browser.ts'
import { toldSignIns } from '../../test/signIns.ts'
import { authSchema } from '../config/auth.ts'
import type { Store } from '../model/store.ts'
import { createStore } from '../store/store.ts'
import { type Authentication, createAuthentication } from './auth.ts'
import { signedIn } from './identity.ts'

const data = mkdtempSync(join(tmpdir(), 'evenkeel-local-'))
afterAll(() => rmSync(data, { recursive: true }))
const PASSWORD = 'correct horse battery'
const OWNER = '198.51.100.7'
const STRANGER = '203.0.113.66'
let at: number
let store: Store
const told = toldSignIns()
let printed: string[]
let auth: Authentication
const open = (more: Record<string, unknown> = {}) =>
  createAuthentication({
    config: { auth: authSchema.parse({ mode: 'local', ...more }), url: 'http://127.0.0.1:3000', data },
    store,
    now: () => at,
    print: (text) => printed.push(text),
    signIns: told.signIns,
    // A hundredth of what it costs at work.
    passwordCost: { ln: 10, r: 8, p: 1 },
  })
const local = () => auth.local!
const refused = (code: string) => expect.objectContaining({ code })

beforeEach(() => {
  at = 1_700_000_000_000
  store = createStore({ path: ':memory:' })
  printed = []
  auth = open()
})
async function admin(from = OWNER): Promise<Browser> {
  const browser = new Browser(auth, from)
  await browser.signIn({ code: codeOf(printed.at(-1)!) })
  return browser
}
/** An admin with a password, signed in by it. */
async function adminWithPassword(): Promise<Browser> {
  const browser = await admin()
  browser.take(await local().changePassword(await browser.own(), PASSWORD))
  return browser
}

test('an admin who has lost every way in gets a link by a file in the data folder, once; the password goes on', async () => {
  const browser = await adminWithPassword()
  const { pending, secret } = await local().enrolCodes(await browser.own(PASSWORD))
  const code = new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: at })
  await local().confirmCodes(await browser.own(), pending, code)
  auth = open()
  expect(printed).toHaveLength(1)
  writeFileSync(join(data, 'reset-admin'), '')
  auth = open()
  expect(printed).toHaveLength(2)
  expect(existsSync(join(data, 'reset-admin'))).toBe(false)
  expect(told.list).toContainEqual(['factorReset', 'admin'])
  const back = new Browser(auth, STRANGER)
  expect(await back.signIn({ code: codeOf(printed[1]!) })).toEqual({ name: 'admin', role: 'admin' })
  expect(await new Browser(auth, OWNER).signIn({ name: 'admin', password: PASSWORD })).toEqual({ name: 'admin', role: 'admin' })
  auth = open()
  expect(printed).toHaveLength(2)
})

describe('a token is never a person', () => {
  test('not even one with the name of the admin, and the admin’s role', async () => {
    const browser = await admin()
    const { identity } = await browser.ask('admin')
    const { token } = auth.tokens.create({ name: 'admin', role: 'admin' }, identity!)
    const visitor = await new Browser(auth, STRANGER).ask('admin', { authorization: `Bearer ${token}` })
    expect(visitor.identity).toMatchObject({ kind: 'token', name: 'admin' })
    expect(() => signedIn(visitor.identity)).toThrow(/Only a person who has signed in/)
  })
})

describe('a session ends, and its streams', () => {
  test('on sign-out', async () => {
    const browser = await admin()
    const visitor = await browser.ask()
    await auth.signOut(browser.headers())
    await expect(browser.ask()).rejects.toEqual(refused('unauthenticated'))
    expect(await visitor.still()).toBe(false)
  })
  test('on a change of the password, which asks for the present one, refuses common ones and begins a new session', async () => {
    const browser = await adminWithPassword()
    const stolen = new Browser(auth, STRANGER)
    for (const [name, value] of browser.cookies) stolen.cookies.set(name, value)
    const visitor = await stolen.ask()
    const another = 'unrelated words in a row'
    await expect(stolen.own().then((own) => local().changePassword(own, another))).rejects.toThrow(/present password is needed/)
    await expect(stolen.own('not this one').then((own) => local().changePassword(own, another))).rejects.toThrow(
      /not your present password/,
    )
    await expect(browser.own(PASSWORD).then((own) => local().changePassword(own, 'aaaaaaaaaaaa'))).rejects.toEqual(refused('invalid'))
    expect(await visitor.still()).toBe(true)
    browser.take(await local().changePassword(await browser.own(PASSWORD), another))
    expect(await visitor.still()).toBe(false)
    await expect(stolen.ask()).rejects.toEqual(refused('unauthenticated'))
    await expect(browser.ask('admin')).resolves.toBeDefined()
  })
  test('on another role and on removal; a token goes with its owner', async () => {
    await admin()
    const bob = new Browser(auth)
    await bob.signIn({ code: codeOf(local().invite('bob', 'admin', 'admin').link) })
    const { identity, still } = await bob.ask('admin')
    const { token } = auth.tokens.create({ name: 'ci', role: 'admin' }, identity!)
    const stream = await new Browser(auth).ask('viewer', { authorization: `Bearer ${token}` })
    local().invite('bob', 'viewer', 'admin')
    expect(await still()).toBe(false)
    await expect(bob.ask()).rejects.toEqual(refused('unauthenticated'))
    expect(auth.tokens.bearer(token)?.role).toBe('viewer')
    // It was an admin's stream.
    expect(await stream.still()).toBe(false)
    local().remove('bob')
    expect(auth.tokens.bearer(token)).toBeNull()
    expect(auth.tokens.list()).toEqual([])
  })
  test('after the idle time, which an unattended page does not prolong', async () => {
    auth = open({ idle: '30m' })
    const browser = await admin()
    at += 29 * 60_000
    await browser.ask()
    at += 29 * 60_000
    await browser.ask('viewer', { 'x-evenkeel-unattended': '1' })
    at += 60_000
    await expect(browser.ask()).rejects.toEqual(refused('unauthenticated'))
  })
  test('and each sign-in makes a new one, that ends the one of before in the same browser', async () => {
    const browser = await adminWithPassword()
    const before = browser.cookies.get('evenkeel_session')
    const { still } = await browser.ask()
    await browser.signIn({ name: 'admin', password: PASSWORD })
    expect(browser.cookies.get('evenkeel_session')).not.toBe(before)
    expect(await still()).toBe(false)
  })
  test('whoever listens is told at once', async () => {
    let ends = 0
    auth.onEnded(() => ends++)
    const browser = await admin()
    await auth.signOut(browser.headers())
    expect(ends).toBe(1)
  })
})

describe('an invitation', () => {
  test('is for the person it was made for, not for who comes by that name later', async () => {
    const old = local().invite('vic', 'viewer', 'admin')
    local().remove('vic')
    local().invite('vic', 'admin', 'admin')
    await expect(new Browser(auth).signIn({ code: codeOf(old.link) })).rejects.toEqual(refused('unauthenticated'))
  })
  test('ends those before it, and itself after a day', async () => {
    const [one, two] = [local().invite('vic', 'viewer', 'admin'), local().invite('vic', 'viewer', 'admin')]
    await expect(new Browser(auth).signIn({ code: codeOf(one.link) })).rejects.toEqual(refused('unauthenticated'))
    at += 24 * 3_600_000
    await expect(new Browser(auth).signIn({ code: codeOf(two.link) })).rejects.toEqual(refused('unauthenticated'))
  })
  test('for somebody known lets them set a new password without the forgotten one, for a quarter of an hour', async () => {
    await adminWithPassword()
    const browser = new Browser(auth)
    await browser.signIn({ code: codeOf(local().invite('admin', 'admin', 'bob').link) })
    at += 15 * 60_000
    await expect(browser.own().then((own) => local().changePassword(own, 'four other words here'))).rejects.toEqual(refused('invalid'))
    at -= 1
    await expect(local().changePassword(await browser.own(), 'four other words here')).resolves.toHaveLength(1)
  })
})

describe('guessing', () => {
  test('wrong codes cost their address alone: good links, other addresses and sessions go on', async () => {
    const browser = await admin()
    const stranger = new Browser(auth, STRANGER)
    const answers: string[] = []
    for (let guess = 0; guess < 40; guess++)
      answers.push(
        await stranger.signIn({ code: `wrong-${guess}` }).then(
          () => 'in',
          (error: { code: string }) => error.code,
        ),
      )
    expect(answers.slice(0, 10)).toEqual(Array(10).fill('unauthenticated'))
    expect(new Set(answers.slice(10))).toEqual(new Set(['too_many']))
    expect(await stranger.signIn({ code: codeOf(local().invite('vic', 'viewer', 'admin').link) })).toMatchObject({ name: 'vic' })
    expect(await new Browser(auth).signIn({ code: codeOf(local().invite('uli', 'viewer', 'admin').link) })).toMatchObject({ name: 'uli' })
    await expect(browser.ask('admin')).resolves.toBeDefined()
  })
  test('a name under attack lets its owner in from where they have been before; strangers wait', async () => {
    const browser = await adminWithPassword()
    const wrong = (name: string, from: string) =>
      new Browser(auth, from).signIn({ name, password: 'x' }).catch((error: { code: string }) => error.code)
    for (let guess = 0; guess < 5; guess++) expect(await wrong('admin', `203.0.113.${guess}`)).toBe('unauthenticated')
    expect(await wrong('admin', '203.0.113.9')).toBe('too_many')
    // Whether there is such a person does not show.
    for (let guess = 0; guess < 5; guess++) expect(await wrong('nobody', `203.0.114.${guess}`)).toBe('unauthenticated')
    expect(await wrong('nobody', '203.0.114.9')).toBe('too_many')
    // By the same network, and by the same device elsewhere.
    expect(await new Browser(auth, OWNER).signIn({ name: 'admin', password: PASSWORD })).toMatchObject({ name: 'admin' })
    const elsewhere = new Browser(auth, '192.0.2.1')
    elsewhere.cookies.set('evenkeel_device', browser.cookies.get('evenkeel_device')!)
    expect(await elsewhere.signIn({ name: 'admin', password: PASSWORD })).toMatchObject({ name: 'admin' })
    await expect(new Browser(auth, '192.0.2.99').signIn({ name: 'admin', password: PASSWORD })).rejects.toEqual(refused('too_many'))
  })
})

describe('one-time codes', () => {
  /** Sets them up; returns what the app shows at a time, and the recovery codes. */
  async function enrol(browser: Browser, present?: string) {
    const { secret, uri, qr, pending } = await local().enrolCodes(await browser.own(present))
    expect(uri).toMatch(/^otpauth:\/\/totp\/Evenkeel:admin\?/)
    expect(qr).toContain('<svg')
    const app = new TOTP({ secret: Secret.fromBase32(secret) })
    const code = () => app.generate({ timestamp: at })
    const recovery = await local().confirmCodes(await browser.own(), pending, code())
    expect(JSON.stringify(store.memory.keys('').map((key) => store.memory.get(key)))).not.toContain(secret)
    return { code, recovery: recovery! }
  }
  test('are asked for beside the password, each works once, a clock may be half a minute off', async () => {
    const browser = await adminWithPassword()
    await expect(browser.own().then((own) => local().enrolCodes(own))).rejects.toEqual(refused('invalid'))
    const { code } = await enrol(browser, PASSWORD)
    const signIn = (second?: string) => new Browser(auth).signIn({ name: 'admin', password: PASSWORD, ...(second ? { second } : {}) })
    expect(await signIn()).toEqual({ second: ['code'] })
    await expect(signIn(code()), 'the one that set it up').rejects.toThrow(/does not fit, or was used/)
    at += 30_000
    const used = code()
    at += 30_000
    expect(await signIn(used)).toMatchObject({ name: 'admin' })
    await expect(signIn(used)).rejects.toThrow(/was used/)
    await expect(signIn('000000')).rejects.toEqual(refused('unauthenticated'))
  })
  test('are asked for beside a link too; a recovery code stands in, once; an admin can take them away', async () => {
    const browser = await admin()
    const { recovery } = await enrol(browser)
    expect(recovery).toHaveLength(10)
    for (const each of recovery) expect(each).toMatch(/^([0-9a-f]{7}-){3}[0-9a-f]{7}$/)
    const { link } = local().invite('admin', 'admin', 'bob')
    const attempt = { code: codeOf(link) }
    expect(await browser.signIn(attempt)).toEqual({ second: ['code'] })
    await expect(browser.signIn({ ...attempt, second: 'not-one' })).rejects.toEqual(refused('unauthenticated'))
    expect(await browser.signIn({ ...attempt, second: recovery[3]!.toUpperCase() })).toMatchObject({ name: 'admin' })
    const again = { code: codeOf(local().invite('admin', 'admin', 'bob').link) }
    await expect(browser.signIn({ ...again, second: recovery[3]! })).rejects.toEqual(refused('unauthenticated'))
    local().resetSecondFactor('admin')
    await expect(browser.ask()).rejects.toEqual(refused('unauthenticated'))
    expect(await browser.signIn(again)).toMatchObject({ name: 'admin' })
  })
  test('cannot be guessed: ten wrong ones are an hour’s', async () => {
    const browser = await admin()
    const { code } = await enrol(browser)
    at += 30_000
    const attempt = { code: codeOf(local().invite('admin', 'admin', 'bob').link) }
    for (let guess = 0; guess < 10; guess++)
      await expect(browser.signIn({ ...attempt, second: `00000${guess}` })).rejects.toEqual(refused('unauthenticated'))
    await expect(browser.signIn({ ...attempt, second: code() })).rejects.toEqual(refused('too_many'))
  })
  test('where a second factor is required, nobody gets further than to their account without one', async () => {
    auth = open({ secondFactor: 'required' })
    const browser = await admin()
    await expect(browser.ask()).rejects.toThrow(/second factor is required/)
    const { identity, from } = await auth.enter({ method: 'GET', headers: browser.headers() }, 'viewer', { ownAccount: true })
    const mine = { ...signedIn(identity), present: undefined, origin: { headers: browser.headers(), from } }
    const { secret, pending } = await local().enrolCodes(mine)
    await local().confirmCodes(mine, pending, new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: at }))
    await expect(browser.ask('admin')).resolves.toBeDefined()
    await expect(local().removeCodes(mine)).rejects.toThrow(/second factor is required/)
  })
})

test('people from before are known, and a hash of former parameters is made anew', async () => {
  const salt = 'a'.repeat(32)
  store.memory.put('person/ann', {
    name: 'ann',
    role: 'viewer',
    createdAt: at,
    by: 'admin',
    session: 7,
    password: { salt, hash: scryptSync(PASSWORD, salt, 32).toString('hex') },
  })
  store.memory.put('invitation/0123', { name: 'ann', role: 'viewer', until: null })
  auth = open()
  const kept = () => local().persons.named('ann')!.password
  expect(kept()).toMatch(/^\$scrypt\$ln=14,r=8,p=1\$/)
  expect(store.memory.keys('invitation/')).toEqual([])
  expect(await new Browser(auth).signIn({ name: 'ann', password: PASSWORD })).toEqual({ name: 'ann', role: 'viewer' })
  expect(kept()).toMatch(/^\$scrypt\$ln=10,r=8,p=1\$/)
  expect(await new Browser(auth).signIn({ name: 'ann', password: PASSWORD })).toEqual({ name: 'ann', role: 'viewer' })
})
