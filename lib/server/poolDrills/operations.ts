import { z } from 'zod'
import { poolDrillAnswer } from '../../model/answers/poolDrill.ts'
import { appliedAnswer } from '../../model/answers/proposal.ts'
import { drillLasts } from '../http/inputs.ts'
import { operation } from '../http/operation.ts'
import { touchedPool } from '../teams/touched.ts'
import { getPoolDrill, startPoolDrill } from './poolDrills.ts'

const tag = 'The loop'
const params = z.object({ target: z.string(), pool: z.string() })
const server = z
  .string()
  .min(1)
  .max(300)
  .meta({ description: 'The server that takes no requests. Of a forecast, by default, the one with the largest weight' })
const way = z
  .enum(['drain', 'weight'])
  .optional()
  .meta({ description: 'Draining, or a weight of 0. By default draining where the balancer can' })

export const poolDrillOperations = [
  operation({
    method: 'GET',
    path: 'pools/{target}/{pool}/drill',
    role: 'viewer',
    summary:
      'What would happen if a server took no requests: the load of the others, how long answers take then, queue and failures; nothing is written',
    tag,
    params,
    query: z.object({ server: server.optional(), way, lasts: drillLasts }),
    answer: poolDrillAnswer,
    problems: ['not_found', 'not_allowed'],
    run: ({ runtime, params, query: { lasts, ...query } }) => getPoolDrill(runtime, { ...params, ...query, lastsMs: lasts }),
  }),
  operation({
    method: 'POST',
    path: 'pools/{target}/{pool}/drill',
    role: 'operator',
    touches: ({ runtime, params }) => touchedPool(runtime, params.target, params.pool),
    audit: { what: 'change-asked', body: ['server', 'way', 'lasts'], answer: ['change'] },
    summary: 'A drill: takes a server out of its pool for a while, holds what was expected against what comes, and puts it back',
    tag,
    params,
    body: z.strictObject({ server, way, lasts: drillLasts }),
    answer: appliedAnswer,
    status: 202,
    problems: ['not_found', 'not_allowed', 'read_only', 'busy', 'drift', 'invalid', 'unreachable'],
    runsAt: ({ runtime, params }) => (runtime.engine.targetConfig(params.target) ? params.target : null),
    run: ({ runtime, params, body: { lasts, ...body }, by }) => startPoolDrill(runtime, { ...params, ...body, lastsMs: lasts }, by),
  }),
]
