import { z } from 'zod'
import { referencesTakenAnswer } from '../../model/answers/references.ts'
import { operation } from '../http/operation.ts'
import { touchedTarget } from '../teams/touched.ts'
import { takeReport } from './takeReport.ts'

/** A hundred thousand of a billion keys. Less says nothing, and lowers what is kept of all other reporters. */
const RATE_LEAST = 0.0001
/** The end of the year 9999. */
const epochMs = z.coerce.number().min(0).max(253_402_300_799_999)

export const referenceOperations = [
  operation({
    method: 'POST',
    path: 'references/{target}',
    role: 'reporter',
    touches: ({ runtime, params }) => touchedTarget(runtime, params.target),
    audit: { none: 'an application reports which keys it reads, many times a minute' },
    summary:
      'Takes references that an application reports, one a line: `MS HASH OP [SIZE [TTL_MS [PATTERN]]]`; at most 8 MB, gzip allowed. All of a report, or nothing where a line cannot be read',
    tag: 'Curves',
    params: z.object({ target: z.string() }),
    query: z.object({
      rate: z.coerce
        .number()
        .min(RATE_LEAST)
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
      id: z
        .string()
        .regex(/^[\w-]{1,64}$/)
        .optional()
        .meta({ description: 'Of this report: sent once more, because no answer came, it is not counted twice' }),
      sent: epochMs
        .optional()
        .meta({ description: 'The reporter’s clock when it sends: times are set right where that is off by over 2 s' }),
      missingFrom: epochMs.optional().meta({ description: 'References from here on to `missingTo` were dropped by the reporter: a gap' }),
      missingTo: epochMs.optional(),
    }),
    streams: 'text/plain',
    answer: referencesTakenAnswer,
    problems: ['not_found', 'not_allowed', 'too_large', 'too_many', 'unavailable'],
    run: ({ runtime, request, params, query }) => takeReport(runtime, params.target, request, query),
  }),
]
