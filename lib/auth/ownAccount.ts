import type { RegistrationResponseJSON } from '@simplewebauthn/server'
import { EvenkeelError } from '../model/error.ts'
import type { Attempts } from './attempts.ts'
import type { Origin } from './knownDevices.ts'
import { type Enrolment, newRecoveryCodes, type OneTimeCodes } from './oneTimeCodes.ts'
import type { Asked, Passkeys } from './passkeys.ts'
import { checkChoice } from './passwordChoice.ts'
import type { PasswordHashes } from './passwordHash.ts'
import { hasSecondFactor, type LocalPerson, type Persons } from './persons.ts'
import type { Session, Sessions } from './sessions.ts'

/** For so long after signing in somebody is taken to be still the one who did. */
const FRESH_MS = 15 * 60_000
const PASSKEYS_MAX = 20

/** A person at their own account. */
export type Own = { id: string; session: string; present: string | undefined; origin: Origin }

/** What people do at their own accounts: password, one-time codes, recovery codes, passkeys. */
export type OwnAccount = {
  /** Whether changes to the account need the present password in this session. */
  asksPresent(id: string, session: string): boolean
  /** What follows is done by a person for themselves; each asks for the present password, where there is one. */
  changePassword(own: Own, password: string): Promise<string[]>
  enrolCodes(own: Own): Promise<Enrolment>
  /** The recovery codes, if there were none before. */
  confirmCodes(own: Omit<Own, 'present'>, pending: string, code: string): Promise<string[] | null>
  removeCodes(own: Own): Promise<void>
  renewRecovery(own: Own): Promise<string[]>
  addPasskey(own: Own): Promise<Asked<unknown>>
  confirmPasskey(own: Omit<Own, 'present'>, pending: string, response: RegistrationResponseJSON, name: string): Promise<string[] | null>
  removePasskey(own: Own, id: string): Promise<void>
}

type Options = {
  persons: Persons
  hashes: PasswordHashes
  attempts: Attempts
  codes: OneTimeCodes
  passkeys: Passkeys
  sessions: Sessions
  /** A second factor is required here. */
  required: boolean
  now(): number
  /** Begins a session; returns the Set-Cookie header. */
  begin(person: LocalPerson, by: Session['by'], origin: Origin): string
}

export function createOwnAccount({ persons, hashes, attempts, codes, passkeys, sessions, required, now, begin }: Options): OwnAccount {
  const isFresh = ({ createdAt }: Session) => now() - createdAt < FRESH_MS
  /** Who came by a link may have forgotten the password: that is what it was made for. */
  const justByLink = (session: Session) => session.by === 'link' && isFresh(session)
  /** The person, when it is still the one who signed in: before anything that would keep a thief in. Throws `invalid`, `not_allowed`. */
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
  const mine = (id: string): LocalPerson => {
    const person = persons.get(id)
    if (!person) throw new EvenkeelError('unauthenticated', 'Sign in, or send an API token.')
    return person
  }
  /** Recovery codes come with the first second factor. */
  function firstRecovery({ recovery = [] }: LocalPerson): { codes: string[] | null; fields: Partial<LocalPerson> } {
    if (recovery.length > 0) return { codes: null, fields: {} }
    const fresh = newRecoveryCodes()
    return { codes: fresh.codes, fields: { recovery: fresh.hashes } }
  }
  /** They go with the last one. */
  function withoutFactor(id: string, fields: Partial<LocalPerson>): void {
    if (required && !hasSecondFactor({ ...mine(id), ...fields }))
      throw new EvenkeelError('not_allowed', 'A second factor is required here: add another one before you remove this one.')
    persons.update(id, hasSecondFactor({ ...mine(id), ...fields }) ? fields : { ...fields, recovery: undefined })
  }

  return {
    asksPresent(id, sessionId) {
      const session = sessions.get(sessionId)
      return persons.get(id)?.password !== undefined && !(session && justByLink(session))
    },
    async changePassword(own, password) {
      const person = await confirmed(own)
      await checkChoice(password, person.name)
      const hash = await hashes.hash(password)
      // A link from before must not let anybody past it.
      persons.update(person.id, { password: hash, invitation: undefined })
      sessions.endAll(person.id)
      return [begin(mine(person.id), 'password', own.origin)]
    },
    enrolCodes: async (own) => codes.enrol(await confirmed(own)),
    async confirmCodes({ id }, pending, code) {
      const totp = await codes.confirm(id, pending, code)
      const { codes: recovery, fields } = firstRecovery(mine(id))
      persons.update(id, { totp, ...fields })
      return recovery
    },
    async removeCodes(own) {
      withoutFactor((await confirmed(own)).id, { totp: undefined })
    },
    async renewRecovery(own) {
      const { id } = await confirmed(own)
      if (!hasSecondFactor(mine(id)))
        throw new EvenkeelError('not_allowed', 'Recovery codes stand in for a second factor: set one up first.')
      const fresh = newRecoveryCodes()
      persons.update(id, { recovery: fresh.hashes })
      return fresh.codes
    },
    async addPasskey(own) {
      const person = await confirmed(own)
      if ((person.passkeys?.length ?? 0) >= PASSKEYS_MAX) throw new EvenkeelError('not_allowed', `At most ${PASSKEYS_MAX} passkeys.`)
      return passkeys.register(person)
    },
    async confirmPasskey({ id }, pending, response, name) {
      const passkey = await passkeys.registered(mine(id), pending, response, name)
      if (persons.all().some((person) => person.passkeys?.some((other) => other.id === passkey.id)))
        throw new EvenkeelError('invalid', 'response: this passkey is registered already.')
      const { codes: recovery, fields } = firstRecovery(mine(id))
      persons.update(id, { passkeys: [...(mine(id).passkeys ?? []), passkey], ...fields })
      return recovery
    },
    async removePasskey(own, passkeyId) {
      const { id } = await confirmed(own)
      const before = mine(id).passkeys ?? []
      const left = before.filter((passkey) => passkey.id !== passkeyId)
      if (left.length === before.length) throw new EvenkeelError('not_found', 'There is no passkey of that id.')
      withoutFactor(id, { passkeys: left })
    },
  }
}
