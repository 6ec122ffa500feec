import { z } from 'zod'
import { page } from '../../model/answers/shape.ts'
import { ttlAnswer } from '../../model/answers/ttl.ts'
import { name, paging } from '../http/inputs.ts'
import { operation } from '../http/operation.ts'
import { getTtl, listTtls } from './ttls.ts'

const tag = 'Balancing'

export const ttlOperations = [
  operation({
    method: 'GET',
    path: 'ttls',
    role: 'viewer',
    shared: 'everything',
    summary: 'TTL policies',
    tag,
    query: z.object(paging),
    answer: page(ttlAnswer),
    run: ({ runtime, query }) => listTtls(runtime, query),
  }),
  operation({
    method: 'GET',
    path: 'ttls/{name}',
    role: 'viewer',
    summary: 'One TTL policy',
    tag,
    params: name,
    answer: ttlAnswer,
    problems: ['not_found'],
    run: ({ runtime, params }) => getTtl(runtime, params.name),
  }),
]
