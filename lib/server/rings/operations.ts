import { z } from 'zod'
import { describedAnswer, ringAnswer, ringEvaluation, ringTextsAnswer } from '../../model/answers/ring.ts'
import { searchedPage } from '../../model/answers/shape.ts'
import { name, paging } from '../http/inputs.ts'
import { operation } from '../http/operation.ts'
import { search } from '../http/search.ts'
import { describeInThread, evaluateInThread } from '../workers/rings.ts'
import { getRing, listRings } from './rings.ts'
import { ringTexts } from './texts.ts'

const tag = 'Balancing'

export const ringOperations = [
  operation({
    method: 'GET',
    path: 'rings',
    role: 'viewer',
    shared: 'everything',
    summary: 'Rings that applications hold',
    tag,
    query: z.object({ ...paging, ...search('name, algorithm or a node’s name') }),
    answer: searchedPage(ringAnswer),
    run: ({ runtime, query }) => listRings(runtime, query),
  }),
  operation({
    method: 'GET',
    path: 'rings/{name}',
    role: 'viewer',
    summary: 'One ring',
    tag,
    params: name,
    answer: ringAnswer,
    problems: ['not_found'],
    run: ({ runtime, params }) => getRing(runtime, params.name),
  }),
  operation({
    method: 'POST',
    path: 'rings/evaluate',
    role: 'viewer',
    touches: 'nothing',
    audit: { none: 'computes only' },
    summary: 'What a ring, or a change of one, does to the keys; stateless and exact',
    tag,
    body: z.strictObject({
      before: z.unknown().meta({ description: 'RingSpec' }),
      after: z.unknown().optional().meta({ description: 'RingSpec' }),
      keys: z.unknown().optional().meta({ description: 'string[]' }),
    }),
    answer: ringEvaluation,
    problems: ['invalid', 'too_many', 'unavailable'],
    run: ({ body, by, request }) => evaluateInThread(body, { by, gone: request.signal }),
  }),
  operation({
    method: 'POST',
    path: 'rings/describe',
    role: 'viewer',
    touches: 'nothing',
    audit: { none: 'computes only' },
    summary: 'The ring that a piece of haproxy.cfg, nginx.conf, VCL, nutcracker.yml, EDS or CLUSTER NODES describes; stateless',
    tag,
    body: z.strictObject({ text: z.string().max(500_000).meta({ description: 'the configuration, or a RingSpec as JSON' }) }),
    answer: describedAnswer,
    problems: ['invalid', 'too_many', 'unavailable'],
    run: async ({ body, by, request }) => ({ spec: await describeInThread(body.text, { by, gone: request.signal }) }),
  }),
  operation({
    method: 'POST',
    path: 'rings/text',
    role: 'viewer',
    touches: 'nothing',
    audit: { none: 'computes only' },
    summary:
      "A ring as its program's configuration writes it, or why that cannot hold it; `rings/describe` reads it as the same ring; stateless",
    tag,
    body: z.strictObject({ spec: z.unknown().meta({ description: 'RingSpec' }) }),
    answer: ringTextsAnswer,
    problems: ['invalid'],
    run: ({ body }) => ringTexts(body.spec),
  }),
]
