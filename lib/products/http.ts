import { EvenkeelError } from '../model/error.ts'
import { bytesWithin } from '../model/limits.ts'
import { publicText, publicUrl } from '../model/publicUrl.ts'

/**
 * GET (or POST) of an administrative interface. User and password of the URL become basic auth; neither they nor the query nor a header
 * show in an error.
 * Throws `unreachable` for a network error or a status that is not 2xx, `too_large` for an answer over the size cap (a compressed one counts as
 * what it becomes).
 */
export async function getText(
  url: string,
  signal: AbortSignal,
  options: { method?: 'GET' | 'POST'; headers?: Record<string, string>; body?: string } = {},
): Promise<string> {
  const { bare, headers } = withoutLogin(url)
  const where = publicUrl(bare)
  const response = await fetch(bare, { ...options, headers: { ...headers, ...options.headers }, signal, redirect: 'manual' }).catch(
    (error: unknown) => {
      if (signal.aborted) throw error
      throw new EvenkeelError('unreachable', `${where}: ${reason(error)}`)
    },
  )
  if (!response.ok) {
    await response.body?.cancel()
    throw new EvenkeelError('unreachable', `${where} answered ${response.status}`)
  }
  return Buffer.from(await bytesWithin(response, where)).toString('utf8')
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
