import { z } from 'zod'
import { anything, page } from '../../model/answers/shape.ts'
import { silenceAnswer } from '../../model/answers/silence.ts'
import { id, paging, time, words } from '../http/inputs.ts'
import { operation } from '../http/operation.ts'
import { createSilence, deleteSilence, getSilence, listSilences } from './silences.ts'

const tag = 'Alerts'

export const silenceOperations = [
  operation({
    method: 'GET',
    path: 'silences',
    role: 'viewer',
    summary: 'Silences, newest first',
    tag,
    query: z.object(paging),
    answer: page(silenceAnswer),
    run: ({ runtime, query }) => listSilences(runtime, query),
  }),
  operation({
    method: 'POST',
    path: 'silences',
    role: 'operator',
    audit: { what: 'silence-made', body: ['match', 'reason'], answer: ['id', 'until'] },
    summary: 'Mutes the notices of findings whose labels match',
    tag,
    body: z.strictObject({
      match: z
        .record(z.string().min(1).max(100), z.string().max(1000))
        .refine((match) => Object.keys(match).length > 0, { error: 'expected at least one label: rule, severity, target, …' }),
      from: time.optional(),
      until: time,
      reason: words(2000).default(''),
    }),
    answer: silenceAnswer,
    status: 201,
    problems: ['invalid'],
    run: ({ runtime, body, by }) => createSilence(runtime, body, by),
  }),
  operation({
    method: 'GET',
    path: 'silences/{id}',
    role: 'viewer',
    summary: 'One silence',
    tag,
    params: id,
    answer: silenceAnswer,
    problems: ['not_found'],
    run: ({ runtime, params }) => getSilence(runtime, params.id),
  }),
  operation({
    method: 'DELETE',
    path: 'silences/{id}',
    role: 'operator',
    audit: { what: 'silence-ended' },
    summary: 'Ends a silence',
    tag,
    params: id,
    answer: anything,
    status: 204,
    problems: ['not_found'],
    run: ({ runtime, params }) => deleteSilence(runtime, params.id),
  }),
]
