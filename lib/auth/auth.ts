import type { IncomingMessage } from 'node:http'
import type { Auth } from '../config/auth.ts'
import type { Config } from '../config/config.ts'
import type { Person } from '../model/answers/person.ts'
import { EvenkeelError } from '../model/error.ts'
import { authorityText, reachesSomewhere, roleReaches } from '../model/roles.ts'
import type { Store } from '../model/store.ts'
import { createBrowserSessions } from './browserSessions.ts'
import { type Connection, createConnections } from './connection.ts'
import { createDirectory } from './directory.ts'
import { createIdentification } from './identification.ts'
import { type Identity, isSame } from './identity.ts'
import { createLocal, type Local } from './local.ts'
import { createOidc, type Oidc } from './oidc.ts'
import { checkOrigin } from './origin.ts'
import { PRESENT_COST, type ScryptCost } from './passwordHash.ts'
import { proxyHeaders } from './proxied.ts'
import { createProxiedPeople } from './proxiedPeople.ts'
import type { RoleNeeded } from './roles.ts'
import { sealingKey } from './secret.ts'
import { createSessions, SESSION_MS, type Sessions } from './sessions.ts'
import type { SignIns } from './signIns.ts'
import { createTokens, type Tokens } from './tokens.ts'

/** What an open page asks for by itself, while nobody is at it, does not count as use of the session. */
const UNATTENDED = 'x-evenkeel-unattended'
/** Of a session's length where nobody signs in here. */
const NO_IDLE_MS = SESSION_MS

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
  /** True where the role may also be held on some targets alone: whoever asks then checks it of those that are touched. */
  somewhere?: boolean
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

/** The parts of authentication, as the configured mode has them: sessions, accounts, tokens. */
function partsOf({ config, store, now, print, signIns, passwordCost = PRESENT_COST }: AuthenticationOptions) {
  const { auth, url } = config
  const password = auth.mode === 'local' || auth.mode === 'oidc' ? sealingKey(store.memory, config.data) : ''
  const secure = url.startsWith('https:')
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
  const browser = createBrowserSessions({ sessions, secure, from })
  const removed = (id: string) => tokens.revokeOf(id)
  const shared = { store, now, password, secure, removed, signIns }
  const proxied = auth.mode === 'proxy' ? createProxiedPeople({ auth, url, store, signIns, now }) : null
  const oidc =
    auth.mode === 'oidc'
      ? createOidc({
          ...shared,
          auth,
          url,
          begin: (member, headers) => browser.begin(member, 'issuer', headers),
          from,
          signOut: (id) => sessions.endAll(id),
        })
      : null
  const local =
    auth.mode === 'local'
      ? createLocal({
          ...shared,
          auth,
          config,
          passwordCost,
          sessions,
          ended,
          begin: (person, by, { headers }) => browser.begin(person, by, headers),
          print,
        })
      : null
  const directory = createDirectory({ local, oidc, proxied })
  const tokens = createTokens({ store, now, authorityOf: directory.authorityOf, ownerNamed: directory.idNamed, ended })
  const identification = createIdentification({ mode: auth.mode, browser, sessions, tokens, proxied, directory })
  return { sessions, connections, from, browser, oidc, local, directory, tokens, identification, listeners }
}

export function createAuthentication(options: AuthenticationOptions): Authentication {
  const { url, auth } = options.config
  const { sessions, connections, from, browser, oidc, local, directory, tokens, identification, listeners } = partsOf(options)
  const { identify, identifyOrNull } = identification

  function visitorOf(identity: Identity | null, headers: Headers, connection: Connection | null): Visitor {
    const later = new Headers(headers)
    return {
      person: identity && { name: identity.name, role: identity.role, ...(identity.grants && { grants: identity.grants }) },
      identity,
      from: connection?.from ?? null,
      still: async () => identity === null || isSame(identity, identifyOrNull(later, connection)),
    }
  }

  /** Throws unless that identity reaches the role, with a second factor where one is required. */
  function checkRole(
    identity: Identity | null,
    needed: Exclude<RoleNeeded, 'public'>,
    { ownAccount = false, somewhere = false }: EnterOptions,
  ): void {
    if (!identity) throw new EvenkeelError('unauthenticated', 'Sign in, or send an API token.')
    if (!(somewhere ? reachesSomewhere(identity, needed) : roleReaches(identity.role, needed)))
      throw new EvenkeelError(
        'forbidden',
        `This needs the role ${needed}${identity.grants ? ', everywhere' : ''}; ${identity.name} is ${authorityText(identity)}.`,
      )
    if (!ownAccount && directory.lacksSecondFactor(identity))
      throw new EvenkeelError('forbidden', 'A second factor is required here: set one up on the page of your account first.')
  }

  return {
    mode: auth.mode,
    meet: connections.meet,
    from,
    local,
    oidc,
    sessions,
    tokens,
    nameOf: directory.nameOf,
    lacksSecondFactor: directory.lacksSecondFactor,
    async enter({ method, headers }, needed, options = {}) {
      checkOrigin(method, headers, { auth: auth.mode, url })
      const connection = connections.of(headers)
      const identity = needed === 'public' ? identifyOrNull(headers, connection) : identify(headers, connection)
      if (needed !== 'public') checkRole(identity, needed, options)
      if (identity?.kind === 'person' && identity.session !== null && !headers.has(UNATTENDED)) sessions.touch(identity.session)
      return visitorOf(identity, headers, connection)
    },
    async visitor({ headers }) {
      const connection = connections.of(headers)
      return visitorOf(identifyOrNull(headers, connection), headers, connection)
    },
    async signOut(headers) {
      const session = browser.of(headers)
      if (session) sessions.end(session.id)
      return { cookie: browser.forget(), next: session ? ((await oidc?.end(session.person)) ?? null) : null }
    },
    onEnded: (listener) => void listeners.push(listener),
  }
}
