import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'
import { sealData } from 'iron-session'
import { EvenkeelError } from '../model/error.ts'
import type { LocalPerson, Passkey } from './persons.ts'
import { unsealed } from './sealed.ts'

const SECONDS = 300
/** EdDSA, ES256 and RS256 of the COSE registry: what authenticators make. */
const ALGORITHMS = [-8, -7, -257]

/** What a browser is asked to sign; `pending` comes back with its answer. */
export type Asked<T> = { options: T; pending: string }

/**
 * Passkeys (WebAuthn). The authenticator checks its person by finger, face or PIN, so that one is two factors at once. A challenge is sealed rather
 * than kept: a stranger may ask for as many as they like.
 */
export type Passkeys = {
  /** Null where browsers offer none: on an address, or without TLS. */
  unavailable: string | null
  register(person: LocalPerson): Promise<Asked<unknown>>
  /** Throws `invalid`. */
  registered(person: LocalPerson, pending: string, response: RegistrationResponseJSON, name: string): Promise<Passkey>
  challenge(): Promise<Asked<unknown>>
  /** The passkey as it is after this use. Throws `unauthenticated`. */
  proven(pending: string, response: AuthenticationResponseJSON, passkey: Passkey): Promise<Passkey>
}

export function createPasskeys({ url, password, now }: { url: string; password: string; now: () => number }): Passkeys {
  const { hostname, origin, protocol } = new URL(url)
  const local = hostname === 'localhost' || hostname.endsWith('.localhost')
  const isAddress = /^\[|^[\d.]+$/.test(hostname)
  const unavailable =
    isAddress || (protocol !== 'https:' && !local)
      ? 'Browsers offer passkeys for names over https (and for localhost) alone: set "url" to the https address that people use.'
      : null
  /** Challenges that were answered, until they end by themselves. */
  const spent = new Map<string, number>()

  type Pending = { purpose: 'register' | 'sign-in'; person: string; challenge: string }
  const seal = (pending: Pending) => sealData(pending, { password, ttl: SECONDS })
  /** The challenge, which then is spent. */
  async function take(sealed: string, purpose: Pending['purpose'], person: string): Promise<string | null> {
    const pending = await unsealed<Pending>(sealed, password, SECONDS)
    for (const [challenge, until] of spent) if (until < now()) spent.delete(challenge)
    if (pending.purpose !== purpose || pending.person !== person || !pending.challenge || spent.has(pending.challenge)) return null
    spent.set(pending.challenge, now() + 2 * SECONDS * 1000)
    return pending.challenge
  }
  function possible(): void {
    if (unavailable) throw new EvenkeelError('not_allowed', unavailable)
  }

  return {
    unavailable,
    async register(person) {
      possible()
      const { generateRegistrationOptions } = await import('@simplewebauthn/server')
      const options = await generateRegistrationOptions({
        rpName: 'Evenkeel',
        rpID: hostname,
        userName: person.name,
        userDisplayName: person.name,
        userID: new Uint8Array(Buffer.from(person.id)),
        attestationType: 'none',
        supportedAlgorithmIDs: ALGORITHMS,
        excludeCredentials: (person.passkeys ?? []).map(({ id }) => ({ id })),
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      })
      return { options, pending: await seal({ purpose: 'register', person: person.id, challenge: options.challenge }) }
    },
    async registered(person, pending, response, name) {
      possible()
      const challenge = await take(pending, 'register', person.id)
      if (!challenge) throw new EvenkeelError('invalid', 'pending: begun more than 5 minutes ago; begin again.')
      const { verifyRegistrationResponse } = await import('@simplewebauthn/server')
      const { verified, registrationInfo } = await verifyRegistrationResponse({
        response,
        expectedChallenge: challenge,
        expectedOrigin: origin,
        expectedRPID: hostname,
        supportedAlgorithmIDs: ALGORITHMS,
        requireUserVerification: true,
      }).catch(() => ({ verified: false as const, registrationInfo: undefined }))
      if (!verified || !registrationInfo) throw new EvenkeelError('invalid', 'response: the answer of the authenticator does not fit.')
      const { id, publicKey, counter, transports } = registrationInfo.credential
      return {
        id,
        publicKey: Buffer.from(publicKey).toString('base64url'),
        counter,
        ...(transports ? { transports } : {}),
        name,
        createdAt: now(),
        usedAt: null,
      }
    },
    async challenge() {
      possible()
      const { generateAuthenticationOptions } = await import('@simplewebauthn/server')
      const options = await generateAuthenticationOptions({ rpID: hostname, userVerification: 'required' })
      return { options, pending: await seal({ purpose: 'sign-in', person: '', challenge: options.challenge }) }
    },
    async proven(pending, response, passkey) {
      possible()
      const challenge = await take(pending, 'sign-in', '')
      const { verifyAuthenticationResponse } = await import('@simplewebauthn/server')
      const proof = challenge
        ? await verifyAuthenticationResponse({
            response,
            expectedChallenge: challenge,
            expectedOrigin: origin,
            expectedRPID: hostname,
            requireUserVerification: true,
            credential: {
              id: passkey.id,
              publicKey: new Uint8Array(Buffer.from(passkey.publicKey, 'base64url')),
              counter: passkey.counter,
            },
          }).catch(() => null)
        : null
      if (!proof?.verified) throw new EvenkeelError('unauthenticated', 'This passkey does not fit.')
      return { ...passkey, counter: proof.authenticationInfo.newCounter, usedAt: now() }
    },
  }
}
