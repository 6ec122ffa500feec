import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** `key`: the id of who signed. */
type Scope = { region: string; service: string; key: string }
export type Key = { id: string; secret: string; token?: string }
/** Why a request is refused, as AWS says it. */
export type Refusal = { status: number; code: string; message: string }

const refused = (code: string, message: string): Refusal => ({ status: 403, code, message })
const sha256 = (text: string | Buffer) => createHash('sha256').update(text).digest('hex')
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()
const encoded = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
const SKEW_MS = 300_000

/**
 * Checks AWS Signature Version 4 of a request, by its published description (docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html),
 * not by the SDK's own code. Answers the scope, or the refusal.
 */
export function verify(request: IncomingMessage, body: Buffer, keys: readonly Key[]): Scope | Refusal {
  const authorization = request.headers.authorization
  if (!authorization) return refused('MissingAuthenticationToken', 'Request is missing Authentication Token')
  const found =
    /^AWS4-HMAC-SHA256 Credential=([^/,]+)\/(\d{8})\/([^/,]+)\/([^/,]+)\/aws4_request, SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})$/.exec(
      authorization,
    )
  if (!found) return refused('IncompleteSignature', 'Authorization header is not of the form that AWS4-HMAC-SHA256 asks for')
  const [, id = '', day = '', region = '', service = '', signedHeaders = '', signature = ''] = found
  const key = keys.find((one) => one.id === id)
  if (!key) return refused('InvalidClientTokenId', 'The security token included in the request is invalid.')
  if (key.token !== undefined && request.headers['x-amz-security-token'] !== key.token)
    return refused('InvalidClientTokenId', 'The security token included in the request is invalid.')
  const date = String(request.headers['x-amz-date'] ?? '')
  const at = Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'))
  if (!Number.isFinite(at) || !date.startsWith(day))
    return refused('IncompleteSignature', 'X-Amz-Date is missing, or not of the day in the scope')
  if (Math.abs(Date.now() - at) > SKEW_MS) return refused('SignatureDoesNotMatch', `Signature expired: ${date} is now earlier than allowed`)
  const names = signedHeaders.split(';')
  if (!names.includes('host') || !names.includes('x-amz-date'))
    return refused('SignatureDoesNotMatch', 'host and x-amz-date must be signed')
  // Every x-amz-* header that is sent must be signed.
  const unsigned = Object.keys(request.headers).filter((name) => name.startsWith('x-amz-') && !names.includes(name))
  if (unsigned.length > 0) return refused('SignatureDoesNotMatch', `not signed: ${unsigned.join(', ')}`)
  if (names.join(';') !== [...names].sort().join(';')) return refused('SignatureDoesNotMatch', 'signed headers are not in order')
  const url = new URL(request.url!, 'http://x')
  const canonical = [
    request.method,
    // Each segment of the path is encoded once more, but for S3.
    url.pathname.split('/').map(encoded).join('/'),
    [...url.searchParams]
      .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
      .sort()
      .join('&'),
    ...names.map(
      (name) =>
        `${name}:${String(request.headers[name] ?? '')
          .trim()
          .replace(/ +/g, ' ')}`,
    ),
    '',
    signedHeaders,
    sha256(body),
  ].join('\n')
  const toSign = ['AWS4-HMAC-SHA256', date, `${day}/${region}/${service}/aws4_request`, sha256(canonical)].join('\n')
  const signingKey = [day, region, service, 'aws4_request'].reduce<string | Buffer>(
    (before, part) => hmac(before, part),
    `AWS4${key.secret}`,
  )
  const expected = hmac(signingKey, toSign)
  if (!timingSafeEqual(expected, Buffer.from(signature, 'hex')))
    return refused('SignatureDoesNotMatch', 'The request signature we calculated does not match the signature you provided.')
  return { region, service, key: key.id }
}
