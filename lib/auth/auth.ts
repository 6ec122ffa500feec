import type { IncomingMessage } from 'node:http'
import type { Auth } from '../config/auth.ts'
import type { Config } from '../config/config.ts'
import type { Person } from '../model/answers/person.ts'
import { EvenkeelError } from '../model/error.ts'
import type { Store } from '../model/store.ts'
import { type Connection, createConnections } from './connection.ts'
import { createCookie } from './cookie.ts'
import { ANONYMOUS, type Identity, isSame } from './identity.ts'
import { createLocal, type Local } from './local.ts'
import { createOidc, type Oidc } from './oidc.ts'
import { checkOrigin } from './origin.ts'
import { PRESENT_COST, type ScryptCost } from './passwordHash.ts'
import { hasSecondFactor } from './persons.ts'
import { createProxied, proxyHeaders } from './proxied.ts'
import { type PersonRole, type RoleNeeded, roleReaches } from './roles.ts'
import { sessionSecret } from './secret.ts'
import { createSessions, SESSION_MS, type Session, type Sessions } from './sessions.ts'
import type { SignIns } from './signIns.ts'
import { createTokens, type Tokens } from './tokens.ts'
import { createVisitors } from './visitors.ts'

const SESSION_COOKIE = 'evenkeel_session'
/** What an open page asks for by itself, while nobody is at it, does not count as use of the session. */
const UNATTENDED = 'x-evenkeel-unattended'
/** Of a session's length where nobody signs in here. */
const NO_IDLE_MS = SESSION_MS

/** After so long without a request somebody whom a proxy vouches for comes anew. */
const AWAY_MS = 12 * 3_600_000

export type Entry = { method: string; headers: Headers }
/** Who asks, and the address that they ask from; null where no connection is known. */
export type Visitor = {
  person: Person | null
  identity: Identity | null
  from: string | null
  /** False when whoever asked could no longer ask: a session or token has ended, a role is another. For streams. */
  still(): Promise<boolean>
}
export type EnterOptions = {
  /** True for what people must reach to set up a required second factor: their own account. */
  ownAccount?: boolean
}

/** Who comes in, and how far. */
export type Authentication = {
  mode: Auth['mode']
  /** To be called with each request before anybody else reads it. */
  meet(message: IncomingMessage): void
  /**
   * Decides on one request: origin, identity, and whether that reaches the role that what was asked for needs. Null person: it needs none and
   * there is none. Throws `forbidden` or `unauthenticated`.
   */
  enter(request: Entry, needed: RoleNeeded, options?: EnterOptions): Promise<Visitor>
  /** Who a request comes from, whether or not they may come in: for the audit log. Never throws. */
  visitor(request: Pick<Entry, 'headers'>): Promise<Visitor>
  /** Where a request comes from: the client's address, or null where no connection is known. */
  from(headers: Headers): string | null
  /** Ends the session; the Set-Cookie header that forgets it, and where the browser ends it elsewhere too. */
  signOut(headers: Headers): Promise<{ cookie: string; next: string | null }>
  /** Accounts of people who sign in here, where that is how they do. */
  local: Local | null
  /** The way in by an OpenID Connect issuer, where that is how people sign in. */
  oidc: Oidc | null
  sessions: Sessions
  tokens: Tokens
  /** What somebody is called, by their id; null when they are gone. */
  nameOf(id: string): string | null
  /** Whether a person must set up a second factor before they get any further. */
  lacksSecondFactor(identity: Identity | null): boolean
  /** Calls `listener` whenever a session or a token has ended or lost its role: streams must look again. */
  onEnded(listener: () => void): void
}

export type AuthenticationOptions = {
  config: Pick<Config, 'auth' | 'url' | 'data'>
  store: Store
  now: () => number
  /** For what a person must read once: the sign-in link. */
  print(text: string): void
  signIns: SignIns
  passwordCost?: ScryptCost
}

export function createAuthentication({
  config,
  store,
  now,
  print,
  signIns,
  passwordCost = PRESENT_COST,
}: AuthenticationOptions): Authentication {
  const { auth } = config
  const { mode } = auth
  const password = mode === 'local' || mode === 'oidc' ? sessionSecret(config.data) : ''
  const secure = config.url.startsWith('https:')
  const cookie = createCookie({ name: SESSION_COOKIE, seconds: SESSION_MS / 1000, secure })
  const listeners: (() => void)[] = []
  const ended = () => {
    for (const listener of listeners) listener()
  }
  const sessions = createSessions({ store, now, idleMs: 'idle' in auth ? auth.idle : NO_IDLE_MS, ended })
  const connections = createConnections({
    trusted: 'trusted' in auth ? auth.trusted : [],
    taken: auth.mode === 'proxy' ? proxyHeaders(auth) : [],
  })
  const from = (headers: Headers) => connections.of(headers)?.from ?? null

  function begin(person: { id: string; role: PersonRole }, by: Session['by'], headers: Headers): string {
    // Whoever signs in again in the same browser leaves no session behind.
    const before = sessionIn(headers)
    if (before) sessions.end(before.id)
    const agent = headers.get('user-agent') ?? ''
    return cookie.set(sessions.begin({ person: person.id, role: person.role, by, from: from(headers), agent }))
  }
  function sessionIn(headers: Headers): Session | null {
    const secret = cookie.read(headers)
    return secret === null ? null : sessions.find(secret)
  }
  const removed = (id: string) => tokens.revokeOf(id)

  const proxied = auth.mode === 'proxy' ? createProxied(auth, config.url) : null
  const visitors = auth.mode === 'proxy' ? createVisitors(store, auth) : null
  const oidc =
    auth.mode === 'oidc'
      ? createOidc({
          auth,
          url: config.url,
          store,
          now,
          password,
          secure,
          begin: (member, headers) => begin(member, 'issuer', headers),
          signIns,
          from,
          signOut: (id) => sessions.endAll(id),
          removed,
        })
      : null
  const local =
    auth.mode === 'local'
      ? createLocal({
          auth,
          config,
          store,
          now,
          passwordCost,
          password,
          secure,
          sessions,
          begin: (person, by, { headers }) => begin(person, by, headers),
          removed,
          signIns,
          print,
        })
      : null

  /** The role that somebody holds now, by their id; null for nobody. */
  function roleOf(id: string): PersonRole | null {
    if (local) return local.persons.get(id)?.role ?? null
    if (oidc) return oidc.roleOf(id)
    if (visitors) return visitors.roleOf(id)
    return id === ANONYMOUS.id ? ANONYMOUS.role : null
  }
  function nameOf(id: string): string | null {
    if (id === ANONYMOUS.id) return ANONYMOUS.name
    if (id.startsWith('proxy:')) return id.slice('proxy:'.length)
    return local?.persons.get(id)?.name ?? oidc?.nameOf(id) ?? null
  }
  function ownerNamed(name: string): string | null {
    if (local) return local.persons.named(name)?.id ?? null
    return oidc?.named(name)[0]?.id ?? null
  }
  const tokens = createTokens({ store, now, roleOf, ownerNamed, ended })

  /** Where a proxy vouches for each request there is no sign-in: the first request after a long time is taken for one. */
  const seenAt = new Map<string, number>()
  function greet(name: string, connection: Connection | null): void {
    const before = seenAt.get(name)
    seenAt.set(name, now())
    if (before === undefined || now() - before >= AWAY_MS) signIns.entered(name, 'proxy', connection?.from ?? null)
  }
  function person(headers: Headers, connection: Connection | null): Identity | null {
    if (proxied && visitors) {
      visitors.note(proxied.named(headers, connection))
      const { name, role } = proxied.person(headers, connection)
      greet(name, connection)
      return { kind: 'person', id: visitors.id(name), name, role, session: null }
    }
    const session = sessionIn(headers)
    const present = session && (local ? local.persons.get(session.person) : oidc?.present(session.person))
    if (!session || !present) return null
    if (present.role === session.role)
      return { kind: 'person', id: session.person, name: present.name, role: present.role, session: session.id }
    sessions.end(session.id)
    return null
  }
  function identify(headers: Headers, connection: Connection | null): Identity | null {
    const authorization = headers.get('authorization')
    const bearer = /^Bearer +(\S+)$/i.exec(authorization ?? '')
    // A proxy may hand on a token of its own, made by whoever signs people in.
    if (authorization !== null && (!proxied || bearer?.[1]?.startsWith('ek_'))) {
      const token = bearer && tokens.bearer(bearer[1]!)
      if (!token) throw new EvenkeelError('unauthenticated', 'Authorization: this token is not known here, has ended, or was revoked.')
      return token
    }
    return mode === 'none' ? ANONYMOUS : person(headers, connection)
  }
  function identifyOrNull(headers: Headers, connection: Connection | null): Identity | null {
    try {
      return identify(headers, connection)
    } catch {
      return null
    }
  }
  const lacksSecondFactor = (identity: Identity | null): boolean => {
    const account = local?.required && identity?.kind === 'person' ? local.persons.get(identity.id) : null
    return account ? !hasSecondFactor(account) : false
  }

  function visitorOf(identity: Identity | null, headers: Headers, connection: Connection | null): Visitor {
    const later = new Headers(headers)
    return {
      person: identity && { name: identity.name, role: identity.role },
      identity,
      from: connection?.from ?? null,
      still: async () => identity === null || isSame(identity, identifyOrNull(later, connection)),
    }
  }

  return {
    mode,
    meet: connections.meet,
    from,
    local,
    oidc,
    sessions,
    tokens,
    nameOf,
    lacksSecondFactor,
    async enter({ method, headers }, needed, { ownAccount = false } = {}) {
      checkOrigin(method, headers, { auth: mode, url: config.url })
      const connection = connections.of(headers)
      const identity = needed === 'public' ? identifyOrNull(headers, connection) : identify(headers, connection)
      if (needed !== 'public') {
        if (!identity) throw new EvenkeelError('unauthenticated', 'Sign in, or send an API token.')
        if (!roleReaches(identity.role, needed))
          throw new EvenkeelError('forbidden', `This needs the role ${needed}; ${identity.name} is ${identity.role}.`)
        if (!ownAccount && lacksSecondFactor(identity))
          throw new EvenkeelError('forbidden', 'A second factor is required here: set one up on the page of your account first.')
      }
      if (identity?.kind === 'person' && identity.session !== null && !headers.has(UNATTENDED)) sessions.touch(identity.session)
      return visitorOf(identity, headers, connection)
    },
    async visitor({ headers }) {
      const connection = connections.of(headers)
      return visitorOf(identifyOrNull(headers, connection), headers, connection)
    },
    async signOut(headers) {
      const session = sessionIn(headers)
      if (session) sessions.end(session.id)
      return { cookie: cookie.forget(), next: session ? ((await oidc?.end(session.person)) ?? null) : null }
    },
    onEnded: (listener) => void listeners.push(listener),
  }
}
