import { describe, expect, test } from 'vitest'
import { CLIENT, startIssuer } from '../../../test/issuer.ts'
import { bearer, NOBODY, PROXY, rolesServer } from '../../../test/roles.ts'
import { type Actor, walk } from '../../../test/walk.ts'
import { ANONYMOUS, type Identity } from '../../auth/identity.ts'
import type { SignedIn } from '../../auth/localSignIn.ts'
import { ROLES } from '../../model/roles.ts'
import type { Runtime } from '../runtime.ts'
import { operations } from './operations.ts'

const { open, ask, tokens } = rolesServer()
let runtime: Runtime
let owner: Identity
const cookieOf = (cookie: string) => ({ cookie: cookie.split(';')[0]! })

/** Actors for one operation after the other. To sign in takes most of the time: only a call that may end a session needs new ones. */
function lasting(people: () => Promise<Actor[]>): () => Promise<Actor[]> {
  let held: Actor[] | null = null
  let calls = 0
  return async () => {
    if (operations[calls++ - 1]?.path.startsWith('session')) held = null
    held ??= await people()
    return held
  }
}

describe('nobody gets more than the own role, however the path is written', { timeout: 120_000 }, () => {
  test('auth: local', async () => {
    runtime = await open('{ mode: local }')
    const local = runtime.auth.local!
    owner = { kind: 'person', id: local.persons.named('admin')!.id, name: 'admin', role: 'admin', session: null }
    let count = 0
    const signedIn = async (role: (typeof ROLES)[number], name = `${role}-${++count}`) => {
      const { link } = local.invite(name, role, 'admin')
      const entered = await local.signIn({ code: /code=([\w-]+)/.exec(link)![1]! }, { headers: new Headers(), from: null })
      return cookieOf((entered as Extract<SignedIn, { cookies: string[] }>).cookies[0]!)
    }
    const removed = async (): Promise<Actor[]> => {
      const cookie = await signedIn('admin', 'gone')
      const gone: Identity = { kind: 'person', role: 'admin', session: null, id: local.persons.named('gone')!.id, name: 'gone' }
      const token = bearer(runtime.auth.tokens.create({ name: 'ci', role: 'admin' }, gone).token)
      local.remove('gone')
      return [
        { who: "a removed admin's cookie", role: null, headers: cookie },
        { who: "a removed admin's token", role: null, headers: token },
      ]
    }
    const people = async (): Promise<Actor[]> => [
      NOBODY,
      ...(await Promise.all(ROLES.map(async (role): Promise<Actor> => ({ who: `${role}'s cookie`, role, headers: await signedIn(role) })))),
      ...(await removed()),
      ...tokens(owner),
    ]
    const asked = await walk(ask, lasting(people))
    expect(asked).toBeGreaterThan(operations.length * 100)
  })

  test('auth: proxy', async () => {
    await open(PROXY.auth)
    await walk(ask, async () => [...PROXY.people, ...tokens(PROXY.owner)])
  })

  test('auth: oidc', async () => {
    const issuer = await startIssuer()
    try {
      runtime = await open(
        `{ mode: oidc, issuer: "${issuer.url}", client_id: ${CLIENT.id}, client_secret: "${CLIENT.secret}", roles: { admin: [sre], operator: [oncall], viewer: [staff] } }`,
      )
      const oidc = runtime.auth.oidc!
      const signedIn = async (name: string, group: string) => {
        issuer.person = { sub: name, preferred_username: name, groups: [group] }
        const { location, cookies } = await oidc.begin('/')
        const back = (await fetch(location, { redirect: 'manual' })).headers.get('location')!
        return cookieOf((await oidc.finish(new URL(back).search, new Headers(cookieOf(cookies[0]!)))).cookies[0]!)
      }
      await signedIn('stays', 'sre')
      owner = { kind: 'person', id: oidc.named('stays')[0]!.id, name: 'stays', role: 'admin', session: null }
      const people = async (): Promise<Actor[]> => {
        const gone = await signedIn('gus', 'sre')
        oidc.remove('gus')
        return [
          { who: 'a viewer of the issuer', role: 'viewer', headers: await signedIn('vic', 'staff') },
          { who: 'an operator of the issuer', role: 'operator', headers: await signedIn('olu', 'oncall') },
          { who: 'an admin of the issuer', role: 'admin', headers: await signedIn('ann', 'sre') },
          { who: 'a removed admin of the issuer', role: null, headers: gone },
        ]
      }
      await walk(
        ask,
        lasting(async () => [NOBODY, ...(await people()), ...tokens(owner)]),
      )
    } finally {
      await issuer.close()
    }
  })

  test('auth: none: everybody on this machine may do everything', async () => {
    await open('{ mode: none }')
    owner = ANONYMOUS
    await walk(ask, async () => [{ who: 'anonymous', role: 'admin', headers: {} }, ...tokens(owner).filter(({ role }) => role !== null)])
  })
})
