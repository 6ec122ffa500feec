import type { Attempt, Outcome } from '../model/notifier.ts'
import { type Answer, again, httpOutcome, silence } from './outcome.ts'

export type Sent = {
  /** User info in it goes as Basic authentication. */
  url: string
  method?: 'POST' | 'PUT'
  headers?: Record<string, string>
  body: string | Uint8Array<ArrayBuffer>
  /** Of services that answer 200 and say in the body whether it was: the status that the body means, null where it says nothing. */
  statusIn?: (body: unknown) => number | null
  /** Called with the JSON of an answer that says 2xx; null: it is none. */
  told?: (body: unknown) => void
}

/** One request, and its outcome by the table. Redirects are not followed: the body may hold what only the receiver should see. */
export async function send(
  { url, method = 'POST', headers, body, statusIn, told }: Sent,
  { signal, at }: Pick<Attempt, 'signal' | 'at'>,
): Promise<Outcome> {
  try {
    const { href, authorization } = withoutUser(url)
    const response = await fetch(href, {
      method,
      body,
      headers: { 'content-type': 'application/json', 'user-agent': 'Evenkeel', ...authorization, ...headers },
      redirect: 'manual',
      signal,
    })
    const json = statusIn || told || response.status === 429 ? jsonOf(await head(response)) : undefined
    if (json === undefined) await response.body?.cancel().catch(() => {})
    if (response.ok) told?.(json)
    const meant = statusIn && response.ok ? statusIn(json) : response.status
    if (meant === null) return again(`HTTP ${response.status}, and nothing that says whether it was taken`)
    const answer: Answer = { status: meant, retryAfter: response.headers.get('retry-after') ?? retryAfterIn(json) }
    const outcome = httpOutcome(answer, at)
    return meant === response.status ? outcome : { ...outcome, answer: `HTTP ${response.status}, which says ${meant}` }
  } catch (error) {
    return again(silence(error))
  }
}

/** A base address with a path below it. */
export function below(base: string, path: string): string {
  const url = new URL(base)
  url.pathname = `${url.pathname.replace(/\/+$/, '')}${path}`
  return url.href
}

/** `fetch` refuses an address with user info. */
function withoutUser(text: string): { href: string; authorization: Record<string, string> } {
  const url = new URL(text)
  if (!url.username && !url.password) return { href: text, authorization: {} }
  const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
  url.username = ''
  url.password = ''
  return { href: url.href, authorization: { authorization: `Basic ${Buffer.from(pair).toString('base64')}` } }
}

const BODY_MAX = 65_536

/** The beginning of a body: a receiver that answers without end holds no memory. */
async function head(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk)
    bytes += chunk.byteLength
    if (bytes > BODY_MAX) break
  }
  return Buffer.concat(chunks).toString()
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** Where services that have no header for it say how long to wait: Telegram, Discord, Matrix. */
function retryAfterIn(json: unknown): string | null {
  const body = (json ?? {}) as { retry_after?: unknown; retry_after_ms?: unknown; parameters?: { retry_after?: unknown } | null }
  const seconds = body.parameters?.retry_after ?? body.retry_after ?? Number(body.retry_after_ms) / 1_000
  return typeof seconds === 'number' && seconds >= 0 ? String(seconds) : null
}
