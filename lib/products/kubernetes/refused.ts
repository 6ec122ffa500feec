import { z } from 'zod'
import { EvenkeelError } from '../../model/error.ts'
import { parseJson } from '../../model/json.ts'
import { printable } from '../answers.ts'
import { qualified, type Resource } from './resources.ts'

/** What an API server answers instead of what it was asked for: an HTTP status, and mostly a `Status` object (meta/v1). */
export class Refused extends Error {
  readonly status: number
  readonly reason: string
  readonly retryAfterMs: number | null
  constructor(status: number, reason: string, message: string, retryAfterMs: number | null) {
    super(message)
    this.name = 'Refused'
    this.status = status
    this.reason = reason
    this.retryAfterMs = retryAfterMs
  }
}

const statusShape = z.looseObject({
  kind: z.literal('Status'),
  message: z.string().default(''),
  reason: z.string().default(''),
  code: z.number().optional(),
  details: z.looseObject({ retryAfterSeconds: z.number().optional() }).optional().catch(undefined),
})

const RETRY_MAX_MS = 300_000

/** The refusal of an HTTP answer. `retryAfter`: the header, in seconds. */
export function refusedBy(status: number, retryAfter: string | undefined, body: string): Refused {
  const parsed = readStatus(body)
  const seconds = /^\d{1,6}$/.test(retryAfter ?? '') ? Number(retryAfter) : parsed?.details?.retryAfterSeconds
  const wait = seconds === undefined ? null : Math.min(RETRY_MAX_MS, seconds * 1_000)
  return new Refused(status, parsed?.reason ?? '', words(parsed?.message ?? body), wait)
}

/** The refusal that a watch brings as an event of type ERROR. */
export function refusedIn(object: unknown): Refused {
  const parsed = statusShape.safeParse(object)
  if (!parsed.success) return new Refused(500, '', 'the watch ended with an error that is no Status', null)
  const { code = 500, reason, message } = parsed.data
  return new Refused(code, reason, words(message), null)
}

function readStatus(body: string) {
  try {
    const parsed = statusShape.safeParse(parseJson(body))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}

const words = (text: string) => printable(text).replace(/\s+/g, ' ').trim().slice(0, 200)

export const isGone = (error: unknown): boolean =>
  error instanceof Refused && (error.status === 410 || error.reason === 'Expired' || error.reason === 'Gone')

export type Verb = 'list' | 'watch' | 'get' | 'patch'
export type Asked = { verb: Verb; resource: Resource; namespace?: string | undefined; name?: string }

/** A refusal in words that name the mend: which verb on which resource RBAC must allow, which CRD is missing. */
export function refusalText({ status, message, retryAfterMs }: Refused, { verb, resource, namespace, name }: Asked): string {
  const where = namespace === undefined ? 'in all namespaces (a ClusterRole)' : `in the namespace ${namespace} (a Role)`
  if (status === 401)
    return 'the API server does not accept the credentials (401): the token or certificate has ended, or is of another cluster'
  if (status === 403) return `RBAC must allow "${verb}" on ${qualified(resource)}${name ? ` ${name}` : ''} ${where}`
  if (status === 404 && name === undefined)
    return `this cluster does not serve ${qualified(resource)} ${resource.version}: ${resource.missing}`
  if (status === 404) return `there is no ${qualified(resource)} ${name} in the namespace ${namespace}`
  if (status === 429)
    return `the API server is throttling (429)${retryAfterMs === null ? '' : `; it may be asked again in ${Math.ceil(retryAfterMs / 1_000)} s`}`
  return `the API server answered ${status} to ${verb} ${qualified(resource)}${message ? `: ${message}` : ''}`
}

/** The same as an error that a user reads. */
export function refusalError(error: unknown, asked: Asked): unknown {
  if (!(error instanceof Refused)) return error
  const text = refusalText(error, asked)
  const { status } = error
  if (status === 404) return new EvenkeelError('not_found', text, { written: 'none' })
  if (status === 403) return new EvenkeelError('not_allowed', text, { written: 'none' })
  if (status === 429) return new EvenkeelError('busy', text, { written: 'none' })
  if (status === 400 || status === 422) return new EvenkeelError('invalid', text, { written: 'none' })
  // After a time-out or an internal error it is not known whether the write was done.
  return new EvenkeelError('unreachable', text, status < 500 ? { written: 'none' } : {})
}
