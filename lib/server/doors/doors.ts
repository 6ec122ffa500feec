import { rmSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible'
import type { Auth } from '../../config/auth.ts'
import type { Config } from '../../config/config.ts'
import { EvenkeelError } from '../../model/error.ts'
import type { Store } from '../../model/store.ts'
import type { Person } from '../../model/views.ts'
import { type Connection, createConnections } from './connection.ts'
import { createOidc, type Oidc, type OidcSession } from './oidc.ts'
import { checkOrigin } from './origin.ts'
import { createPersons, type Persons } from './persons.ts'
import { createProxied, proxyHeaders } from './proxied.ts'
import { type RoleNeeded, roleReaches } from './roles.ts'
import { sealedCookie } from './sealed.ts'
import { sessionSecret, writePrivate } from './secret.ts'
import { createTokens, type Tokens } from './tokens.ts'

export const SESSION_COOKIE = 'evenkeel_session'
const SESSION_SECONDS = 14 * 86_400
const LINK_FILE = 'sign-in-link'

/** Without a login everybody on this machine may do everything. */
const ANONYMOUS: Person = { name: 'anonymous', role: 'admin' }

export type Door = { method: string; headers: Headers }
/** Who asks, and the address that they ask from; null where no connection is known. */
export type Visitor = { person: Person | null; from: string | null }

/** Who comes in, and how far. */
export type Doors = {
  mode: Auth['mode']
  /** To be called with each request before anybody else reads it. */
  meet(message: IncomingMessage): void
  /**
   * Decides on one request: origin, identity, and whether that reaches the role that what was asked for needs. Null person: it needs none and
   * there is none. Throws `forbidden` or `unauthenticated`.
   */
  enter(request: Door, needed: RoleNeeded): Promise<Visitor>
  /** Who a request comes from, whether or not they may come in: for the audit log. Never throws. */
  visitor(request: Pick<Door, 'headers'>): Promise<Visitor>
  /** Signs in by a one-time code or by name and password; returns the Set-Cookie header. Throws `unauthenticated`, `too_many`. */
  signIn(attempt: { code: string } | { name: string; password: string }): Promise<{ person: Person; cookie: string }>
  /** The Set-Cookie header that forgets the session, and where the browser ends it elsewhere too. */
  signOut(headers: Headers): Promise<{ cookie: string; next: string | null }>
  /** The way in by an OpenID Connect issuer, where that is how people sign in. */
  oidc: Oidc | null
  tokens: Tokens
  persons: Persons
  /** A new one-time sign-in link for a person. */
  invite(name: string, role: Person['role'], by: string): { link: string; until: number }
}

export type DoorsOptions = { config: Pick<Config, 'auth' | 'url' | 'data'>; store: Store; now: () => number; print(text: string): void }

export function createDoors({ config, store, now, print }: DoorsOptions): Doors {
  const mode = config.auth.mode
  const tokens = createTokens(store, now)
  const persons = createPersons(store, now)
  const password = mode === 'local' || mode === 'oidc' ? sessionSecret(config.data) : ''
  const secure = config.url.startsWith('https:')
  const cookie = { name: SESSION_COOKIE, path: '/', seconds: SESSION_SECONDS, password, secure }
  const session = sealedCookie<{ name: string; session: number }>(cookie)
  const connections = createConnections({
    trusted: 'trusted' in config.auth ? config.auth.trusted : [],
    taken: config.auth.mode === 'proxy' ? proxyHeaders(config.auth) : [],
  })
  const proxied = config.auth.mode === 'proxy' ? createProxied(config.auth, config.url) : null
  const oidc =
    config.auth.mode === 'oidc'
      ? createOidc({ auth: config.auth, url: config.url, store, now, password, secure, session: sealedCookie<OidcSession>(cookie) })
      : null
  const linkFile = join(config.data, LINK_FILE)
  const link = (code: string) => `${config.url}/sign-in?code=${code}`
  // By name and in all, not by address: addresses can be made up behind a proxy.
  const perName = new RateLimiterMemory({ points: 5, duration: 60 })
  const inAll = new RateLimiterMemory({ points: 30, duration: 60 })

  if (mode === 'local' && persons.list().length === 0) {
    const first = link(persons.invite('admin', 'admin', 'evenkeel', null))
    writePrivate(linkFile, first)
    print(`Sign in once as admin: ${first}`)
  }

  async function sessionOf(headers: Headers): Promise<Person | null> {
    const sealed = await session.read(headers)
    const person = sealed?.name === undefined ? null : persons.get(sealed.name)
    // The role is read anew each time: a cookie outlives what an admin has decided since.
    return person && person.session === sealed?.session ? { name: person.name, role: person.role } : null
  }

  async function identify(headers: Headers, connection: Connection | null): Promise<Person | null> {
    const authorization = headers.get('authorization')
    const bearer = /^Bearer +(\S+)$/i.exec(authorization ?? '')
    // A proxy may hand on a token of its own, made by whoever signs people in.
    if (authorization !== null && (!proxied || bearer?.[1]?.startsWith('ek_'))) {
      const person = bearer && tokens.bearer(bearer[1]!)
      if (!person) throw new EvenkeelError('unauthenticated', 'Authorization: this token is not known here, or was revoked.')
      return person
    }
    if (proxied) return proxied.person(headers, connection)
    if (oidc) return oidc.person(headers)
    return mode === 'none' ? ANONYMOUS : sessionOf(headers)
  }

  async function visitor({ headers }: Pick<Door, 'headers'>): Promise<Visitor> {
    const connection = connections.of(headers)
    return { person: await identify(headers, connection).catch(() => null), from: connection?.from ?? null }
  }

  return {
    mode,
    meet: connections.meet,
    tokens,
    persons,
    async enter({ method, headers }, needed) {
      checkOrigin(method, headers, { auth: mode, url: config.url })
      if (needed === 'public') return visitor({ headers })
      const connection = connections.of(headers)
      const person = await identify(headers, connection)
      if (!person) throw new EvenkeelError('unauthenticated', 'Sign in, or send an API token.')
      if (!roleReaches(person.role, needed))
        throw new EvenkeelError('forbidden', `This needs the role ${needed}; ${person.name} is ${person.role}.`)
      return { person, from: connection?.from ?? null }
    },
    visitor,
    async signIn(attempt) {
      if (mode !== 'local') throw new EvenkeelError('not_allowed', `Nobody signs in here by a link or a password: auth is "${mode}".`)
      const by = 'code' in attempt ? null : attempt.name
      await spend(inAll, 'all')
      if (by !== null) await spend(perName, by)
      const name =
        'code' in attempt ? persons.redeem(attempt.code) : persons.passwordFits(attempt.name, attempt.password) ? attempt.name : null
      const person = name === null ? null : persons.get(name)
      if (!person)
        throw new EvenkeelError(
          'unauthenticated',
          'code' in attempt ? 'This link has been used or has ended; ask for a new one.' : 'Name and password do not fit.',
        )
      if (by !== null) await perName.delete(by)
      await inAll.reward('all')
      if ('code' in attempt) rmSync(linkFile, { force: true })
      return {
        person: { name: person.name, role: person.role },
        cookie: await session.set({ name: person.name, session: person.session }),
      }
    },
    signOut: async (headers) => ({ cookie: session.forget(), next: (await oidc?.end(headers)) ?? null }),
    oidc,
    invite(name, role, by) {
      const until = now() + 86_400_000
      return { link: link(persons.invite(name, role, by, until)), until }
    },
  }
}

async function spend(limiter: RateLimiterMemory, key: string): Promise<void> {
  await limiter.consume(key).catch((rejected: RateLimiterRes) => {
    throw new EvenkeelError('too_many', `Too many attempts; try again in ${Math.max(1, Math.ceil(rejected.msBeforeNext / 1000))} s.`)
  })
}
