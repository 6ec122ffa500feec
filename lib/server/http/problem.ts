import type { Log } from '../../model/log.ts'
import { problemOf } from '../../model/problem.ts'

/** Long enough for a start, short enough for whoever waits for it. */
const RETRY_AFTER_S = '5'

/** The answer to a request that failed, as RFC 9457 has it. */
export function problemResponse(error: unknown, log?: Log): Response {
  const problem = problemOf(error, log)
  return new Response(JSON.stringify(problem), {
    status: problem.status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...(problem.code === 'unavailable' ? { 'retry-after': RETRY_AFTER_S } : {}),
      ...(problem.code === 'unauthenticated' ? { 'www-authenticate': 'Bearer' } : {}),
    },
  })
}
