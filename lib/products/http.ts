import { EvenkeelError } from '../model/error.ts'
import { bytesWithin } from '../model/limits.ts'

/**
 * GET (or POST) of an administrative interface. User and password of the URL become basic auth and never show in an error.
 * Throws `unreachable` for a network error or a status that is not 2xx, `too_large` for an answer over the size cap (a compressed one counts as
 * what it becomes).
 */
export async function getText(
  url: string,
  signal: AbortSignal,
  options: { method?: 'GET' | 'POST'; headers?: Record<string, string>; body?: string } = {},
): Promise<string> {
  const { bare, headers } = withoutSecrets(url)
  const response = await fetch(bare, { ...options, headers: { ...headers, ...options.headers }, signal, redirect: 'manual' }).catch(
    (error: unknown) => {
      if (signal.aborted) throw error
      throw new EvenkeelError('unreachable', `${bare}: ${reason(error)}`)
    },
  )
  if (!response.ok) {
    await response.body?.cancel()
    throw new EvenkeelError('unreachable', `${bare} answered ${response.status}`)
  }
  return Buffer.from(await bytesWithin(response, bare)).toString('utf8')
}

function withoutSecrets(url: string): { bare: string; headers: Record<string, string> } {
  const parsed = new URL(url)
  const { username, password } = parsed
  parsed.username = ''
  parsed.password = ''
  const login = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')
  return { bare: parsed.href, headers: username || password ? { authorization: `Basic ${login}` } : {} }
}

function reason(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  return cause instanceof Error ? cause.message || cause.name : String(cause)
}
