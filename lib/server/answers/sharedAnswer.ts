import { createHash } from 'node:crypto'
import { HEADERS } from '../http/headers.ts'

/**
 * An answer as text that is sent to many: turned into JSON and hashed once. Not packed: Next takes `content-encoding` off what a route answers, and the
 * packed bytes would arrive as if they were the text.
 */
export interface SharedAnswer {
  /** Bytes that it holds in memory. */
  readonly size: number
  /** What is sent to one who asks: nothing but its tag where the same is there already. */
  response(request: Request): Response
}

export function sharedAnswer(value: unknown): SharedAnswer {
  const body = Buffer.from(JSON.stringify(value))
  // Weak: a reverse proxy may pack it, which is the same answer in other bytes.
  const etag = `W/"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
  const headers = { ...HEADERS, 'content-type': 'application/json', etag }
  return {
    size: body.length,
    response: ({ headers: asked }) =>
      isKnown(asked.get('if-none-match'), etag) ? new Response(null, { status: 304, headers }) : new Response(body, { headers }),
  }
}

/** RFC 9110, 13.1.2: the weak comparison. */
const isKnown = (header: string | null, etag: string): boolean =>
  header !== null && (header.trim() === '*' || header.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag.replace(/^W\//, '')))
