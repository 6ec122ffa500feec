import * as client from 'openid-client'
import type { OidcAuth } from '../config/auth.ts'
import { EvenkeelError } from '../model/error.ts'
import { bytesWithin } from '../model/limits.ts'

const TIMEOUT_S = 5

/** What is remembered between the way to the issuer and the way back. */
export type Begun = { state: string; nonce: string; verifier: string }
/** Whom the issuer vouches for. `subject` alone is unique and stays. */
export type Vouched = { subject: string; name: string; groups: string[]; idToken: string }

/** The OpenID Connect side of a sign-in: Authorization Code with PKCE. Every failure is an EvenkeelError whose words hold no secret. */
export type Issuer = {
  /** Where the browser is sent. `anew`: the issuer asks who it is even where it knows somebody. */
  begin(begun: Begun, anew: boolean): Promise<string>
  /** The code of the way back, turned into a person by tokens whose signature, issuer, audience, times and nonce have been checked. */
  finish(query: string, begun: Begun): Promise<Vouched>
  /** Where the browser ends its session with the issuer; null when that is not offered. */
  end(idToken: string | undefined): Promise<string | null>
  /** Asks for what the issuer says of itself, once until it fails. */
  discover(): Promise<client.ServerMetadata>
}

export const begun = (): Begun => ({ state: client.randomState(), nonce: client.randomNonce(), verifier: client.randomPKCECodeVerifier() })

/** Where the issuer sends people back to; to be registered there. */
export const callbackOf = (url: string): string => `${url}/sign-in/callback`

/** `fetch` with the size cap of every answer. */
const fetchWithin: client.CustomFetch = async (to, options) => {
  const response = await fetch(to, options as RequestInit)
  const { status, statusText, headers } = response
  const body = await bytesWithin(response, new URL(to).host)
  return new Response(body.length > 0 ? (body as BodyInit) : null, { status, statusText, headers })
}

/** `url` is the configuration's: people come back to it. */
export function createIssuer(auth: OidcAuth, url: string): Issuer {
  const callback = callbackOf(url)
  let known: Promise<client.Configuration> | null = null

  /** Only when somebody signs in: an issuer that is down keeps nothing else from running. */
  const configuration = (): Promise<client.Configuration> => {
    known ??= client
      .discovery(new URL(auth.issuer), auth.client_id, undefined, authentication(auth.client_secret), {
        timeout: TIMEOUT_S,
        [client.customFetch]: fetchWithin,
        // The configuration allows plain http on loopback alone.
        execute: [client.enableNonRepudiationChecks, ...(auth.issuer.startsWith('http:') ? [client.allowInsecureRequests] : [])],
      })
      .catch((error: unknown) => {
        known = null
        throw new EvenkeelError('unreachable', `The issuer ${auth.issuer} (auth.issuer) cannot be used: ${because(error)}.`)
      })
    return known
  }

  return {
    async begin({ state, nonce, verifier }, anew) {
      const to = client.buildAuthorizationUrl(await configuration(), {
        redirect_uri: callback,
        scope: auth.scopes.join(' '),
        state,
        nonce,
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        ...(anew ? { prompt: 'login' } : {}),
      })
      return to.href
    },
    async finish(query, { state, nonce, verifier }) {
      const found = await configuration()
      try {
        const tokens = await client.authorizationCodeGrant(found, new URL(callback + query), {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: verifier,
          idTokenExpected: true,
        })
        const signed = tokens.claims()!
        const lacking = claim(signed, auth.groups) === undefined || claim(signed, auth.user) === undefined
        // Some issuers keep the ID token small and tell the rest here.
        const more =
          lacking && found.serverMetadata().userinfo_endpoint ? await client.fetchUserInfo(found, tokens.access_token, signed.sub) : {}
        const claims = { ...more, ...signed }
        return {
          subject: signed.sub,
          name: nameOf(claims, auth.user),
          groups: texts(claim(claims, auth.groups)),
          idToken: tokens.id_token!,
        }
      } catch (error) {
        // Its keys or endpoints may have moved.
        known = null
        throw new EvenkeelError('forbidden', `The sign-in with ${auth.issuer} failed: ${because(error)}.`)
      }
    },
    async end(idToken) {
      const found = await configuration()
      if (!found.serverMetadata().end_session_endpoint) return null
      return client.buildEndSessionUrl(found, {
        post_logout_redirect_uri: `${url}/sign-in`,
        ...(idToken === undefined ? {} : { id_token_hint: idToken }),
      }).href
    },
    discover: async () => (await configuration()).serverMetadata(),
  }
}

/** HTTP Basic, the standard's default, unless the issuer takes the secret in the body alone. */
function authentication(secret: string | undefined): client.ClientAuth {
  if (secret === undefined) return client.None()
  const [basic, post] = [client.ClientSecretBasic(secret), client.ClientSecretPost(secret)]
  return (server, metadata, body, headers) => {
    const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
    const way = methods.includes('client_secret_basic') || !methods.includes('client_secret_post') ? basic : post
    way(server, metadata, body, headers)
  }
}

/** `groups`, or a path into nested claims such as `realm_access.roles`; a name with dots of its own is tried first. */
function claim(claims: Record<string, unknown>, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name]
  return name
    .split('.')
    .reduce<unknown>(
      (at, key) => (at && typeof at === 'object' && Object.hasOwn(at, key) ? (at as Record<string, unknown>)[key] : undefined),
      claims,
    )
}

const texts = (value: unknown): string[] => [value].flat().filter((each) => typeof each === 'string')

/** The configured claim; without it an address that the issuer has not called unverified, else the subject. */
function nameOf(claims: Record<string, unknown>, user: string): string {
  const wanted = user === 'email' && claims.email_verified === false ? undefined : claim(claims, user)
  const email = claims.email_verified === false ? undefined : claims.email
  const name = [wanted, email, claims.sub].find((each) => typeof each === 'string' && /^\P{Cc}{1,100}$/u.test(each))
  if (name === undefined) throw new EvenkeelError('forbidden', `the claim ${user} (auth.user) holds no name`)
  return name as string
}

/** Why, in words for a person: codes and names, no token and no body. */
function because(error: unknown): string {
  if (error instanceof EvenkeelError) return error.message
  if (error instanceof client.ResponseBodyError || error instanceof client.AuthorizationResponseError)
    return `it answered ${plain([error.error, error.error_description].filter(Boolean).join(': '))}`
  // What went wrong at bottom says most: "fetch failed" is caused by "connect ECONNREFUSED …".
  let at = error as Error
  while (at.cause instanceof Error) at = at.cause
  return plain(at instanceof AggregateError ? String(at.errors[0]?.message) : at.message)
}
const plain = (text: string) => text.replace(/\p{Cc}/gu, ' ').slice(0, 200)
