import { z } from 'zod'
import { referencesTakenAnswer } from '../../model/answers/references.ts'
import { operation } from '../http/operation.ts'
import { takeReport } from './takeReport.ts'

export const referenceOperations = [
  operation({
    method: 'POST',
    path: 'references/{target}',
    role: 'reporter',
    audit: { none: 'an application reports which keys it reads, many times a minute' },
    summary:
      'Takes references that an application reports, one a line: `MS HASH OP [SIZE [TTL_MS [PATTERN]]]`; at most 8 MB, gzip allowed. All of a report, or nothing where a line cannot be read',
    tag: 'Curves',
    params: z.object({ target: z.string() }),
    query: z.object({
      rate: z.coerce
        .number()
        .gt(0)
        .max(1)
        .optional()
        .meta({ description: 'The share of the keys that is reported: those whose hash is below it. Default: told from the hashes' }),
      gets: z.coerce
        .number()
        .int()
        .min(0)
        .max(1_000_000_000)
        .optional()
        .meta({ description: 'Gets in the time of the report, of all keys. Default: those reported over the share' }),
    }),
    streams: 'text/plain',
    answer: referencesTakenAnswer,
    problems: ['not_found', 'not_allowed', 'too_large', 'too_many', 'unavailable'],
    run: ({ runtime, request, params, query: { rate = null, gets = null } }) => takeReport(runtime, params.target, request, { rate, gets }),
  }),
]
