import type { OidcAuth } from '../../config/auth.ts'
import { EvenkeelError } from '../../model/error.ts'
import type { Store } from '../../model/store.ts'
import type { Person } from '../../model/views.ts'
import { type Begun, begun, createIssuer } from './issuer.ts'
import { createMembers, type Member } from './members.ts'
import type { PersonEntry } from './persons.ts'
import { noRole, roleHeld } from './roles.ts'
import { type SealedCookie, sealedCookie } from './sealed.ts'

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
  /** Whose session this is. Throws `forbidden` when the configuration no longer gives them a role. */
  person(headers: Headers): Promise<Person | null>
  /** Where the browser ends its session with the issuer too, or null. */
  end(headers: Headers): Promise<string | null>
  /** Why nobody can sign in now, or null. */
  trouble(): Promise<string | null>
  persons(): PersonEntry[]
  remove(name: string): void
}

export type OidcSession = { subject: string; session: string }
type Options = {
  auth: OidcAuth
  url: string
  store: Store
  now: () => number
  password: string
  secure: boolean
  session: SealedCookie<OidcSession>
}

export function createOidc({ auth, url, store, now, password, secure, session }: Options): Oidc {
  const issuer = createIssuer(auth, url)
  const members = createMembers(store, auth.issuer, now)
  const waiting = sealedCookie<Begun & { next: string }>({
    name: 'evenkeel_begun',
    path: '/sign-in',
    seconds: BEGUN_SECONDS,
    password,
    secure,
  })
  const hints = new Map<string, string>()

  async function member(headers: Headers): Promise<Member | null> {
    const sealed = await session.read(headers)
    const found = sealed?.subject === undefined ? null : members.get(sealed.subject)
    return found && found.session === sealed?.session ? found : null
  }
  const roleOf = ({ name, groups }: Pick<Member, 'name' | 'groups'>) => roleHeld(auth.roles, name, groups)

  return {
    issuer: auth.issuer,
    async begin(next, anew = false) {
      const fresh = begun()
      return { location: await issuer.begin(fresh, anew), cookies: [await waiting.set({ ...fresh, next })] }
    },
    async finish(query, headers) {
      const { state, nonce, verifier, next } = (await waiting.read(headers)) ?? {}
      if (!state || !nonce || !verifier || new URLSearchParams(query).get('state') !== state)
        throw new EvenkeelError('forbidden', 'This sign-in was not begun in this browser, or more than 10 minutes ago.')
      const vouched = await issuer.finish(query, { state, nonce, verifier })
      if (!roleOf(vouched)) throw noRole(vouched.name, vouched.groups, `the claim ${auth.groups}`)
      const admitted = members.admit(vouched)
      hints.delete(vouched.subject)
      hints.set(vouched.subject, vouched.idToken)
      if (hints.size > HINTS_MAX) hints.delete(hints.keys().next().value!)
      return {
        location: next ?? '/',
        cookies: [await session.set({ subject: admitted.subject, session: admitted.session }), waiting.forget()],
      }
    },
    async person(headers) {
      const found = await member(headers)
      if (!found) return null
      // Read anew each time: the configuration may have changed since.
      const role = roleOf(found)
      if (!role) throw noRole(found.name, found.groups, `the claim ${auth.groups}`)
      return { name: found.name, role }
    },
    async end(headers) {
      const found = await member(headers)
      return found ? await issuer.end(hints.get(found.subject)).catch(() => null) : null
    },
    trouble: () =>
      issuer.discover().then(
        () => null,
        (error: Error) => error.message,
      ),
    persons: () =>
      members.list().flatMap((each) => {
        const role = roleOf(each)
        return role ? [{ name: each.name, role, createdAt: each.createdAt, by: auth.issuer, hasPassword: false }] : []
      }),
    remove: (name) => members.remove(name),
  }
}
