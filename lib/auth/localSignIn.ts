import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import type { AuthenticationResponseJSON } from '@simplewebauthn/server'
import type { Person } from '../model/answers/person.ts'
import { EvenkeelError } from '../model/error.ts'
import { type Attempt, type Attempts, networkOf } from './attempts.ts'
import { type OneTimeCodes, withoutRecoveryCode } from './oneTimeCodes.ts'
import type { Passkeys } from './passkeys.ts'
import type { PasswordHashes } from './passwordHash.ts'
import { hasSecondFactor, type LocalPerson, type Persons } from './persons.ts'
import { sealedCookie } from './sealed.ts'
import type { Session } from './sessions.ts'
import type { SignIns } from './signIns.ts'

const NETWORKS_MAX = 5
const DEVICE_SECONDS = 365 * 86_400

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

/** Sign-in by link, password, one-time code or passkey. Throws `unauthenticated`, `too_many`. */
export function createLocalSignIn(options: Options): (attempt: SignInAttempt, origin: Origin) => Promise<SignedIn> {
  const { persons, hashes, attempts, codes, passkeys, linkFile, begin, signIns } = options
  const device = sealedCookie<{ person: string; device: string }>({
    name: 'evenkeel_device',
    seconds: DEVICE_SECONDS,
    password: options.password,
    secure: options.secure,
  })

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

  return async (attempt, origin) => {
    const way = 'passkey' in attempt ? 'passkey' : 'code' in attempt ? 'link' : 'password'
    try {
      if ('passkey' in attempt) return await byPasskey(attempt, origin)
      return await ('code' in attempt ? byLink(attempt, origin) : byPassword(attempt, origin))
    } catch (error) {
      signIns.refused('name' in attempt ? (persons.named(attempt.name)?.name ?? null) : null, way, origin.from, error)
      throw error
    }
  }
}
