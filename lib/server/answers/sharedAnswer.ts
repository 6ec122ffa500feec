import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { HEADERS } from '../http/headers.ts'

const packed = promisify(gzip)
/** Below this packing saves no packet. */
const PACKED_FROM = 1_400

/** An answer as text that is sent to many: turned into JSON, hashed and packed once. */
export interface SharedAnswer {
  /** Bytes that it holds in memory. */
  readonly size: number
  /** What is sent to one who asks: packed where it can be read, and nothing but its tag where the same is there already. */
  response(request: Request): Promise<Response>
}

export function sharedAnswer(value: unknown): SharedAnswer {
  const body = Buffer.from(JSON.stringify(value))
  // Weak: the packed form is the same answer in other bytes.
  const etag = `W/"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
  const headers = { ...HEADERS, 'content-type': 'application/json', etag, vary: 'accept-encoding' }
  let gzipped: Promise<Buffer> | null = null
  return {
    size: body.length,
    async response({ headers: asked }) {
      if (isKnown(asked.get('if-none-match'), etag)) return new Response(null, { status: 304, headers })
      if (body.length < PACKED_FROM || !takesGzip(asked.get('accept-encoding'))) return new Response(body, { headers })
      gzipped ??= packed(body)
      return new Response((await gzipped) as Buffer<ArrayBuffer>, { headers: { ...headers, 'content-encoding': 'gzip' } })
    },
  }
}

/** RFC 9110, 13.1.2: the weak comparison. */
const isKnown = (header: string | null, etag: string): boolean =>
  header !== null && (header.trim() === '*' || header.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag.replace(/^W\//, '')))

const takesGzip = (header: string | null): boolean =>
  (header ?? '').split(',').some((part) => /^\s*(gzip|\*)\s*(;\s*q\s*=\s*(0?\.\d*[1-9]\d*|1(\.0*)?)\s*)?$/i.test(part))
