import { z } from 'zod'
import { appliedAnswer } from '../../model/answers/proposal.ts'
import { ringDrillAnswer } from '../../model/answers/ringDrill.ts'
import { targetOfRing } from '../cluster/runsAt.ts'
import { drillLasts, name } from '../http/inputs.ts'
import { operation } from '../http/operation.ts'
import { ofRing } from '../teams/touches.ts'
import { getRingDrill, startRingDrill } from './ringDrills.ts'

const tag = 'The loop'
const node = z
  .string()
  .min(1)
  .max(300)
  .meta({ description: 'The node that leaves the ring. Of a forecast, by default, the one that is read most' })

export const ringDrillOperations = [
  operation({
    method: 'GET',
    path: 'rings/{name}/drill',
    role: 'viewer',
    summary:
      'What would happen if a node left the ring: reads of the origin, who takes over, how long until it is warm; nothing is written',
    tag,
    params: name,
    query: z.object({ node: node.optional(), lasts: drillLasts }),
    answer: ringDrillAnswer,
    problems: ['not_found', 'not_allowed'],
    run: ({ runtime, params, query: { node, lasts } }) => getRingDrill(runtime, { ring: params.name, node, lastsMs: lasts }),
  }),
  operation({
    method: 'POST',
    path: 'rings/{name}/drill',
    role: 'operator',
    touches: ofRing,
    audit: { what: 'change-asked', body: ['node', 'lasts'], answer: ['change'] },
    summary: 'A drill: takes a node out of the ring for a while, holds what was expected against what comes, and puts it back',
    tag,
    params: name,
    body: z.strictObject({ node, lasts: drillLasts }),
    answer: appliedAnswer,
    status: 202,
    problems: ['not_found', 'not_allowed', 'read_only', 'busy', 'drift', 'not_followed', 'approval_needed', 'invalid', 'unreachable'],
    runsAt: targetOfRing,
    run: ({ runtime, params, body: { node, lasts }, by }) => startRingDrill(runtime, { ring: params.name, node, lastsMs: lasts }, by),
  }),
]
