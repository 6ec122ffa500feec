import { EvenkeelError } from '../model/error.ts'
import { publicText } from '../model/publicUrl.ts'
import { Late } from './deadline.ts'

/** `refused`: nobody listens there. `silent`: nothing came back. `unreadable`: it answered, but not so that it can be read. */
export type Failure = { how: 'refused' | 'silent' | 'unreadable'; reason: string }

const WORDS: Record<string, Failure> = {
  ECONNREFUSED: { how: 'refused', reason: 'it refuses connections' },
  ENOENT: { how: 'refused', reason: 'its socket does not exist' },
  ECONNRESET: { how: 'silent', reason: 'it closed the connection' },
  EPIPE: { how: 'silent', reason: 'it closed the connection' },
  ETIMEDOUT: { how: 'silent', reason: 'the connection timed out' },
  EHOSTUNREACH: { how: 'silent', reason: 'its host cannot be reached' },
  ENETUNREACH: { how: 'silent', reason: 'its network cannot be reached' },
  ENOTFOUND: { how: 'silent', reason: 'its name does not resolve' },
  EAI_AGAIN: { how: 'silent', reason: 'its name cannot be resolved now' },
  EACCES: { how: 'unreadable', reason: 'the socket may not be opened by this user' },
}

/** Why a read failed, as a sentence without secrets. */
export function failureOf(error: unknown): Failure {
  if (error instanceof Late) return { how: 'silent', reason: error.message }
  for (let cause: unknown = error, depth = 0; cause && depth < 4; cause = (cause as { cause?: unknown }).cause, depth++) {
    if (cause instanceof Late) return { how: 'silent', reason: cause.message }
    const code = (cause as { code?: unknown }).code
    const known = typeof code === 'string' ? WORDS[code] : undefined
    if (known) return known
  }
  if (error instanceof EvenkeelError) return { how: error.code === 'unreachable' ? 'silent' : 'unreadable', reason: error.message }
  if (error instanceof Error && error.name === 'AbortError') return { how: 'silent', reason: 'no answer in time' }
  return { how: 'unreadable', reason: withoutSecrets(error instanceof Error ? error.message : String(error)) }
}

/** One line of at most 200 characters, with user info and query of every URL taken out. */
export function withoutSecrets(text: string): string {
  return publicText(text)
    .replace(/[\u0000-\u001f\u007f]+/g, ' ')
    .slice(0, 200)
}
