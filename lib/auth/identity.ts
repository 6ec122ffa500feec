import type { Grant } from '../model/answers/person.ts'
import { EvenkeelError } from '../model/error.ts'
import { authorityText } from '../model/roles.ts'
import type { PersonRole, TokenRole } from './roles.ts'

/** A person who has signed in. `id` is unique for ever: who is invited anew by the same name is somebody else. */
export type PersonIdentity = {
  kind: 'person'
  id: string
  name: string
  role: PersonRole
  /** Further roles, on targets with certain labels. */
  grants?: Grant[]
  /** The session that they came with; null where a reverse proxy vouches for each request. */
  session: string | null
}
/** An API token. `owner` is the person who answers for it; null for one from before tokens had owners. */
export type TokenIdentity = { kind: 'token'; id: string; name: string; role: TokenRole; grants?: Grant[]; owner: string | null }

/**
 * The authenticated principal of a request. Which kind it is stands in the value: whatever is a person's own is asked of `kind` and `id`, so that
 * a token named like a person is never taken for them.
 */
export type Identity = PersonIdentity | TokenIdentity | AnonymousIdentity
type AnonymousIdentity = { kind: 'anonymous'; id: 'anonymous'; name: 'anonymous'; role: 'admin'; grants?: undefined }

/** Without a login everybody on this machine may do everything. */
export const ANONYMOUS: AnonymousIdentity = { kind: 'anonymous', id: 'anonymous', name: 'anonymous', role: 'admin' }

/** The person with a session of ours. Throws `not_allowed` for a token and for everybody else. */
export function signedIn(identity: Identity | null): PersonIdentity & { session: string } {
  if (identity?.kind !== 'person' || identity.session === null)
    throw new EvenkeelError(
      'not_allowed',
      'Only a person who has signed in here has an account: not an API token, and not whom a proxy sends.',
    )
  return { ...identity, session: identity.session }
}

export const isSame = (a: Identity, b: Identity | null): boolean =>
  b !== null &&
  a.kind === b.kind &&
  a.id === b.id &&
  authorityText(a) === authorityText(b) &&
  (a.kind !== 'person' || b.kind !== 'person' || a.session === b.session)
