import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi'
import type { RoleNeeded } from '../../auth/roles.ts'
import { problemAnswer } from '../../model/answers/problem.ts'
import { ERROR_STATUS, type ErrorCode } from '../../model/error.ts'
import type { Operation } from './operation.ts'

/** Any call may meet these. */
const ALWAYS: ErrorCode[] = ['bad_request', 'unauthenticated', 'forbidden', 'too_large', 'internal', 'unavailable']

/** OpenAPI 3.1 of every call, from the schemas that parse it. */
export function openapi(operations: readonly Operation[]): unknown {
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Evenkeel',
      version: '1',
      description: 'The control room for caches and load balancers.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/api/v1' }],
    security: [{}, { token: [] }],
    components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    paths: paths(operations),
  })
}

function paths(operations: readonly Operation[]): ZodOpenApiPathsObject {
  const all: ZodOpenApiPathsObject = {}
  for (const operation of operations) {
    const path = `/${operation.path}`
    all[path] = { ...all[path], [operation.method.toLowerCase()]: describe(operation) }
  }
  return all
}

function describe({
  method,
  path,
  role,
  touches,
  summary,
  tag,
  params,
  query,
  body,
  streams,
  answer,
  type = 'application/json',
  status = 200,
  problems,
}: Operation): ZodOpenApiOperationObject {
  const byStatus = new Map<number, ErrorCode[]>()
  for (const code of new Set([...ALWAYS, ...problems]))
    byStatus.set(ERROR_STATUS[code], [...(byStatus.get(ERROR_STATUS[code]) ?? []), code])
  return {
    operationId: `${method.toLowerCase()} ${path}`.replace(
      /[^a-zA-Z0-9]+(.)?/g,
      (_, next: string | undefined) => next?.toUpperCase() ?? '',
    ),
    summary,
    description: needs(role, touches),
    tags: [tag],
    ...(role === 'public' ? { security: [{}] } : {}),
    requestParams: { ...(params ? { path: params } : {}), ...(query ? { query } : {}) },
    ...(body ? { requestBody: { content: { 'application/json': { schema: body } } } } : {}),
    ...(streams ? { requestBody: { content: { [streams]: { schema: { type: 'string', format: 'binary' } } } } } : {}),
    responses: {
      [`${status}` as '200']: status === 204 ? { description: 'Done' } : { description: summary, content: { [type]: { schema: answer } } },
      ...Object.fromEntries(
        [...byStatus].map(([number, codes]) => [
          `${number}`,
          { description: codes.join(', '), content: { 'application/problem+json': { schema: problemAnswer } } },
        ]),
      ),
    },
  }
}

function needs(role: RoleNeeded, touches: Operation['touches']): string {
  const where = typeof touches === 'function' ? ', on all that it acts on' : ''
  if (role === 'public') return 'Needs no sign-in.'
  if (role === 'reporter') return `Needs the role reporter, or operator or more${where}.`
  return `Needs the role ${role}${role === 'admin' ? '' : ' or more'}${where}.`
}
