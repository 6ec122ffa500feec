import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { type AuthenticatorOptions, createAuthenticator } from '../../test/authenticator.ts'
import { Browser, codeOf } from '../../test/browser.ts'
import { toldSignIns } from '../../test/signIns.ts'
import { authSchema } from '../config/auth.ts'
import { createStore } from '../store/store.ts'
import { type Authentication, createAuthentication } from './auth.ts'

const data = mkdtempSync(join(tmpdir(), 'evenkeel-passkeys-'))
afterAll(() => rmSync(data, { recursive: true }))
const ORIGIN = 'https://keel.example'
const told = toldSignIns()
let at: number
let printed: string
let auth: Authentication
const open = (url: string) =>
  createAuthentication({
    config: { auth: authSchema.parse({ mode: 'local' }), url, data },
    store: createStore({ path: ':memory:' }),
    now: () => at,
    print: (text) => {
      printed = text
    },
    signIns: told.signIns,
    passwordCost: { ln: 10, r: 8, p: 1 },
  })
const local = () => auth.local!
type Authenticator = ReturnType<typeof createAuthenticator>

let browser: Browser
beforeEach(async () => {
  // The seals of challenges go by the real clock.
  at = Date.now()
  auth = open(ORIGIN)
  browser = new Browser(auth)
  await browser.signIn({ code: codeOf(printed) })
})
async function add(options: Partial<AuthenticatorOptions> = {}): Promise<{ device: Authenticator; recovery: string[] | null }> {
  const device = createAuthenticator({ origin: ORIGIN, ...options })
  const own = await browser.own()
  const { options: asked, pending } = await local().addPasskey(own)
  const response = device.register(asked as { challenge: string }) as unknown as RegistrationResponseJSON
  return { device, recovery: await local().confirmPasskey(own, pending, response, 'a key') }
}
async function attemptWith(device: Authenticator) {
  const { options, pending } = await local().passkeys.challenge()
  return { pending, passkey: device.signIn(options as { challenge: string }) as unknown as AuthenticationResponseJSON }
}

describe('a passkey', () => {
  test('signs its person in without a password, and asks for itself beside one', async () => {
    const { device, recovery } = await add()
    expect(recovery).toHaveLength(10)
    expect(await new Browser(auth).signIn(await attemptWith(device))).toEqual({ name: 'admin', role: 'admin' })
    browser.take(await local().changePassword(await browser.own(), 'correct horse battery'))
    expect(await new Browser(auth).signIn({ name: 'admin', password: 'correct horse battery' })).toEqual({ second: ['passkey'] })
    expect((await add().catch((error: Error) => error)) as Error).toMatchObject({ code: 'invalid', message: /present password/ })
  })
  test('answers each challenge once', async () => {
    const { device } = await add()
    const attempt = await attemptWith(device)
    await new Browser(auth).signIn(attempt)
    await expect(new Browser(auth).signIn(attempt)).rejects.toMatchObject({ code: 'unauthenticated' })
  })
  test('of another, of another site, or of whoever holds it, opens nothing', async () => {
    await add()
    const stranger = createAuthenticator({ origin: ORIGIN })
    await expect(new Browser(auth).signIn(await attemptWith(stranger))).rejects.toThrow(/not known here/)
    await expect(add({ origin: 'https://evil.example' })).rejects.toMatchObject({ code: 'invalid' })
    await expect(add({ verified: false })).rejects.toMatchObject({ code: 'invalid' })
    const own = await browser.own()
    const made = createAuthenticator({ origin: ORIGIN }).register({ challenge: 'x' }) as unknown as RegistrationResponseJSON
    await expect(local().confirmPasskey(own, 'made up', made, 'a key')).rejects.toMatchObject({ code: 'invalid' })
    await expect(local().confirmCodes(own, 'made up', '123456')).rejects.toMatchObject({ code: 'invalid' })
  })
  test('that is taken away, by its person or by an admin, opens nothing more', async () => {
    const { device } = await add()
    const [{ id } = { id: '' }] = local().persons.named('admin')!.passkeys!
    await local().removePasskey(await browser.own(), id)
    expect(local().persons.named('admin')!.recovery).toBeUndefined()
    await expect(new Browser(auth).signIn(await attemptWith(device))).rejects.toMatchObject({ code: 'unauthenticated' })
    const { device: other } = await add()
    local().resetSecondFactor('admin')
    await expect(new Browser(auth).signIn(await attemptWith(other))).rejects.toMatchObject({ code: 'unauthenticated' })
  })
  test('cannot be guessed at without end from one address', async () => {
    const stranger = createAuthenticator({ origin: ORIGIN })
    const codes: string[] = []
    for (let guess = 0; guess < 11; guess++)
      codes.push(
        await browser.signIn(await attemptWith(stranger)).then(
          () => 'in',
          (error: { code: string }) => error.code,
        ),
      )
    expect([codes[0], codes.at(-1)]).toEqual(['unauthenticated', 'too_many'])
  })
})

test.each([
  ['http://127.0.0.1:3000', true],
  ['https://192.0.2.1', true],
  ['http://keel.example', true],
  ['https://keel.example', false],
  ['http://localhost:3000', false],
])('%s: whether there are none is %s, and said', async (url, none) => {
  auth = open(url)
  expect(local().passkeys.unavailable !== null).toBe(none)
  const asked = local().passkeys.challenge()
  if (none) await expect(asked).rejects.toMatchObject({ code: 'not_allowed' })
  else await expect(asked).resolves.toHaveProperty('pending')
})
