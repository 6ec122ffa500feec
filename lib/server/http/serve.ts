import type { z } from 'zod'
import type { EnterOptions, Visitor } from '../../auth/auth.ts'
import type { RoleNeeded } from '../../auth/roles.ts'
import { EvenkeelError } from '../../model/error.ts'
import { type Asked, recordDone, recordFailed } from '../audit/calls.ts'
import { runWhereOwned } from '../cluster/forward.ts'
import { currentRuntime, type Runtime, settledRuntime } from '../runtime.ts'
import { asksByLabel, checkTouched } from '../teams/mayTouch.ts'
import { readBody } from './body.ts'
import { HEADERS } from './headers.ts'
import type { AnyCall, Operation } from './operation.ts'
import { operations } from './operations.ts'
import { problemResponse } from './problem.ts'

const PREFIX = '/api/v1/'

/**
 * Answers a request that is no page: the error as a problem. `role` is what it needs before `then` runs. The one place where what was refused
 * goes into the audit log; `asked` is what is known of it by then.
 */
export async function gate(
  request: Request,
  role: RoleNeeded,
  then: (runtime: Runtime, visitor: Visitor, path: string) => Promise<Response> | Response,
  asked: Asked = { operation: `${request.method} ${new URL(request.url).pathname}` },
  options?: EnterOptions,
): Promise<Response> {
  try {
    const at = await settledRuntime()
    return await at.requests.count(async () => {
      const visitor = await at.auth.enter(request, role, options)
      return then(at, visitor, new URL(request.url).pathname)
    })
  } catch (error) {
    const at = currentRuntime()
    if (at) await recordFailed(at, request, asked, error)
    return problemResponse(error, at?.log)
  }
}

/**
 * Answers a call below /api/v1 by the table of operations: the operation is found first, then its role is asked, then its input is parsed.
 * Callers without the role get the same answer for paths that do not exist, so that they learn nothing about them.
 */
export function serve(request: Request): Promise<Response> {
  const url = new URL(request.url)
  const found = find(request.method, url.pathname)
  if (found instanceof EvenkeelError)
    return gate(
      request,
      'viewer',
      () => {
        throw found
      },
      { operation: `${request.method} of no such path` },
    )
  const { operation } = found
  const asked: Asked = { operation: `${operation.method} ${operation.path}`, audit: operation.audit, params: found.params }
  const answered = async (at: Runtime, visitor: Visitor) => {
    const { person, identity, from, still } = visitor
    const params = parse(operation.params, found.params, 'path') as Record<string, string>
    const query = parse(operation.query, Object.fromEntries(url.searchParams), 'query') as Record<string, unknown>
    asked.body = operation.body ? parse(operation.body, await readBody(request), 'body') : undefined
    const call = {
      runtime: at,
      params,
      query,
      body: asked.body,
      search: url.searchParams,
      by: person?.name ?? 'anonymous',
      person,
      identity,
      from,
      still,
      request,
    }
    checkTouched(operation, call)
    const answer = await answerOf(operation, call)
    const status = answer instanceof Response ? answer.status : (operation.status ?? 200)
    // Recorded before the answer is sent, so that a confirmed action always has its entry.
    // By the newest runtime: the call may have been a reload.
    recordDone(currentRuntime() ?? at, visitor, asked, status, answer)
    // What was asked for survives this process, unless it is known and said that nothing can be saved now.
    if (operation.method !== 'GET' && !at.store.failing()) await at.store.durable().catch(() => {})
    if (answer instanceof Response) return answer
    return status === 204 ? new Response(null, { status, headers: HEADERS }) : Response.json(answer, { status, headers: HEADERS })
  }
  return gate(request, operation.role, answered, asked, { ownAccount: operation.ownAccount, somewhere: asksByLabel(operation) })
}

/** One that reads the same for all is made once for all. */
async function answerOf(operation: Operation, call: AnyCall): Promise<unknown> {
  const { shared, path } = operation
  const { answers } = call.runtime
  if (!shared) {
    // What only computes, and the references that applications report all the time, outdate nothing.
    if (!operation.audit || !('what' in operation.audit)) return runWhereOwned(operation, call)
    try {
      return await runWhereOwned(operation, call)
    } finally {
      // Whoever asks after this finds what was done, also where it failed half-way.
      answers.changed()
    }
  }
  // Sorted by who asks, it is shared by those who may do the same.
  const forWhom = call.query.mine && call.person?.grants ? [call.person.role, call.person.grants] : undefined
  const key = JSON.stringify([path, call.params, call.query, forWhom])
  const answer = await answers.of(key, shared, () => operation.run(call))
  return answer.response(call.request)
}

const literals = (wanted: string[]) => wanted.filter((part) => !part.startsWith('{')).length
/** By the number of segments, those with the most literal ones first: `keys/{id}` must not shadow `keys/hot`. */
const table = Map.groupBy(
  operations
    .map((operation) => ({ operation, segments: operation.path.split('/') }))
    .sort((a, b) => literals(b.segments) - literals(a.segments)),
  ({ segments }) => segments.length,
)

type Found = { operation: Operation; params: Record<string, string> }

/** The operation of a path, or what to say where there is none. */
function find(method: string, path: string): Found | EvenkeelError {
  const segments = segmentsOf(path)
  if (segments instanceof EvenkeelError) return segments
  const fits = (wanted: string[]) => wanted.every((part, index) => part.startsWith('{') || part === segments[index])
  const matching = (table.get(segments.length) ?? []).filter(({ segments: wanted }) => fits(wanted))
  const found = matching.find(({ operation }) => operation.method === (method === 'HEAD' ? 'GET' : method))
  if (!found) {
    if (matching.length === 0) return new EvenkeelError('not_found', 'There is no such path; /api/v1/openapi.json lists all paths.')
    const methods = [...new Set(matching.map(({ operation }) => operation.method))]
    return new EvenkeelError('method_not_allowed', `This path takes ${methods.join(', ')}.`)
  }
  const params: Record<string, string> = {}
  found.segments.forEach((part, index) => {
    if (part.startsWith('{')) params[part.slice(1, -1)] = segments[index]!
  })
  return { operation: found.operation, params }
}

/** The path below /api/v1, each segment decoded once. Names may hold anything but control characters; bytes that are no UTF-8 are no name. */
function segmentsOf(path: string): string[] | EvenkeelError {
  if (!path.startsWith(PREFIX)) return new EvenkeelError('not_found', `The API is below ${PREFIX}.`)
  let segments: string[]
  try {
    segments = path.slice(PREFIX.length).replace(/\/$/, '').split('/').map(decodeURIComponent)
  } catch {
    return new EvenkeelError('bad_request', 'The path holds bytes that are not UTF-8.')
  }
  if (segments.some((text) => text.includes('\ufffd'))) return new EvenkeelError('bad_request', 'The path holds bytes that are not UTF-8.')
  if (segments.some((text) => /\p{Cc}/u.test(text))) return new EvenkeelError('bad_request', 'The path holds control characters.')
  return segments
}

function parse(schema: z.ZodType | undefined, value: unknown, where: string): unknown {
  if (!schema) return value
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]!
  const unknown = issue.code === 'unrecognized_keys'
  const path = (unknown ? [...issue.path, issue.keys[0] ?? ''] : issue.path)
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '')
  throw new EvenkeelError('bad_request', `${path.slice(0, 200) || where}: ${unknown ? 'this field is not known here.' : issue.message}`)
}
