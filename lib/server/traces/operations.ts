import { z } from 'zod'
import { anything, page } from '../../model/answers/shape.ts'
import { traceAnswer } from '../../model/answers/trace.ts'
import { TRACE_FORMATS } from '../../model/trace.ts'
import { id, paging, words } from '../http/inputs.ts'
import { operation } from '../http/operation.ts'
import { deleteTrace, listTraces, trace, traceView, upload } from './traces.ts'

const tag = 'Curves'

export const traceOperations = [
  operation({
    method: 'POST',
    path: 'traces',
    role: 'operator',
    touches: 'everything',
    audit: { what: 'trace-uploaded', answer: ['id', 'name', 'requests'] },
    summary:
      'Uploads a trace of requests: the body is CSV (`key`, and if known `time`, `op`, `size`, `ttl`), one key a line, or oracleGeneral; at most 256 MB, gzip allowed',
    tag,
    query: z.object({
      name: words(200).min(1).default('trace'),
      format: z.enum(TRACE_FORMATS).optional().meta({ description: 'Default: told from the content' }),
    }),
    streams: 'application/octet-stream',
    answer: traceAnswer,
    status: 201,
    problems: ['too_large', 'not_allowed', 'too_many', 'unavailable', 'invalid'],
    run: ({ runtime, request, query: { name, format = null }, by }) => upload(runtime, request, { name, format, by }),
  }),
  operation({
    method: 'GET',
    path: 'traces',
    role: 'viewer',
    summary: 'Uploaded traces, newest first',
    tag,
    query: z.object(paging),
    answer: page(traceAnswer),
    run: ({ runtime, query }) => listTraces(runtime, query),
  }),
  operation({
    method: 'GET',
    path: 'traces/{id}',
    role: 'viewer',
    summary: 'One uploaded trace',
    tag,
    params: id,
    answer: traceAnswer,
    problems: ['not_found'],
    run: ({ runtime, params }) => traceView(trace(runtime, params.id)),
  }),
  operation({
    method: 'DELETE',
    path: 'traces/{id}',
    role: 'operator',
    touches: 'everything',
    audit: { what: 'trace-deleted' },
    summary: 'Deletes an uploaded trace',
    tag,
    params: id,
    answer: anything,
    status: 204,
    problems: ['not_found'],
    run: ({ runtime, params }) => deleteTrace(runtime, params.id),
  }),
]
