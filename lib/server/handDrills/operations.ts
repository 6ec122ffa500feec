import { z } from 'zod'
import { handDrillAnswer, handPlanAnswer } from '../../model/answers/handDrill.ts'
import { page } from '../../model/answers/shape.ts'
import { drillLasts } from '../http/inputs.ts'
import { operation } from '../http/operation.ts'
import { touchedRef } from '../teams/touched.ts'
import { callOffHandDrill, getHandPlan, handDrillThing, listHandDrills, startHandDrill } from './handDrills.ts'

const tag = 'The loop'
const thing = z
  .string()
  .min(1)
  .max(600)
  .meta({ description: 'What a person stops: `node:RING/NODE` or `server:TARGET/POOL/SERVER`', example: 'node:products/cache-b' })

export const handDrillOperations = [
  operation({
    method: 'GET',
    path: 'hand-drills',
    role: 'viewer',
    summary: 'Drills that people did by hand, the newest first',
    tag,
    answer: page(handDrillAnswer),
    run: ({ runtime }) => listHandDrills(runtime),
  }),
  operation({
    method: 'GET',
    path: 'hand-drills/plan/{thing}',
    role: 'viewer',
    summary: 'What is expected when a person stops a node or a server; nothing is written',
    tag,
    params: z.object({ thing }),
    query: z.object({ lasts: drillLasts }),
    answer: handPlanAnswer,
    problems: ['not_found', 'not_allowed'],
    run: ({ runtime, params, query: { lasts } }) => getHandPlan(runtime, { ...params, lastsMs: lasts }),
  }),
  operation({
    method: 'POST',
    path: 'hand-drills',
    role: 'operator',
    touches: ({ runtime, body }) => touchedRef(runtime, body.thing),
    audit: { what: 'drill-started', body: ['thing', 'lasts'] },
    summary:
      'A person stops something now: Evenkeel writes nothing, notices that it goes, holds what was expected against what comes, and notices its return',
    tag,
    body: z.strictObject({ thing, lasts: drillLasts }),
    answer: handDrillAnswer,
    status: 202,
    problems: ['not_found', 'not_allowed', 'busy'],
    run: ({ runtime, body: { thing, lasts }, by }) => startHandDrill(runtime, { thing, lastsMs: lasts }, by),
  }),
  operation({
    method: 'DELETE',
    path: 'hand-drills/{id}',
    role: 'operator',
    touches: ({ runtime, params }) => touchedRef(runtime, handDrillThing(runtime, params.id)),
    audit: { what: 'drill-ended' },
    summary: 'Calls off a drill by hand of which nothing was stopped yet',
    tag,
    params: z.object({ id: z.string() }),
    answer: handDrillAnswer,
    problems: ['not_found', 'not_allowed'],
    run: ({ runtime, params }) => callOffHandDrill(runtime, params.id),
  }),
]
