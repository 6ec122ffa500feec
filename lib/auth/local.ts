import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { LocalAuth } from '../config/auth.ts'
import type { Config } from '../config/config.ts'
import type { Grant } from '../model/answers/person.ts'
import { EvenkeelError } from '../model/error.ts'
import type { Store } from '../model/store.ts'
import { createAttempts } from './attempts.ts'
import type { Origin } from './knownDevices.ts'
import { LocalSignIn, type SignedIn, type SignInAttempt } from './localSignIn.ts'
import { createOneTimeCodes } from './oneTimeCodes.ts'
import { createOwnAccount, type OwnAccount } from './ownAccount.ts'
import { createPasskeys, type Passkeys } from './passkeys.ts'
import { createPasswordHashes, type ScryptCost } from './passwordHash.ts'
import { createPersons, type LocalPerson, type Persons } from './persons.ts'
import type { PersonRole } from './roles.ts'
import { writePrivate } from './secret.ts'
import type { Session, Sessions } from './sessions.ts'
import type { SignIns } from './signIns.ts'

const LINK_MS = 24 * 3_600_000
const LINK_FILE = 'sign-in-link'
/** Whoever can write to the data folder can let an admin in who has lost every way in: an empty file of this name asks for it. */
const RESET_FILE = 'reset-admin'

/** Accounts of people who sign in here, by link, password, one-time code or passkey. */
export type Local = OwnAccount & {
  persons: Persons
  passkeys: Passkeys
  required: boolean
  /** Throws `unauthenticated`, `too_many`. */
  signIn(attempt: SignInAttempt, origin: Origin): Promise<SignedIn>
  /** A new one-time sign-in link. Another role than before ends the person's sessions. */
  invite(name: string, role: PersonRole, by: string, grants?: Grant[]): { link: string; until: number }
  /** Further roles by label, in place of those before; they count at once. Throws `not_found`. */
  grant(name: string, grants: Grant[]): void
  remove(name: string): void
  signOutEverywhere(name: string): void
  resetSecondFactor(name: string): void
}
type Options = {
  auth: LocalAuth
  config: Pick<Config, 'url' | 'data'>
  store: Store
  now: () => number
  passwordCost: ScryptCost
  /** The key that seals. */
  password: string
  secure: boolean
  sessions: Sessions
  /** Begins a session; returns the Set-Cookie header. */
  begin(person: LocalPerson, by: Session['by'], origin: Origin): string
  removed(id: string): void
  /** Somebody may do other things than before: streams must look again. */
  ended(): void
  signIns: SignIns
  print(text: string): void
}

export function createLocal({
  auth,
  config,
  store,
  now,
  passwordCost,
  password: key,
  secure,
  sessions,
  begin,
  removed,
  ended,
  signIns,
  print,
}: Options): Local {
  const persons = createPersons(store, now)
  const hashes = createPasswordHashes(passwordCost)
  const attempts = createAttempts()
  const codes = createOneTimeCodes(key, now)
  const passkeys = createPasskeys({ url: config.url, password: key, now })
  const linkFile = join(config.data, LINK_FILE)
  const required = auth.secondFactor === 'required'
  const parts = { persons, hashes, attempts, codes, passkeys, begin }
  const signIn = new LocalSignIn({ ...parts, password: key, secure, linkFile, signIns })
  const account = createOwnAccount({ ...parts, sessions, required, now })

  function invite(name: string, role: PersonRole, by: string, grants?: Grant[]) {
    const before = persons.named(name)?.role
    const until = now() + LINK_MS
    const { code, person } = persons.invite(name, role, by, until)
    if (grants) persons.update(person.id, { grants })
    if (before !== undefined && before !== role) sessions.endAll(person.id)
    // In the fragment: what stands there is in no log and no Referer.
    return { link: `${config.url}/sign-in#code=${code}`, until }
  }

  function forgetSecondFactor(id: string): void {
    persons.update(id, { totp: undefined, passkeys: undefined, recovery: undefined })
    sessions.endAll(id)
  }

  letAdminIn({ config, persons, sessions, signIns, linkFile, print, invite, forgetSecondFactor })

  const known = (name: string): LocalPerson => {
    const person = persons.named(name)
    if (!person) throw new EvenkeelError('not_found', 'There is no person of that name.')
    return person
  }

  return {
    persons,
    passkeys,
    required,
    signIn: (attempt, origin) => signIn.signIn(attempt, origin),
    invite,
    grant(name, grants) {
      persons.update(known(name).id, { grants })
      ended()
    },
    remove(name) {
      const { id } = persons.remove(name)
      sessions.endAll(id)
      removed(id)
    },
    signOutEverywhere: (name) => sessions.endAll(known(name).id),
    resetSecondFactor: (name) => forgetSecondFactor(known(name).id),
    ...account,
  }
}

type FirstAdmin = Pick<Options, 'config' | 'sessions' | 'signIns' | 'print'> & {
  persons: Persons
  linkFile: string
  invite: Local['invite']
  forgetSecondFactor(id: string): void
}

/** Writes and prints a sign-in link while no admin can sign in otherwise, or where a file in the data folder asks for one. */
function letAdminIn({ config, persons, sessions, signIns, linkFile, print, invite, forgetSecondFactor }: FirstAdmin): void {
  const admins = persons.all().filter(({ role }) => role === 'admin')
  const canEnter = ({ id, password, passkeys = [] }: LocalPerson) =>
    password !== undefined || passkeys.length > 0 || sessions.of(id).length > 0
  const resetFile = join(config.data, RESET_FILE)
  const reset = existsSync(resetFile)
  if (!reset && admins.some(canEnter)) return
  const name = admins[0]?.name ?? 'admin'
  if (reset && admins[0]) {
    forgetSecondFactor(admins[0].id)
    signIns.factorReset(name)
  }
  const { link } = invite(name, 'admin', 'evenkeel')
  signIns.invited(name, 'admin')
  writePrivate(linkFile, link)
  // Last: where the link could not be written, the next start makes another.
  rmSync(resetFile, { recursive: true, force: true })
  print(`Sign in once as ${name}, within 24 h (each start prints a new link until an admin has a password or a passkey): ${link}`)
}
