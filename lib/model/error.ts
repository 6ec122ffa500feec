/** The closed list of problem codes and the HTTP status that each maps to. */
export const ERROR_STATUS = {
  bad_request: 400,
  unauthenticated: 401,
  read_only: 403,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  busy: 409,
  drift: 409,
  stale: 409,
  not_followed: 409,
  not_allowed: 409,
  approval_needed: 409,
  too_large: 413,
  invalid: 422,
  too_little: 422,
  too_many: 429,
  malformed: 502,
  unreachable: 502,
  internal: 500,
  unavailable: 503,
} as const
export type ErrorCode = keyof typeof ERROR_STATUS

/** An error that a user may read: `detail` names the field and the mend and holds no secret, path or stack. */
export class EvenkeelError extends Error {
  readonly code: ErrorCode
  /** Of a refused write: surely none of it was done. Absent: not known. */
  readonly written?: 'none'
  constructor(code: ErrorCode, detail: string, options?: ErrorOptions & { written?: 'none' }) {
    super(detail, options)
    this.name = 'EvenkeelError'
    this.code = code
    if (options?.written) this.written = options.written
  }

  /** Next bundles instrumentation and routes apart, each with a class of its own: what the engine throws is this too in a route. */
  static override [Symbol.hasInstance](value: unknown): value is EvenkeelError {
    return value instanceof Error && value.name === 'EvenkeelError' && 'code' in value
  }
}

/** The refusal of a compare-and-set before anything was written: whatever the server holds by now is another writer's. */
export const drifted = (detail: string): EvenkeelError => new EvenkeelError('drift', detail, { written: 'none' })

/** The same failure, of which it is sure that none of the write was done. What is no failure of a server or of a person stays as it is. */
export const unwritten = (error: unknown): unknown =>
  error instanceof EvenkeelError ? new EvenkeelError(error.code, error.message, { cause: error, written: 'none' }) : error

/** What a write reads and checks before it writes: where that fails, none of the write was done. */
export async function beforeWrite<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw unwritten(error)
  }
}

/** A server's answer is not what its protocol promises. `found` is cut and escaped. */
export function malformed(what: string, found: string): EvenkeelError {
  return new EvenkeelError('malformed', `${what}, found ${JSON.stringify(found.slice(0, 120))}`)
}
