import type { Dispatcher } from 'undici'
import { EvenkeelError } from '../model/error.ts'
import { bytesWithin } from '../model/limits.ts'
import { publicText, publicUrl } from '../model/publicUrl.ts'

type Options = {
  method?: 'GET' | 'POST'
  headers?: Record<string, string>
  body?: string
  /** How TLS is spoken, where not as everywhere. */
  dispatcher?: Dispatcher
}

/**
 * GET (or POST) of an administrative interface. User and password of the URL become basic auth; neither they nor the query nor a header
 * show in an error.
 * Throws `unreachable` for a network error or a status that is not 2xx, `too_large` for an answer over the size cap (a compressed one counts as
 * what it becomes).
 */
export async function getText(url: string, signal: AbortSignal, options: Options = {}): Promise<string> {
  return (await getPage(url, signal, options)).text
}

/** The same, with the answer's content type; empty where it has none. */
export async function getPage(
  url: string,
  signal: AbortSignal,
  { dispatcher, ...options }: Options = {},
): Promise<{ text: string; type: string }> {
  const { bare, headers } = withoutLogin(url)
  const where = publicUrl(bare)
  const init = { ...options, headers: { ...headers, ...options.headers }, signal, redirect: 'manual' as const }
  // The dispatcher and the `fetch` that takes it are of one version.
  const asked = dispatcher
    ? import('undici').then(({ fetch }) => fetch(bare, { ...init, dispatcher }) as unknown as Promise<Response>)
    : fetch(bare, init)
  const response = await asked.catch((error: unknown) => {
    if (signal.aborted) throw error
    throw new EvenkeelError('unreachable', `${where}: ${reason(error)}`)
  })
  if (!response.ok) {
    await response.body?.cancel()
    throw new EvenkeelError('unreachable', `${where} answered ${response.status}`)
  }
  const text = Buffer.from(await bytesWithin(response, where)).toString('utf8')
  return { text, type: response.headers.get('content-type') ?? '' }
}

function withoutLogin(url: string): { bare: string; headers: Record<string, string> } {
  const parsed = new URL(url)
  const { username, password } = parsed
  parsed.username = ''
  parsed.password = ''
  const login = Buffer.from(`${decoded(username)}:${decoded(password)}`).toString('base64')
  return { bare: parsed.href, headers: username || password ? { authorization: `Basic ${login}` } : {} }
}

/** A `%` that begins no escape is a character like any other. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

/** An error of the network has a code, and words about the connection alone. What has none is about the request, and may quote a header. */
function reason(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const { code, message } = cause as { code?: unknown; message?: unknown }
  if (message === 'bad port') return 'HTTP clients refuse this port (the "bad ports" of the Fetch standard)'
  return typeof code === 'string' ? publicText(String(message || code)) : 'the request cannot be made or its answer not be read'
}
