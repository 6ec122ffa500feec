import type { ProxyAuth } from '../config/auth.ts'
import type { Authority } from '../model/roles.ts'
import type { Store } from '../model/store.ts'
import type { Connection } from './connection.ts'
import type { Identity } from './identity.ts'
import { createProxied } from './proxied.ts'
import type { PersonRole } from './roles.ts'
import type { SignIns } from './signIns.ts'
import { createVisitors } from './visitors.ts'

/** After so long without a request somebody whom a proxy vouches for comes anew. */
const AWAY_MS = 12 * 3_600_000

/** People for whom a reverse proxy vouches with each request. */
export type ProxiedPeople = {
  /** Throws `unauthenticated` or `forbidden`. */
  identify(headers: Headers, connection: Connection | null): Identity
  authorityOf(id: string): Authority<PersonRole> | null
}

type Options = { auth: ProxyAuth; url: string; store: Store; signIns: SignIns; now(): number }

export function createProxiedPeople({ auth, url, store, signIns, now }: Options): ProxiedPeople {
  const proxied = createProxied(auth, url)
  const visitors = createVisitors(store, auth)
  const seenAt = new Map<string, number>()
  /** There is no sign-in here: the first request after a long time is recorded as one. */
  function recordVisit(name: string, connection: Connection | null): void {
    const before = seenAt.get(name)
    seenAt.set(name, now())
    if (before === undefined || now() - before >= AWAY_MS) signIns.entered(name, 'proxy', connection?.from ?? null)
  }
  return {
    identify(headers, connection) {
      visitors.note(proxied.named(headers, connection))
      const { name, ...authority } = proxied.person(headers, connection)
      recordVisit(name, connection)
      return { kind: 'person', id: visitors.id(name), name, ...authority, session: null }
    },
    authorityOf: visitors.authorityOf,
  }
}
