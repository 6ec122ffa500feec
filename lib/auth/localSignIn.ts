import { rmSync } from 'node:fs'
import type { AuthenticationResponseJSON } from '@simplewebauthn/server'
import type { Person } from '../model/answers/person.ts'
import { EvenkeelError } from '../model/error.ts'
import { type Attempts, networkOf } from './attempts.ts'
import { createKnownDevices, type Origin } from './knownDevices.ts'
import type { OneTimeCodes } from './oneTimeCodes.ts'
import type { Passkeys } from './passkeys.ts'
import type { PasswordHashes } from './passwordHash.ts'
import { hasSecondFactor, type LocalPerson, type Persons } from './persons.ts'
import { createSecondFactorCheck, factorsOf, type SecondFactor } from './secondFactor.ts'
import type { Session } from './sessions.ts'
import type { SignIns } from './signIns.ts'

const NETWORKS_MAX = 5

type LinkAttempt = { code: string; second?: string }
type PasswordAttempt = { name: string; password: string; second?: string }
type PasskeyAttempt = { pending: string; passkey: AuthenticationResponseJSON }
/** `code` is a link's; `second` a one-time or a recovery code. */
export type SignInAttempt = LinkAttempt | PasswordAttempt | PasskeyAttempt
/** `second`: name and password fit, and one of these is needed too. */
export type SignedIn = { person: Person; cookies: string[] } | { second: SecondFactor[] }

type Options = {
  persons: Persons
  hashes: PasswordHashes
  attempts: Attempts
  codes: OneTimeCodes
  passkeys: Passkeys
  /** The key that seals. */
  password: string
  secure: boolean
  /** The file with the first admin's link: gone once it was used. */
  linkFile: string
  /** Begins a session; returns the Set-Cookie header. */
  begin(person: LocalPerson, by: Session['by'], origin: Origin): string
  signIns: SignIns
}

/** Sign-in by link, password, one-time code or passkey. */
export class LocalSignIn {
  readonly #options: Options
  readonly #devices: ReturnType<typeof createKnownDevices>
  readonly #checkSecond: ReturnType<typeof createSecondFactorCheck>

  constructor(options: Options) {
    this.#options = options
    this.#devices = createKnownDevices(options)
    this.#checkSecond = createSecondFactorCheck(options)
  }

  /** Throws `unauthenticated`, `too_many`. */
  async signIn(attempt: SignInAttempt, origin: Origin): Promise<SignedIn> {
    const { persons, signIns } = this.#options
    const way = 'passkey' in attempt ? 'passkey' : 'code' in attempt ? 'link' : 'password'
    try {
      if ('passkey' in attempt) return await this.#byPasskey(attempt, origin)
      return await ('code' in attempt ? this.#byLink(attempt, origin) : this.#byPassword(attempt, origin))
    } catch (error) {
      signIns.refused('name' in attempt ? (persons.named(attempt.name)?.name ?? null) : null, way, origin.from, error)
      throw error
    }
  }

  async #byLink({ code, second }: LinkAttempt, origin: Origin): Promise<SignedIn> {
    const { persons, attempts } = this.#options
    const person = persons.invited(code)
    if (!person) {
      await attempts.wrongLink(origin.from)
      throw new EvenkeelError('unauthenticated', 'This link has been used already, or has ended. Ask an admin for a new one.')
    }
    if (hasSecondFactor(person)) {
      if (second === undefined) return { second: factorsOf(person) }
      const known = await this.#devices.knownAs(person, origin)
      await this.#checkSecond(person, second, { name: person.name, from: origin.from, known })
    }
    // Asked again: the same link may have come twice at once.
    if (persons.invited(code)?.id !== person.id) throw new EvenkeelError('unauthenticated', 'This link has been used already.')
    persons.update(person.id, { invitation: undefined })
    return this.#enter(person, 'link', origin)
  }

  async #byPassword(attempt: PasswordAttempt, origin: Origin): Promise<SignedIn> {
    const { persons, attempts, hashes } = this.#options
    const person = persons.named(attempt.name)
    const known = await this.#devices.knownAs(person, origin)
    const who = { name: attempt.name, from: origin.from, known }
    const takeBack = await attempts.spend(who)
    const fits = await hashes.fits(attempt.password, person?.password, known !== null)
    if (!person || fits === 'no') throw new EvenkeelError('unauthenticated', 'Name and password do not fit.')
    if (hasSecondFactor(person)) {
      if (attempt.second === undefined) {
        await takeBack()
        return { second: factorsOf(person) }
      }
      await this.#checkSecond(person, attempt.second, who)
    }
    await takeBack()
    if (fits === 'stale') {
      const password = await hashes.hash(attempt.password)
      if (persons.get(person.id)?.password === person.password) this.#remember(person.id, { password })
    }
    return this.#enter(person, 'password', origin)
  }

  async #byPasskey(attempt: PasskeyAttempt, origin: Origin): Promise<SignedIn> {
    const { persons, attempts, passkeys } = this.#options
    const { id } = attempt.passkey
    const person = persons.all().find((one) => one.passkeys?.some((passkey) => passkey.id === id))
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
    this.#remember(person.id, { passkeys: kept.map((passkey) => (passkey.id === id ? used : passkey)) })
    return this.#enter(person, 'passkey', origin)
  }

  /** The one place where somebody gets in. */
  async #enter({ id }: LocalPerson, by: Session['by'], origin: Origin): Promise<SignedIn> {
    const { persons, begin, signIns, linkFile } = this.#options
    const person = persons.get(id)
    if (!person) throw new EvenkeelError('unauthenticated', 'This person was removed meanwhile.')
    const network = networkOf(origin.from)
    if (origin.from !== null && person.networks?.[0] !== network)
      this.#remember(id, { networks: [network, ...(person.networks ?? []).filter((other) => other !== network)].slice(0, NETWORKS_MAX) })
    if (person.role === 'admin') rmSync(linkFile, { force: true })
    const device = await this.#devices.remember(id, origin)
    const cookies = [begin(person, by, origin), ...device]
    signIns.entered(person.name, by, origin.from)
    return { person: { name: person.name, role: person.role }, cookies }
  }

  /** Keeps what makes the next sign-in easier: a full disk must not prevent this one. */
  #remember(id: string, fields: Partial<LocalPerson>): void {
    try {
      this.#options.persons.update(id, fields)
    } catch {
      // It is learned again the next time.
    }
  }
}
