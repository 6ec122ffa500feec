import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CLIENT, startIssuer, type TestIssuer } from '../../test/issuer.ts'
import { toldSignIns } from '../../test/signIns.ts'
import { type Auth, authSchema } from '../config/auth.ts'
import type { Store } from '../model/store.ts'
import { createStore } from '../store/store.ts'
import { type Authentication, createAuthentication } from './auth.ts'
import type { RoleNeeded } from './roles.ts'

const data = mkdtempSync(join(tmpdir(), 'evenkeel-oidc-'))
afterAll(() => rmSync(data, { recursive: true }))
let issuer: TestIssuer
let store: Store
const told = toldSignIns()
let auth: Authentication
const url = 'https://keel.example'
const open = (more: Record<string, unknown> = {}) =>
  createAuthentication({
    config: {
      auth: authSchema.parse({
        mode: 'oidc',
        issuer: issuer.url,
        client_id: CLIENT.id,
        client_secret: CLIENT.secret,
        roles: { admin: ['sre'], viewer: ['staff'] },
        ...more,
      }) as Auth,
      url,
      data,
    },
    store,
    now: () => 1_700_000_000_000,
    print: () => {},
    signIns: told.signIns,
  })
const carried = (set: string[]) => ({
  cookie: set
    .filter((each) => !each.includes('Max-Age=0'))
    .map((each) => each.split(';')[0])
    .join('; '),
})
/** To the issuer and back, as a browser: the query that comes back, and the cookies by then. */
async function away(at = auth, next = '/targets') {
  const { location, cookies } = await at.oidc!.begin(next)
  const back = (await fetch(location, { redirect: 'manual' })).headers.get('location')!
  expect(back.startsWith(`${url}/sign-in/callback?`)).toBe(true)
  return { query: new URL(back).search, headers: new Headers(carried(cookies)), cookies, location }
}
async function signIn(at = auth) {
  const { query, headers } = await away(at)
  return await at.oidc!.finish(query, headers)
}
const enter = async (set: string[], method = 'GET', needed: RoleNeeded = 'viewer', at = auth) => ({
  person: (await at.enter({ method, headers: new Headers({ host: 'keel.example', ...carried(set) }) }, needed)).person,
})

beforeEach(async () => {
  issuer = await startIssuer()
  store = createStore({ path: ':memory:' })
  auth = open()
})
afterEach(() => issuer.close())

describe('a person signs in with the issuer', () => {
  test('and has the role of the groups, on the page that was wanted, after a restart too', async () => {
    const { location, cookies } = await signIn()
    expect(location).toBe('/targets')
    expect(cookies[0]).toMatch(/^__Host-evenkeel_session=\S+; Path=\/; HttpOnly; SameSite=Lax; Max-Age=1209600; Secure$/)
    expect(cookies[1]).toMatch(/^__Host-evenkeel_begun=; .*Max-Age=0/)
    expect(await enter(cookies, 'POST', 'admin')).toEqual({ person: { name: 'ann', role: 'admin' } })
    expect(await enter(cookies, 'GET', 'viewer', open())).toEqual({ person: { name: 'ann', role: 'admin' } })
    expect(auth.oidc!.persons()).toMatchObject([{ name: 'ann', role: 'admin', by: issuer.url }])
  })
  test('state, nonce and verifier are new each time, and sealed in a cookie of ten minutes', async () => {
    const [one, two] = [await away(), await away()]
    const asked = [one, two].map(({ location }) => new URL(location).searchParams)
    for (const name of ['state', 'nonce', 'code_challenge']) expect(asked[0]!.get(name), name).not.toBe(asked[1]!.get(name))
    expect(asked[0]!.get('scope')).toBe('openid profile email')
    expect(asked[0]!.get('redirect_uri')).toBe(`${url}/sign-in/callback`)
    expect(one.cookies[0]).toMatch(/^__Host-evenkeel_begun=\S+; Path=\/; HttpOnly; SameSite=Lax; Max-Age=600; Secure$/)
    expect(one.cookies[0]).not.toContain(asked[0]!.get('state')!)
    expect(JSON.stringify(one)).not.toContain('sesame')
    expect(asked[0]!.has('prompt')).toBe(false)
    expect(new URL((await auth.oidc!.begin('/', true)).location).searchParams.get('prompt')).toBe('login')
  })
  test('by whichever of the two ways the issuer takes the secret, or with none', async () => {
    await signIn()
    expect(issuer.seen[0]).toMatchObject({ authorization: expect.stringMatching(/^Basic /) })
    await issuer.close()
    issuer = await startIssuer({ methods: ['client_secret_post'] })
    auth = open()
    await signIn()
    expect(issuer.seen[0]!.authorization).toBeUndefined()
    await expect(signIn(open({ client_secret: undefined }))).rejects.toThrow(/it answered invalid_client/)
  })
  test('groups may lie deep, or come from userinfo alone', async () => {
    issuer.person = { sub: 's', email: 'eve@example.com', realm_access: { roles: ['staff', 7] } }
    expect(
      await enter((await signIn(open({ groups: 'realm_access.roles' }))).cookies, 'GET', 'viewer', open({ groups: 'realm_access.roles' })),
    ).toEqual({
      person: { name: 'eve@example.com', role: 'viewer' },
    })
    issuer.person = { sub: 's2', preferred_username: 'uli', groups: 'staff' }
    issuer.onlyUserinfo = ['groups', 'preferred_username']
    expect(await enter((await signIn()).cookies)).toEqual({ person: { name: 'uli', role: 'viewer' } })
  })
  test('and out: of both runtimes', async () => {
    const { cookies } = await signIn()
    const out = await auth.signOut(new Headers(carried(cookies)))
    expect(out.cookie).toMatch(/^__Host-evenkeel_session=; .*Max-Age=0/)
    const end = new URL(out.next!)
    expect([end.origin, end.pathname]).toEqual([issuer.url, '/logout'])
    expect(end.searchParams.get('post_logout_redirect_uri')).toBe(`${url}/sign-in`)
    expect(end.searchParams.get('id_token_hint')).toMatch(/^eyJ/)
    expect((await auth.signOut(new Headers())).next).toBeNull()
  })
  test('each time with a new session; signing out ends it, and it alone', async () => {
    const [one, two] = [await signIn(), await signIn()]
    expect(one.cookies[0]).not.toBe(two.cookies[0])
    const later = await auth.enter({ method: 'GET', headers: new Headers({ host: 'keel.example', ...carried(one.cookies) }) }, 'viewer')
    expect(await later.still()).toBe(true)
    await auth.signOut(new Headers(carried(one.cookies)))
    expect(await later.still()).toBe(false)
    await expect(enter(one.cookies)).rejects.toMatchObject({ code: 'unauthenticated' })
    await expect(enter(two.cookies)).resolves.toBeDefined()
  })
  test('another role ends the sessions of the one before; a token is worth what its owner is now', async () => {
    const { cookies } = await signIn()
    const { identity } = await auth.enter({ method: 'GET', headers: new Headers({ host: 'keel.example', ...carried(cookies) }) }, 'admin')
    const { token } = auth.tokens.create({ name: 'ann', role: 'admin' }, identity!)
    issuer.person = { ...issuer.person, groups: ['staff'] }
    await signIn()
    await expect(enter(cookies)).rejects.toMatchObject({ code: 'unauthenticated' })
    expect(auth.tokens.bearer(token)).toMatchObject({ kind: 'token', role: 'viewer' })
    auth.oidc!.remove('ann')
    expect(auth.tokens.bearer(token)).toBeNull()
  })
  test('who is removed has no session left, and gets a new one that the old cookie does not fit', async () => {
    const { cookies } = await signIn()
    auth.oidc!.remove('ann')
    await expect(enter(cookies)).rejects.toMatchObject({ code: 'unauthenticated' })
    await signIn()
    await expect(enter(cookies)).rejects.toMatchObject({ code: 'unauthenticated' })
    expect(() => auth.oidc!.remove('nobody')).toThrow(/no person/)
  })
})

test('who comes in, and who does not, is told', async () => {
  told.list.length = 0
  await signIn()
  const { query, headers } = await away()
  await expect(auth.oidc!.finish(query.replace(/state=[^&]+/, 'state=x'), headers)).rejects.toMatchObject({ code: 'forbidden' })
  expect(told.list).toEqual([
    ['entered', 'ann', 'issuer', null],
    ['refused', null, 'issuer', null, 'forbidden'],
  ])
})

describe('nobody comes in', () => {
  test.each([
    ['with the nonce of another sign-in', { claims: { nonce: 'another' } }, /"nonce"/],
    ['with a token that has ended', { claims: { exp: Math.floor(Date.now() / 1000) - 3_600 } }, /"exp"/],
    ['with a token for somebody else', { claims: { aud: 'another-client' } }, /"aud"/],
    ['with a token of another issuer', { claims: { iss: 'https://evil.example' } }, /"iss"/],
    ['with a token that another key signed', { key: 'foreign' as const }, /signature/],
  ])('%s', async (_, spoil, because) => {
    issuer.spoil = spoil
    const failed = await signIn().catch((error: Error) => error)
    expect(failed).toMatchObject({
      code: 'forbidden',
      message: expect.stringMatching(/^The sign-in with http:\/\/127\.0\.0\.1:\d+ failed: /),
    })
    expect((failed as Error).message).toMatch(because)
    expect((failed as Error).message).not.toMatch(/sesame|eyJ/)
    expect(auth.oidc!.persons()).toEqual([])
    // The next one is not hindered.
    issuer.spoil = {}
    await expect(signIn()).resolves.toMatchObject({ location: '/targets' })
  })
  test('with a state that this browser does not know, or no longer', async () => {
    const { query, headers } = await away()
    const other = await away()
    for (const [asked, carrying] of [
      [query, new Headers()],
      [query, other.headers],
      [query.replace(/state=[^&]+/, 'state=made-up'), headers],
      [`${query}&state=again`.replace('?', '?state=first&'), headers],
      ['', headers],
    ] as const)
      await expect(auth.oidc!.finish(asked, carrying)).rejects.toMatchObject({ code: 'forbidden' })
    expect(issuer.seen).toHaveLength(0)
  })
  test('with a code of another sign-in: its verifier does not fit', async () => {
    const [one, two] = [await away(), await away()]
    const mixed = one.query.replace(/code=[^&]+/, /code=[^&]+/.exec(two.query)![0])
    await expect(auth.oidc!.finish(mixed, one.headers)).rejects.toThrow(/it answered invalid_grant/)
  })
  test('whom the issuer turned away', async () => {
    const { query, headers } = await away()
    const state = new URLSearchParams(query).get('state')
    const refused = `?error=access_denied&error_description=${encodeURIComponent('not\r\ntoday')}&state=${state}`
    await expect(auth.oidc!.finish(refused, headers)).rejects.toThrow(/it answered access_denied: not {2}today\.$/)
  })
  test('without a group that has a role; nor when the configuration takes the role away', async () => {
    issuer.person = { sub: 's', preferred_username: 'eve', groups: ['qa', 'dev'] }
    await expect(signIn()).rejects.toThrow('eve is signed in but has no role here: the claim groups names qa, dev. An admin gives roles')
    issuer.person = { sub: 's', preferred_username: 'eve' }
    await expect(signIn()).rejects.toThrow(/the claim groups names no group/)
    issuer.person = { sub: 's', preferred_username: 'eve', groups: ['staff'] }
    const { cookies } = await signIn()
    await expect(enter(cookies, 'GET', 'viewer', open({ roles: { admin: ['sre'] } }))).rejects.toMatchObject({ code: 'forbidden' })
  })
  test('while the issuer is down, and its page says so; sessions go on, and so does everything when it is back', async () => {
    const { cookies } = await signIn()
    const { url: address } = issuer
    await issuer.close()
    auth = open()
    expect(await auth.oidc!.trouble()).toMatch(
      /^The issuer http:\/\/127\.0\.0\.1:\d+ \(auth\.issuer\) cannot be used: (.*ECONNREFUSED.*|other side closed)\.$/,
    )
    await expect(auth.oidc!.begin('/')).rejects.toMatchObject({ code: 'unreachable' })
    expect(await enter(cookies)).toEqual({ person: { name: 'ann', role: 'admin' } })
    expect((await auth.signOut(new Headers(carried(cookies)))).next).toBeNull()
    issuer = await startIssuer()
    expect(issuer.url).not.toBe(address)
    auth = open()
    expect(await auth.oidc!.trouble()).toBeNull()
    // Another issuer's people are other people.
    await expect(enter(cookies)).rejects.toMatchObject({ code: 'unauthenticated' })
  })
  test('by a link or a password', async () => {
    expect(auth.local).toBeNull()
    await expect(enter([])).rejects.toMatchObject({ code: 'unauthenticated' })
  })
})
