import type { Outcome } from '../model/notifier.ts'

/**
 * The table of outcomes, one for all channels:
 *
 * | what came back | outcome |
 * |---|---|
 * | 2xx | delivered |
 * | 408, 429, 5xx | tried again, not before `Retry-After` |
 * | no answer, a broken one, none in time | tried again |
 * | anything else, redirects among it | refused, for good |
 */
export function httpOutcome({ status, retryAfter = null }: Answer, at: number): Outcome {
  const answer = `HTTP ${status}`
  if (status >= 200 && status < 300) return { delivered: true, retry: false, answer }
  if (status !== 408 && status !== 429 && status < 500) return refused(answer)
  const waitMs = waitOf(retryAfter, at)
  return { ...again(answer), ...(waitMs !== null && { waitMs }) }
}

/** An answer over HTTP: `retryAfter` as its header has it, seconds or a date. */
export type Answer = { status: number; retryAfter?: string | null }

/** The same of SMTP: 4yz is for now, 5yz for good (RFC 5321, 4.2.1). No code: the talk ended before an answer. */
export function smtpOutcome(code: number | undefined, otherwise: string): Outcome {
  if (code === undefined) return again(otherwise)
  if (code < 400) return { delivered: true, retry: false, answer: `SMTP ${code}` }
  return code < 500 ? again(`SMTP ${code}`) : refused(`SMTP ${code}`)
}

export const refused = (answer: string): Outcome => ({ delivered: false, retry: false, answer })
export const again = (answer: string): Outcome => ({ delivered: false, retry: true, answer })

/** The outcome of a notice that took several requests: as good as its worst, and as patient. */
export function worstOf(outcomes: readonly Outcome[]): Outcome {
  const rank = ({ delivered, retry }: Outcome) => (retry ? 2 : delivered ? 0 : 1)
  const [worst] = [...outcomes].sort((a, b) => rank(b) - rank(a) || (b.waitMs ?? 0) - (a.waitMs ?? 0))
  return worst ?? refused('nothing to send')
}

const WAIT_MAX_MS = 24 * 3_600_000

/** `Retry-After` in ms from `at`: whole seconds or an HTTP date (RFC 9110, 10.2.3), at most a day; null where there is none. */
export function waitOf(header: string | null, at: number): number | null {
  if (header === null) return null
  const text = header.trim()
  const ms = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - at
  return Number.isNaN(ms) ? null : Math.min(WAIT_MAX_MS, Math.max(0, Math.ceil(ms)))
}

/** Why there was no answer. The message of an error may hold the address; its code never does. */
export function silence(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return 'no answer in time'
  const code = ((error as { cause?: { code?: unknown } }).cause?.code ?? (error as { code?: unknown }).code) as unknown
  return typeof code === 'string' && /^\w+$/.test(code) ? `no answer (${code})` : 'no answer'
}
