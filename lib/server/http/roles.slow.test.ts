import { mkdtempSync, rmSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CLIENT, startIssuer } from '../../../test/issuer.ts'
import { type Actor, type Asked, walk } from '../../../test/walk.ts'
import { ANONYMOUS, type Identity } from '../../auth/identity.ts'
import type { SignedIn } from '../../auth/localSignIn.ts'
import { ROLES } from '../../auth/roles.ts'
import { parseConfig } from '../../config/parse.ts'
import { openRuntime } from '../open.ts'
import { currentRuntime, type Runtime, setRuntime } from '../runtime.ts'
import { schemas } from '../schemas.ts'
import { operations } from './operations.ts'
import { serve } from './serve.ts'

let data: string
let runtime: Runtime
beforeEach(() => {
  process.env.EVENKEEL_LOG = 'silent'
  data = mkdtempSync(join(tmpdir(), 'evenkeel-roles-'))
})
afterEach(async () => {
  await currentRuntime()?.close()
  setRuntime(undefined)
  rmSync(data, { recursive: true })
})
async function open(auth: string): Promise<void> {
  const config = parseConfig(`mode: observe\nauth: ${auth}\n`, {}, schemas(), { file: join(data, 'evenkeel.yaml'), readFile: () => '' })
  runtime = await openRuntime({ ...config, data }, { NODE_ENV: 'test' }, () => {})
  setRuntime(runtime)
}

/** One call as the server takes it in, from a connection of loopback. */
async function ask(method: string, path: string, actor: Actor): Promise<Asked> {
  const headers = { host: '127.0.0.1:3000', ...actor.headers }
  const message = {
    socket: { remoteAddress: '127.0.0.1' },
    headers,
    headersDistinct: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), [value]])),
  } as unknown as IncomingMessage
  runtime.auth.meet(message)
  const leaving = new AbortController()
  const response = await serve(
    new Request(`http://127.0.0.1:3000${path}`, {
      method,
      headers: message.headers as Record<string, string>,
      signal: leaving.signal,
      ...(method === 'POST' ? { body: '{}' } : {}),
    }),
  )
  const isProblem = response.headers.get('content-type') === 'application/problem+json'
  const code = isProblem ? ((await response.json()) as { code: string }).code : null
  if (!isProblem) await response.body?.cancel()
  leaving.abort()
  return { status: response.status, code }
}
const nobody: Actor = { who: 'nobody', role: null, headers: {} }
const cookieOf = (cookie: string) => ({ cookie: cookie.split(';')[0]! })
const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
const tokens = (): Actor[] => [
  ...ROLES.map((role): Actor => ({ who: `${role}'s token`, role, headers: bearer(made(role).token) })),
  { who: 'a revoked token', role: null, headers: bearer(revoked()) },
  { who: 'a token that was never made', role: null, headers: bearer(`ek_0123456789ab_${'x'.repeat(43)}`) },
]
/** Tokens of somebody who stays: in each mode the one who makes them there. */
let owner: Identity
const made = (role: (typeof ROLES)[number]) => runtime.auth.tokens.create({ name: 'ci', role }, owner)
function revoked(): string {
  const { token, id } = made('admin')
  runtime.auth.tokens.revoke(id)
  return token
}

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
    await open('{ mode: local }')
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
      nobody,
      ...(await Promise.all(ROLES.map(async (role): Promise<Actor> => ({ who: `${role}'s cookie`, role, headers: await signedIn(role) })))),
      ...(await removed()),
      ...tokens(),
    ]
    const asked = await walk(ask, lasting(people))
    expect(asked).toBeGreaterThan(operations.length * 100)
  })

  test('auth: proxy', async () => {
    await open('{ mode: proxy, roles: { admin: [sre], operator: [oncall], viewer: ["*"] } }')
    owner = { kind: 'person', id: 'proxy:ann', name: 'ann', role: 'admin', session: null }
    const as = (groups: string, user = 'ann') => ({ 'X-Forwarded-User': user, 'X-Forwarded-Groups': groups })
    await walk(ask, async () => [
      nobody,
      { who: 'a viewer of the proxy', role: 'viewer', headers: as('qa', 'vic') },
      { who: 'an operator of the proxy', role: 'operator', headers: as('oncall', 'olu') },
      { who: 'an admin of the proxy', role: 'admin', headers: as('sre') },
      ...tokens(),
    ])
  })

  test('auth: oidc', async () => {
    const issuer = await startIssuer()
    try {
      await open(
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
        lasting(async () => [nobody, ...(await people()), ...tokens()]),
      )
    } finally {
      await issuer.close()
    }
  })

  test('auth: none: everybody on this machine may do everything', async () => {
    await open('{ mode: none }')
    owner = ANONYMOUS
    await walk(ask, async () => [{ who: 'anonymous', role: 'admin', headers: {} }, ...tokens().filter(({ role }) => role !== null)])
  })
})

test('what needs no role is named here', () => {
  expect(operations.filter(({ role }) => role === 'public').map(({ method, path }) => `${method} ${path}`)).toEqual([
    'GET session',
    'POST session',
    'POST session/passkey',
    'POST session/sign-out',
  ])
})

test('what is not there needs to be known to be told so', async () => {
  await open('{ mode: local }')
  for (const path of ['/api/v1/nothing', '/api/v1/tokens/a/b', '/api/v1/%00', '/api/v2/tokens'])
    expect(await ask('GET', path, nobody), path).toEqual({ status: 401, code: 'unauthenticated' })
})
