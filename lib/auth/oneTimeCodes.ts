import { createHash, randomBytes } from 'node:crypto'
import { sealData } from 'iron-session'
import { Secret, TOTP } from 'otpauth'
import { renderSVG } from 'uqr'
import { EvenkeelError } from '../model/error.ts'
import { unsealed } from './sealed.ts'

const STEP_S = 30
/** A clock may be one step off either way. */
const WINDOW = 1
const ENROL_SECONDS = 600
const RECOVERY_CODES = 10

/** What an authenticator app is given. `pending` comes back with the first code: nothing is kept until it fits. */
export type Enrolment = { uri: string; secret: string; qr: string; pending: string }

/** Time-based one-time passwords (RFC 6238). The secrets are sealed with the key of the data folder: who reads the database alone has none. */
export type OneTimeCodes = {
  enrol(person: { id: string; name: string }): Promise<Enrolment>
  /** Throws `invalid` when the code does not fit. */
  confirm(personId: string, pending: string, code: string): Promise<{ sealed: string; step: number }>
  /** The time step whose code this is, when it is later than `after`: each code works once. Null when it does not fit. */
  stepOf(totp: { sealed: string; step: number }, code: string): Promise<number | null>
}

export function createOneTimeCodes(password: string, now: () => number): OneTimeCodes {
  const totpOf = (secret: string, label = '') => new TOTP({ issuer: 'Evenkeel', label, secret: Secret.fromBase32(secret), period: STEP_S })
  function stepOf(secret: string, code: string, after: number): number | null {
    const delta = totpOf(secret).validate({ token: code, timestamp: now(), window: WINDOW })
    const step = delta === null ? null : Math.floor(now() / 1000 / STEP_S) + delta
    return step !== null && step > after ? step : null
  }
  return {
    async enrol({ id, name }) {
      const secret = new Secret({ size: 20 }).base32
      const uri = totpOf(secret, name).toString()
      const pending = await sealData({ person: id, secret }, { password, ttl: ENROL_SECONDS })
      return { uri, secret, qr: renderSVG(uri), pending }
    },
    async confirm(personId, pending, code) {
      const { person, secret } = await unsealed<{ person: string; secret: string }>(pending, password, ENROL_SECONDS)
      if (person !== personId || !secret) throw new EvenkeelError('invalid', 'pending: begun more than 10 minutes ago; begin again.')
      const step = stepOf(secret, code, 0)
      if (step === null)
        throw new EvenkeelError('invalid', 'code: does not fit. Check that the clock of the device is right, and take the newest code.')
      return { sealed: await sealData({ secret }, { password, ttl: 0 }), step }
    },
    async stepOf({ sealed, step }, code) {
      const { secret } = await unsealed<{ secret: string }>(sealed, password, 0)
      return secret ? stepOf(secret, code, step) : null
    },
  }
}

const recoveryHash = (code: string) =>
  createHash('sha256')
    .update(code.toLowerCase().replace(/[^a-z0-9]/g, ''))
    .digest('hex')

/** Recovery codes of 112 random bits, for which a fast hash without a salt is enough: shown once, kept by hash, each works once. */
export function newRecoveryCodes(): { codes: string[]; hashes: string[] } {
  const codes = Array.from({ length: RECOVERY_CODES }, () =>
    randomBytes(14)
      .toString('hex')
      .replace(/.{7}(?=.)/g, '$&-'),
  )
  return { codes, hashes: codes.map(recoveryHash) }
}

/** What is left when a code has been used; null when it is none of them. */
export function withoutRecoveryCode(hashes: readonly string[], code: string): string[] | null {
  const used = recoveryHash(code)
  return hashes.includes(used) ? hashes.filter((hash) => hash !== used) : null
}
