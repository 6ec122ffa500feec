import { ERROR_STATUS, type ErrorCode, EvenkeelError } from './error.ts'
import type { Log } from './log.ts'

const TITLES: Record<ErrorCode, string> = {
  bad_request: 'The request cannot be read',
  unauthenticated: 'Sign-in needed',
  read_only: 'Evenkeel only observes',
  forbidden: 'Not allowed',
  not_found: 'Not found',
  method_not_allowed: 'Method not allowed',
  busy: 'Another change is under way',
  drift: 'The live value is not what was expected',
  stale: 'The proposal is out of date',
  not_followed: 'Not every application follows',
  approval_needed: 'A second person has to approve it',
  not_allowed: 'Not in this state',
  too_large: 'Too large',
  invalid: 'The value is not allowed',
  too_little: 'Too little is known',
  too_many: 'Too many attempts',
  malformed: 'The server answered something else',
  unreachable: 'The server cannot be reached',
  internal: 'Internal error',
  unavailable: 'Not ready',
}

export type Problem = { type: string; title: string; status: number; code: ErrorCode; detail: string }

/** An error as an RFC 9457 problem. Only the message of an EvenkeelError is shown; any other error goes to the log alone. */
export function problemOf(error: unknown, log?: Log): Problem {
  if (!(error instanceof EvenkeelError))
    log?.error({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }, 'a request failed')
  const code = error instanceof EvenkeelError ? error.code : 'internal'
  return {
    type: `urn:evenkeel:problem:${code}`,
    title: TITLES[code],
    status: ERROR_STATUS[code],
    code,
    detail: error instanceof EvenkeelError ? error.message : 'The log of Evenkeel holds the details.',
  }
}
