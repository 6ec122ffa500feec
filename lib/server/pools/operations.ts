import { z } from 'zod'
import * as answers from '../http/answers.ts'
import { paging } from '../http/inputs.ts'
import { operation } from '../http/operation.ts'
import { getPool, listPools } from './pools.ts'

const tag = 'Balancing'

export const poolOperations = [
  operation({
    method: 'GET',
    path: 'pools',
    role: 'viewer',
    summary: 'Pools of every balancer',
    tag,
    query: z.object({ target: z.string().optional(), ...paging }),
    answer: answers.page(answers.pool),
    run: ({ runtime, query }) => listPools(runtime, query),
  }),
  operation({
    method: 'GET',
    path: 'pools/{target}/{pool}',
    role: 'viewer',
    summary: 'One pool: weights, shares expected and seen, response times',
    tag,
    params: z.object({ target: z.string(), pool: z.string() }),
    answer: answers.pool,
    problems: ['not_found'],
    run: ({ runtime, params }) => getPool(runtime, params.target, params.pool),
  }),
]
