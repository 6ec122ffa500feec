import type { OidcAuth } from '../config/auth.ts'
import { EvenkeelError } from '../model/error.ts'
import type { Authority } from '../model/roles.ts'
import type { Store } from '../model/store.ts'
import { type Begun, begun, createIssuer } from './issuer.ts'
import { createMembers, type Member } from './members.ts'
import type { PersonEntry } from './persons.ts'
import { authorityHeld, noRole, type PersonRole } from './roles.ts'
import { sealedCookie } from './sealed.ts'
import type { SignIns } from './signIns.ts'

/** How long somebody may stand before the issuer's login. */
const BEGUN_SECONDS = 600
/** ID tokens that are kept for signing out; in memory alone. */
const HINTS_MAX = 1_000

/** People who sign in with an OpenID Connect issuer. */
export type Oidc = {
  issuer: string
  /** Sends a browser to the issuer; `next` is the path of ours that it wanted, `anew` lets somebody else sign in. */
  begin(next: string, anew?: boolean): Promise<{ location: string; cookies: string[] }>
  /** Lets a browser in that comes back. `query` is all from the "?" on. Throws `forbidden` or `unreachable` with the reason. */
  finish(query: string, headers: Headers): Promise<{ location: string; cookies: string[] }>
  /** Who a member is now. Throws `forbidden` when the configuration no longer gives them a role. */
  present(id: string): ({ name: string } & Authority<PersonRole>) | null
  /** What a member may now; null for nobody. */
  authorityOf(id: string): Authority<PersonRole> | null
  nameOf(id: string): string | null
  /** Where the browser of a member ends its session with the issuer too, or null. */
  end(id: string): Promise<string | null>
  /** Why nobody can sign in now, or null. */
  trouble(): Promise<string | null>
  persons(): PersonEntry[]
  named(name: string): Member[]
  remove(name: string): void
  signOutEverywhere(name: string): void
}

type Options = {
  auth: OidcAuth
  url: string
  store: Store
  now: () => number
  password: string
  secure: boolean
  /** Begins a session; returns the Set-Cookie header. */
  begin(member: { id: string; role: PersonRole }, headers: Headers): string
  /** Ends a member's sessions. */
  signOut(id: string): void
  removed(id: string): void
  signIns: SignIns
  /** The address of the client. */
  from(headers: Headers): string | null
}

export function createOidc({ auth, url, store, now, password, secure, begin, signOut, removed, signIns, from }: Options): Oidc {
  const issuer = createIssuer(auth, url)
  const members = createMembers(store, auth.issuer, now)
  const waiting = sealedCookie<Begun & { next: string }>({
    name: 'evenkeel_begun',
    seconds: BEGUN_SECONDS,
    password,
    secure,
  })
  const hints = new Map<string, string>()

  const held = ({ name, groups }: Pick<Member, 'name' | 'groups'>) => authorityHeld(auth.roles, name, groups)

  async function admit(query: string, headers: Headers): Promise<{ location: string; cookies: string[] }> {
    const { state, nonce, verifier, next } = (await waiting.read(headers)) ?? {}
    if (!state || !nonce || !verifier || new URLSearchParams(query).get('state') !== state)
      throw new EvenkeelError('forbidden', 'This sign-in was not begun in this browser, or more than 10 minutes ago.')
    const vouched = await issuer.finish(query, { state, nonce, verifier })
    const authority = held(vouched)
    if (!authority) throw noRole(vouched.name, vouched.groups, `the claim ${auth.groups}`)
    const admitted = members.admit(vouched)
    hints.delete(vouched.subject)
    hints.set(vouched.subject, vouched.idToken)
    if (hints.size > HINTS_MAX) hints.delete(hints.keys().next().value!)
    signIns.entered(vouched.name, 'issuer', from(headers))
    return {
      location: next ?? '/',
      cookies: [begin({ id: admitted.id, role: authority.role }, headers), waiting.forget()],
    }
  }

  return {
    issuer: auth.issuer,
    async begin(next, anew = false) {
      const fresh = begun()
      return { location: await issuer.begin(fresh, anew), cookies: [await waiting.set({ ...fresh, next })] }
    },
    async finish(query, headers) {
      try {
        return await admit(query, headers)
      } catch (error) {
        signIns.refused(null, 'issuer', from(headers), error)
        throw error
      }
    },
    present(id) {
      const found = members.get(id)
      if (!found) return null
      // Read anew each time: the configuration may have changed since.
      const authority = held(found)
      if (!authority) throw noRole(found.name, found.groups, `the claim ${auth.groups}`)
      return { name: found.name, ...authority }
    },
    authorityOf(id) {
      const found = members.get(id)
      return found && held(found)
    },
    nameOf: (id) => members.get(id)?.name ?? null,
    async end(id) {
      const found = members.get(id)
      return found ? await issuer.end(hints.get(found.subject)).catch(() => null) : null
    },
    trouble: () =>
      issuer.discover().then(
        () => null,
        (error: Error) => error.message,
      ),
    persons: () =>
      members.list().flatMap((each) => {
        const authority = held(each)
        return authority
          ? [{ name: each.name, ...authority, createdAt: each.createdAt, by: auth.issuer, hasPassword: false, secondFactor: false }]
          : []
      }),
    named: (name) => members.list().filter((member) => member.name === name),
    remove(name) {
      for (const { id } of members.remove(name)) {
        signOut(id)
        removed(id)
      }
    },
    signOutEverywhere(name) {
      const named = members.list().filter((member) => member.name === name)
      if (named.length === 0) throw new EvenkeelError('not_found', 'There is no person of that name.')
      for (const { id } of named) signOut(id)
    },
  }
}
