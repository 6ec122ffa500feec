import { z } from 'zod'
import { poolAnswer } from '../../model/answers/pool.ts'
import { searchedPage } from '../../model/answers/shape.ts'
import { POOL_COLUMNS } from '../../model/listColumns.ts'
import { flag } from '../http/inputs.ts'
import { operation } from '../http/operation.ts'
import { search } from '../http/search.ts'
import { askedBy, sortingOfMine } from '../http/sorting.ts'
import { getPool, listPools } from './pools.ts'

const tag = 'Balancing'

export const poolOperations = [
  operation({
    method: 'GET',
    path: 'pools',
    role: 'viewer',
    shared: 'everything',
    summary: 'Pools of every balancer',
    tag,
    query: z.object({
      target: z.string().optional(),
      brief: flag.optional().meta({
        description:
          'For long lists: without rings and what is not understood, and of servers name, address, weights, state and shares alone',
      }),
      ...search('target, name, algorithm, or a server’s name or address'),
      ...sortingOfMine(POOL_COLUMNS),
    }),
    answer: searchedPage(poolAnswer),
    run: (call) => listPools(call.runtime, askedBy(call)),
  }),
  operation({
    method: 'GET',
    path: 'pools/{target}/{pool}',
    role: 'viewer',
    summary: 'One pool: weights, shares expected and seen, response times',
    tag,
    params: z.object({ target: z.string(), pool: z.string() }),
    answer: poolAnswer,
    problems: ['not_found'],
    run: ({ runtime, params }) => getPool(runtime, params.target, params.pool),
  }),
]
