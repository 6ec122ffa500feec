import { createHash, generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

type Claims = Record<string, unknown>
type Asked = { redirect: string; challenge: string; nonce: string; scope: string }

/** A small OpenID Connect issuer on loopback. It signs everybody in as `person` at once, and checks what a real issuer checks. */
export type TestIssuer = {
  url: string
  /** Claims of the ID token and of userinfo; by default a person `ann` in the group `sre`. */
  person: Claims
  /** Claims that go to userinfo alone. */
  onlyUserinfo: string[]
  /** Makes the next ID tokens wrong: claims that replace the right ones, or a key that is not published. */
  spoil: { claims?: Claims; key?: 'foreign' }
  /** Bodies and headers that reached the token endpoint. */
  seen: { scope: string; authorization?: string; body: URLSearchParams }[]
  close(): Promise<void>
}

export const CLIENT = { id: 'evenkeel', secret: 'sesame client:secret' }

export async function startIssuer({ methods = ['client_secret_basic'] }: { methods?: string[] } = {}): Promise<TestIssuer> {
  const own = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const foreign = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const asked = new Map<string, Asked>()

  const jwt = (claims: Claims, key: KeyObject) => {
    const parts = [{ alg: 'RS256', kid: 'one', typ: 'JWT' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    return `${parts.join('.')}.${sign('RSA-SHA256', Buffer.from(parts.join('.')), key).toString('base64url')}`
  }
  const told = (where: 'token' | 'userinfo') =>
    Object.fromEntries(Object.entries(issuer.person).filter(([name]) => where === 'userinfo' || !issuer.onlyUserinfo.includes(name)))

  async function token(request: IncomingMessage): Promise<[number, Claims]> {
    const body = new URLSearchParams(await textOf(request))
    const { authorization } = request.headers
    const about = asked.get(body.get('code') ?? '')
    asked.delete(body.get('code') ?? '')
    issuer.seen.push({ scope: about?.scope ?? '', authorization, body })
    // RFC 6749, 2.3.1: both halves are form-encoded before they go into Basic.
    const [id, secret] = authorization
      ? Buffer.from(authorization.slice('Basic '.length), 'base64')
          .toString()
          .split(':')
          .map((part) => decodeURIComponent(part.replaceAll('+', ' ')))
      : [body.get('client_id'), body.get('client_secret')]
    const way = authorization ? 'client_secret_basic' : 'client_secret_post'
    if (id !== CLIENT.id || secret !== CLIENT.secret || !methods.includes(way)) return [401, { error: 'invalid_client' }]
    const challenge = createHash('sha256')
      .update(body.get('code_verifier') ?? '')
      .digest('base64url')
    if (!about || about.challenge !== challenge || about.redirect !== body.get('redirect_uri')) return [400, { error: 'invalid_grant' }]
    const now = Math.floor(Date.now() / 1000)
    const claims = {
      iss: issuer.url,
      aud: CLIENT.id,
      iat: now,
      exp: now + 300,
      nonce: about.nonce,
      ...told('token'),
      ...issuer.spoil.claims,
    }
    const key = issuer.spoil.key === 'foreign' ? foreign.privateKey : own.privateKey
    return [200, { access_token: 'access', token_type: 'Bearer', expires_in: 300, id_token: jwt(claims, key) }]
  }

  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', issuer.url)
    const json = (status: number, body: Claims) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    if (url.pathname === '/.well-known/openid-configuration')
      return json(200, {
        issuer: issuer.url,
        authorization_endpoint: `${issuer.url}/authorize`,
        token_endpoint: `${issuer.url}/token`,
        userinfo_endpoint: `${issuer.url}/userinfo`,
        jwks_uri: `${issuer.url}/jwks`,
        end_session_endpoint: `${issuer.url}/logout`,
        response_types_supported: ['code'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS256'],
        token_endpoint_auth_methods_supported: methods,
        code_challenge_methods_supported: ['S256'],
      })
    if (url.pathname === '/jwks')
      return json(200, { keys: [{ ...own.publicKey.export({ format: 'jwk' }), kid: 'one', use: 'sig', alg: 'RS256' }] })
    if (url.pathname === '/token') return json(...(await token(request)))
    if (url.pathname === '/userinfo') return json(request.headers.authorization === 'Bearer access' ? 200 : 401, told('userinfo'))
    if (url.pathname === '/authorize') {
      const ask = (name: string) => url.searchParams.get(name) ?? ''
      if (ask('client_id') !== CLIENT.id || ask('response_type') !== 'code' || ask('code_challenge_method') !== 'S256')
        return json(400, { error: 'invalid_request' })
      const code = randomUUID()
      asked.set(code, { redirect: ask('redirect_uri'), challenge: ask('code_challenge'), nonce: ask('nonce'), scope: ask('scope') })
      const back = new URL(ask('redirect_uri'))
      back.searchParams.set('code', code)
      back.searchParams.set('state', ask('state'))
      return response.writeHead(302, { location: back.href }).end()
    }
    json(404, { error: 'not_found' })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer: TestIssuer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    person: { sub: 'subject-1', preferred_username: 'ann', groups: ['sre'] },
    onlyUserinfo: [],
    spoil: {},
    seen: [],
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return issuer
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) text += chunk
  return text
}
