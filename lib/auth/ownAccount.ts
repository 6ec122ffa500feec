import type { RegistrationResponseJSON } from '@simplewebauthn/server'
import { EvenkeelError } from '../model/error.ts'
import type { Attempts } from './attempts.ts'
import { type Enrolment, newRecoveryCodes, type OneTimeCodes } from './oneTimeCodes.ts'
import type { Asked, Passkeys } from './passkeys.ts'
import { checkChoice } from './passwordChoice.ts'
import type { PasswordHashes } from './passwordHash.ts'
import { hasSecondFactor, type LocalPerson, type Persons } from './persons.ts'
import { createReauthentication, type Own } from './reauthentication.ts'
import type { Session, Sessions } from './sessions.ts'

const PASSKEYS_MAX = 20

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
  begin(person: LocalPerson, by: Session['by'], origin: Own['origin']): string
}

export function createOwnAccount({ persons, hashes, attempts, codes, passkeys, sessions, required, now, begin }: Options): OwnAccount {
  const { asksPresent, confirmed } = createReauthentication({ persons, hashes, attempts, sessions, now })
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
    asksPresent,
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
