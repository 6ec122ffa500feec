import { randomBytes } from 'node:crypto'
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'
import type { LocalAuth } from '../config/auth.ts'
import type { Config } from '../config/config.ts'
import type { Person } from '../model/answers/person.ts'
import { EvenkeelError } from '../model/error.ts'
import type { Store } from '../model/store.ts'
import { type Attempt, createAttempts, networkOf } from './attempts.ts'
import { createOneTimeCodes, type Enrolment, newRecoveryCodes, withoutRecoveryCode } from './oneTimeCodes.ts'
import { type Asked, createPasskeys, type Passkeys } from './passkeys.ts'
import { checkChoice } from './passwordChoice.ts'
import { createPasswordHashes, type ScryptCost } from './passwordHash.ts'
import { createPersons, hasSecondFactor, type LocalPerson, type Persons } from './persons.ts'
import type { PersonRole } from './roles.ts'
import { sealedCookie } from './sealed.ts'
import { writePrivate } from './secret.ts'
import type { Session, Sessions } from './sessions.ts'
import type { SignIns } from './signIns.ts'

export const LINK_MS = 24 * 3_600_000
const LINK_FILE = 'sign-in-link'
/** Whoever can write to the data folder can let an admin in who has lost every way in: an empty file of this name asks for it. */
const RESET_FILE = 'reset-admin'
/** For so long after signing in somebody is taken to be still the one who did. */
const FRESH_MS = 15 * 60_000
const NETWORKS_MAX = 5
const PASSKEYS_MAX = 20

/** `code` is a link's; `second` a one-time or a recovery code. */
export type SignInAttempt =
  | { code: string; second?: string }
  | { name: string; password: string; second?: string }
  | { pending: string; passkey: AuthenticationResponseJSON }
export type SecondFactor = 'code' | 'passkey'
/** `second`: name and password fit, and one of these is needed too. */
export type SignedIn = { person: Person; cookies: string[] } | { second: SecondFactor[] }
/** Where a request comes from. */
export type Origin = { headers: Headers; from: string | null }

/** Accounts of people who sign in here, by link, password, one-time code or passkey. */
export type Local = {
  persons: Persons
  passkeys: Passkeys
  required: boolean
  /** Throws `unauthenticated`, `too_many`. */
  signIn(attempt: SignInAttempt, origin: Origin): Promise<SignedIn>
  /** A new one-time sign-in link. Another role than before ends the person's sessions. */
  invite(name: string, role: PersonRole, by: string): { link: string; until: number }
  remove(name: string): void
  signOutEverywhere(name: string): void
  resetSecondFactor(name: string): void
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
/** A person at their own account. */
export type Own = { id: string; session: string; present: string | undefined; origin: Origin }

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
  signIns,
  print,
}: Options): Local {
  const persons = createPersons(store, now)
  const hashes = createPasswordHashes(passwordCost)
  const attempts = createAttempts()
  const codes = createOneTimeCodes(key, now)
  const passkeys = createPasskeys({ url: config.url, password: key, now })
  const device = sealedCookie<{ person: string; device: string }>({
    name: 'evenkeel_device',
    seconds: 365 * 86_400,
    password: key,
    secure,
  })
  const linkFile = join(config.data, LINK_FILE)

  function invite(name: string, role: PersonRole, by: string) {
    const before = persons.named(name)?.role
    const until = now() + LINK_MS
    const { code, person } = persons.invite(name, role, by, until)
    if (before !== undefined && before !== role) sessions.endAll(person.id)
    // In the fragment: what stands there is in no log and no Referer.
    return { link: `${config.url}/sign-in#code=${code}`, until }
  }

  const admins = persons.all().filter(({ role }) => role === 'admin')
  const canEnter = ({ id, password, passkeys = [] }: LocalPerson) =>
    password !== undefined || passkeys.length > 0 || sessions.of(id).length > 0
  const resetFile = join(config.data, RESET_FILE)
  const reset = existsSync(resetFile)
  if (reset || !admins.some(canEnter)) {
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

  function forgetSecondFactor(id: string): void {
    persons.update(id, { totp: undefined, passkeys: undefined, recovery: undefined })
    sessions.endAll(id)
  }

  /** The device or network that this person has signed in from before. */
  async function knownAs(person: LocalPerson | null, { headers, from }: Origin): Promise<string | null> {
    if (!person) return null
    const carried = await device.read(headers)
    if (carried?.person === person.id && carried.device) return carried.device
    const network = networkOf(from)
    return from !== null && person.networks?.includes(network) ? network : null
  }

  /** The one place where somebody gets in. */
  async function enter({ id }: LocalPerson, by: Session['by'], origin: Origin): Promise<SignedIn> {
    const person = persons.get(id)
    if (!person) throw new EvenkeelError('unauthenticated', 'This person was removed meanwhile.')
    const network = networkOf(origin.from)
    if (origin.from !== null && person.networks?.[0] !== network)
      remember(id, { networks: [network, ...(person.networks ?? []).filter((other) => other !== network)].slice(0, NETWORKS_MAX) })
    if (person.role === 'admin') rmSync(linkFile, { force: true })
    const known = await device.read(origin.headers)
    const cookies = [begin(person, by, origin)]
    signIns.entered(person.name, by, origin.from)
    if (known?.person !== id) cookies.push(await device.set({ person: id, device: randomBytes(12).toString('base64url') }))
    return { person: { name: person.name, role: person.role }, cookies }
  }
  /** What makes the next sign-in easier: a full disk must not prevent this one. */
  function remember(id: string, fields: Partial<LocalPerson>): void {
    try {
      persons.update(id, fields)
    } catch {
      // It is learned again the next time.
    }
  }

  const waysOf = ({ totp, passkeys = [] }: LocalPerson): SecondFactor[] => [
    ...(totp ? (['code'] as const) : []),
    ...(passkeys.length > 0 ? (['passkey'] as const) : []),
  ]
  /** Uses a one-time or recovery code up. */
  async function secondFits(id: string, second: string): Promise<boolean> {
    const { totp } = persons.get(id) ?? {}
    if (totp && /^\d{6}$/.test(second)) {
      const step = await codes.stepOf(totp, second)
      // Read again: the same code may have come twice at once.
      const now = persons.get(id)?.totp
      if (step === null || !now || now.sealed !== totp.sealed || step <= now.step) return false
      persons.update(id, { totp: { ...now, step } })
      return true
    }
    const left = withoutRecoveryCode(persons.get(id)?.recovery ?? [], second)
    if (left) persons.update(id, { recovery: left })
    return left !== null
  }

  async function passSecond({ id }: LocalPerson, second: string, who: Attempt): Promise<void> {
    const takeBack = await attempts.spendSecond(who)
    if (!(await secondFits(id, second))) throw new EvenkeelError('unauthenticated', 'The code does not fit, or was used already.')
    await takeBack()
  }

  async function byLink({ code, second }: { code: string; second?: string }, origin: Origin): Promise<SignedIn> {
    const person = persons.invited(code)
    if (!person) {
      await attempts.wrongLink(origin.from)
      throw new EvenkeelError('unauthenticated', 'This link has been used already, or has ended. Ask an admin for a new one.')
    }
    if (hasSecondFactor(person)) {
      if (second === undefined) return { second: waysOf(person) }
      await passSecond(person, second, { name: person.name, from: origin.from, known: await knownAs(person, origin) })
    }
    // Asked again: the same link may have come twice at once.
    if (persons.invited(code)?.id !== person.id) throw new EvenkeelError('unauthenticated', 'This link has been used already.')
    persons.update(person.id, { invitation: undefined })
    return enter(person, 'link', origin)
  }

  async function byPassword(attempt: { name: string; password: string; second?: string }, origin: Origin): Promise<SignedIn> {
    const person = persons.named(attempt.name)
    const known = await knownAs(person, origin)
    const who = { name: attempt.name, from: origin.from, known }
    const takeBack = await attempts.spend(who)
    const fits = await hashes.fits(attempt.password, person?.password, known !== null)
    if (!person || fits === 'no') throw new EvenkeelError('unauthenticated', 'Name and password do not fit.')
    if (hasSecondFactor(person)) {
      if (attempt.second === undefined) {
        await takeBack()
        return { second: waysOf(person) }
      }
      await passSecond(person, attempt.second, who)
    }
    await takeBack()
    if (fits === 'stale') {
      const password = await hashes.hash(attempt.password)
      if (persons.get(person.id)?.password === person.password) remember(person.id, { password })
    }
    return enter(person, 'password', origin)
  }

  async function byPasskey(attempt: { pending: string; passkey: AuthenticationResponseJSON }, origin: Origin): Promise<SignedIn> {
    const { id } = attempt.passkey
    const person = persons.all().find(({ passkeys = [] }) => passkeys.some((passkey) => passkey.id === id))
    const found = person?.passkeys?.find((passkey) => passkey.id === id)
    if (!person || !found) {
      await attempts.wrongLink(origin.from)
      throw new EvenkeelError('unauthenticated', 'This passkey is not known here.')
    }
    const used = await passkeys.proven(attempt.pending, attempt.passkey, found).catch(async (error: unknown) => {
      await attempts.wrongLink(origin.from)
      throw error
    })
    const kept = persons.get(person.id)?.passkeys ?? []
    if (!kept.some((passkey) => passkey.id === id)) throw new EvenkeelError('unauthenticated', 'This passkey is not known here.')
    remember(person.id, { passkeys: kept.map((passkey) => (passkey.id === id ? used : passkey)) })
    return enter(person, 'passkey', origin)
  }

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
    if (auth.secondFactor === 'required' && !hasSecondFactor({ ...mine(id), ...fields }))
      throw new EvenkeelError('not_allowed', 'A second factor is required here: add another one before you remove this one.')
    persons.update(id, hasSecondFactor({ ...mine(id), ...fields }) ? fields : { ...fields, recovery: undefined })
  }
  const known = (name: string): LocalPerson => {
    const person = persons.named(name)
    if (!person) throw new EvenkeelError('not_found', 'There is no person of that name.')
    return person
  }

  return {
    persons,
    passkeys,
    required: auth.secondFactor === 'required',
    async signIn(attempt, origin) {
      const way = 'passkey' in attempt ? 'passkey' : 'code' in attempt ? 'link' : 'password'
      try {
        if ('passkey' in attempt) return await byPasskey(attempt, origin)
        return await ('code' in attempt ? byLink(attempt, origin) : byPassword(attempt, origin))
      } catch (error) {
        signIns.refused('name' in attempt ? (persons.named(attempt.name)?.name ?? null) : null, way, origin.from, error)
        throw error
      }
    },
    invite,
    remove(name) {
      const { id } = persons.remove(name)
      sessions.endAll(id)
      removed(id)
    },
    signOutEverywhere: (name) => sessions.endAll(known(name).id),
    resetSecondFactor: (name) => forgetSecondFactor(known(name).id),
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
