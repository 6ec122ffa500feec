import { curvesAnswer } from '../../model/answers/curves.ts'
import { operation } from '../http/operation.ts'
import { askCurves } from './curves.ts'
import { curvesRequest } from './question.ts'

export const curvesOperations = [
  operation({
    method: 'POST',
    path: 'curves',
    role: 'viewer',
    touches: 'nothing',
    audit: { none: 'computes only' },
    summary:
      'What a cache would hit in other sizes, with another policy or TTL: simulated from an uploaded trace or from a target’s references; stateless',
    tag: 'Curves',
    body: curvesRequest,
    answer: curvesAnswer,
    problems: ['not_found', 'too_little', 'invalid', 'too_many', 'unavailable'],
    run: ({ runtime, body, by, request }) => askCurves(runtime, body, { by, gone: request.signal }),
  }),
]
