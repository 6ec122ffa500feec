import type { AuthenticationResponseJSON, RegistrationResponseJSON, WebAuthnCredential } from '@simplewebauthn/server'
import { EvenkeelError } from '../model/error.ts'
import { createChallenges } from './challenges.ts'
import type { LocalPerson, Passkey } from './persons.ts'

/** EdDSA, ES256 and RS256 of the COSE registry: what authenticators make. */
const ALGORITHMS = [-8, -7, -257]

/** What a browser is asked to sign; `pending` comes back with its answer. */
export type Asked<T> = { options: T; pending: string }

/**
 * Passkeys (WebAuthn). The authenticator checks its person by finger, face or PIN, so that one is two factors at once.
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
  const { hostname, origin } = new URL(url)
  const unavailable = unavailableBecause(url)
  const { seal, take } = createChallenges({ password, now })
  function checkAvailable(): void {
    if (unavailable) throw new EvenkeelError('not_allowed', unavailable)
  }

  return {
    unavailable,
    async register(person) {
      checkAvailable()
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
      checkAvailable()
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
      return { ...passkeyOf(registrationInfo.credential), name, createdAt: now(), usedAt: null }
    },
    async challenge() {
      checkAvailable()
      const { generateAuthenticationOptions } = await import('@simplewebauthn/server')
      const options = await generateAuthenticationOptions({ rpID: hostname, userVerification: 'required' })
      return { options, pending: await seal({ purpose: 'sign-in', person: '', challenge: options.challenge }) }
    },
    async proven(pending, response, passkey) {
      checkAvailable()
      const challenge = await take(pending, 'sign-in', '')
      const { verifyAuthenticationResponse } = await import('@simplewebauthn/server')
      const proof = challenge
        ? await verifyAuthenticationResponse({
            response,
            expectedChallenge: challenge,
            expectedOrigin: origin,
            expectedRPID: hostname,
            requireUserVerification: true,
            credential: credentialOf(passkey),
          }).catch(() => null)
        : null
      if (!proof?.verified) throw new EvenkeelError('unauthenticated', 'This passkey does not fit.')
      return { ...passkey, counter: proof.authenticationInfo.newCounter, usedAt: now() }
    },
  }
}

/** Why browsers offer no passkeys at that address; null where they do. */
function unavailableBecause(url: string): string | null {
  const { hostname, protocol } = new URL(url)
  const local = hostname === 'localhost' || hostname.endsWith('.localhost')
  const isAddress = /^\[|^[\d.]+$/.test(hostname)
  return isAddress || (protocol !== 'https:' && !local)
    ? 'Browsers offer passkeys for names over https (and for localhost) alone: set "url" to the https address that people use.'
    : null
}

const passkeyOf = ({ id, publicKey, counter, transports }: WebAuthnCredential) => ({
  id,
  publicKey: Buffer.from(publicKey).toString('base64url'),
  counter,
  ...(transports ? { transports } : {}),
})

const credentialOf = ({ id, publicKey, counter }: Passkey): WebAuthnCredential => ({
  id,
  publicKey: new Uint8Array(Buffer.from(publicKey, 'base64url')),
  counter,
})
