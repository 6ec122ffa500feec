import type { z } from 'zod'
import { EvenkeelError } from '../../model/error.ts'
import type { Person } from '../../model/views.ts'
import { currentHouse, type House, house } from '../house.ts'
import { readBody } from './body.ts'
import type { Operation } from './operation.ts'
import { operations } from './operations.ts'
import { problemResponse } from './problem.ts'

const PREFIX = '/api/v1/'
const HEADERS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }

/** One wrapper for everything that is no page: the door, the verb, the error as a problem. */
export async function gate(
  request: Request,
  then: (house: House, person: Person | null, path: string) => Promise<Response> | Response,
): Promise<Response> {
  try {
    const path = new URL(request.url).pathname
    const at = house()
    const { person } = await at.doors.enter({ method: request.method, path, headers: request.headers })
    return await then(at, person, path)
  } catch (error) {
    return problemResponse(error, currentHouse()?.log)
  }
}

/** Answers a call below /api/v1 by the table of operations. */
export function serve(request: Request): Promise<Response> {
  return gate(request, async (at, person, path) => {
    const { operation, params } = find(request.method, path)
    const search = new URL(request.url).searchParams
    const answer = await operation.run({
      house: at,
      params: parse(operation.params, params, 'path') as Record<string, string>,
      query: parse(operation.query, Object.fromEntries(search), 'query') as Record<string, unknown>,
      body: operation.body ? parse(operation.body, await readBody(request), 'body') : undefined,
      search,
      by: person?.name ?? 'anonymous',
      person,
      request,
    })
    if (answer instanceof Response) return answer
    const status = operation.status ?? 200
    return status === 204 ? new Response(null, { status, headers: HEADERS }) : Response.json(answer, { status, headers: HEADERS })
  })
}

const table = operations.map((operation) => ({ operation, segments: operation.path.split('/') }))

function find(method: string, path: string): { operation: Operation; params: Record<string, string> } {
  const segments = path.slice(PREFIX.length).replace(/\/$/, '').split('/').map(decode)
  const fits = (wanted: string[]) =>
    wanted.length === segments.length && wanted.every((part, index) => part.startsWith('{') || part === segments[index])
  // `keys/{id}` must not shadow `keys/hot`.
  const literals = (wanted: string[]) => wanted.filter((part) => !part.startsWith('{')).length
  const matching = table.filter(({ segments: wanted }) => fits(wanted)).sort((a, b) => literals(b.segments) - literals(a.segments))
  const found = matching.find(({ operation }) => operation.method === (method === 'HEAD' ? 'GET' : method))
  if (!found) {
    if (matching.length === 0) throw new EvenkeelError('not_found', 'There is no such path; /api/v1/openapi.json lists what there is.')
    const methods = [...new Set(matching.map(({ operation }) => operation.method))]
    throw new EvenkeelError('method_not_allowed', `This path takes ${methods.join(', ')}.`)
  }
  const params: Record<string, string> = {}
  found.segments.forEach((part, index) => {
    if (part.startsWith('{')) params[part.slice(1, -1)] = segments[index]!
  })
  return { operation: found.operation, params }
}

/** Names may hold anything but control characters; bytes that are no UTF-8 are no name. */
function decode(segment: string): string {
  let text: string
  try {
    text = decodeURIComponent(segment)
  } catch {
    throw new EvenkeelError('bad_request', 'The path holds bytes that are no UTF-8.')
  }
  if (text.includes('\ufffd')) throw new EvenkeelError('bad_request', 'The path holds bytes that are no UTF-8.')
  if (/\p{Cc}/u.test(text)) throw new EvenkeelError('bad_request', 'The path holds control characters.')
  return text
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
