import { EvenkeelError } from '../model/error.ts'
import type { Attempts } from './attempts.ts'
import type { Origin } from './knownDevices.ts'
import type { PasswordHashes } from './passwordHash.ts'
import type { LocalPerson, Persons } from './persons.ts'
import type { Session, Sessions } from './sessions.ts'

/** For so long after signing in somebody is taken to be still the one who did. */
const FRESH_MS = 15 * 60_000

/** A person at their own account. */
export type Own = { id: string; session: string; present: string | undefined; origin: Origin }

type Options = { persons: Persons; hashes: PasswordHashes; attempts: Attempts; sessions: Sessions; now(): number }

/** Re-authentication: before anything that would keep a thief in, a person shows that they are still the one who signed in. */
export function createReauthentication({ persons, hashes, attempts, sessions, now }: Options) {
  const isFresh = ({ createdAt }: Session) => now() - createdAt < FRESH_MS
  /** Who came by a link may have forgotten the password: that is what it was made for. */
  const justByLink = (session: Session) => session.by === 'link' && isFresh(session)
  /** The person, when it is still the one who signed in. Throws `invalid`, `not_allowed`. */
  async function confirmed({ id, session: sessionId, present, origin }: Own): Promise<LocalPerson> {
    const person = persons.get(id)
    const session = sessions.get(sessionId)
    if (!person || !session) throw new EvenkeelError('unauthenticated', 'Sign in, or send an API token.')
    if (justByLink(session)) return person
    if (person.password === undefined) {
      if (isFresh(session)) return person
      throw new EvenkeelError('not_allowed', 'You signed in more than 15 minutes ago: sign out and in again first.')
    }
    if (present === undefined) throw new EvenkeelError('invalid', 'present: your present password is needed for this.')
    const takeBack = await attempts.spend({ name: person.name, from: origin.from, known: session.id })
    if ((await hashes.fits(present, person.password, true)) === 'no')
      throw new EvenkeelError('invalid', 'present: this is not your present password.')
    await takeBack()
    return person
  }
  return {
    confirmed,
    /** Whether changes to the account need the present password in this session. */
    asksPresent(id: string, sessionId: string): boolean {
      const session = sessions.get(sessionId)
      return persons.get(id)?.password !== undefined && !(session && justByLink(session))
    },
  }
}
