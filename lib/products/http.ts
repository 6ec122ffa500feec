import { EvenkeelError } from '../model/error.ts'

/** No administrative answer is larger; a server that sends more is not the one that was configured. */
const ANSWER_MAX_BYTES = 64 * 1024 * 1024

/**
 * GET (or POST) of an administrative interface. User and password of the URL become basic auth and never show in an error.
 * Throws `unreachable` for a network error or a status that is not 2xx, `malformed` for an answer over the cap.
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
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength
    if (bytes > ANSWER_MAX_BYTES) throw new EvenkeelError('malformed', `${bare} sent more than 64 MiB`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
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
