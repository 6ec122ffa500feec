import { z } from 'zod'
import { autopilotAnswer, autopilotRuleAnswer, simulationAnswer } from '../../model/answers/autopilot.ts'
import { id } from '../http/inputs.ts'
import { operation } from '../http/operation.ts'
import { ofPolicy } from '../teams/touches.ts'
import { getAutopilot, returnLicence } from './autopilot.ts'
import { simulateAutopilot } from './simulation.ts'

const tag = 'The loop'

/** `team=shop,env=prod`. */
const where = z
  .string()
  .max(1_000)
  .default('')
  .transform((text, context) => {
    const pairs = text === '' ? [] : text.split(',').map((pair) => /^([^=]+)=(.+)$/.exec(pair.trim()))
    if (pairs.includes(null)) {
      context.addIssue({ code: 'custom', message: 'expected labels of targets: team=shop,env=prod' })
      return z.NEVER
    }
    return Object.fromEntries(pairs.map((pair) => [pair![1]!, pair![2]!]))
  })
  .meta({ description: 'Labels of targets, all of which must fit; none: every target', example: 'team=shop,env=prod' })

/** What a policy may be simulated with. */
const simulated = z.object({
  advisor: z
    .string()
    .max(100)
    .optional()
    .meta({ description: 'The remedy; default: that of the first policy, else the first that is fit' }),
  where,
  days: z.coerce.number().int().min(1).max(30).default(30).meta({ description: 'How far back; at most 30, which is the default' }),
  licence: z
    .enum(['earned', 'given'])
    .default('earned')
    .meta({ description: '`given`: as if the remedy had had its licence all the time' }),
  perHour: z.coerce.number().int().min(1).max(1_000).optional().meta({ description: 'Default: as the policy says, else 4' }),
  trafficShare: z.coerce.number().gt(0).max(1).optional().meta({ description: 'Default: as the policy says, else no limit' }),
})

export const autopilotOperations = [
  operation({
    method: 'GET',
    path: 'autopilot',
    role: 'viewer',
    summary: 'What is applied without a click: each policy with its record, its licence and what it has done',
    tag,
    answer: autopilotAnswer,
    run: ({ runtime }) => getAutopilot(runtime),
  }),
  operation({
    method: 'GET',
    path: 'autopilot/simulate',
    role: 'viewer',
    summary:
      'Replays the stored proposals of up to 30 days: what a policy would have done, when, with what predicted effect, and what came of it where somebody did',
    tag,
    query: simulated,
    answer: simulationAnswer,
    problems: ['invalid', 'busy'],
    run: ({ runtime, query }) => simulateAutopilot(runtime, query),
  }),
  operation({
    method: 'POST',
    path: 'autopilot/{id}/licence',
    role: 'operator',
    touches: ofPolicy,
    audit: { what: 'licence-returned' },
    summary: 'Returns the licence that a regression of its own took away from a policy',
    tag,
    params: id,
    answer: autopilotRuleAnswer,
    problems: ['not_found', 'not_allowed', 'busy'],
    run: ({ runtime, params, by }) => returnLicence(runtime, params.id, by),
  }),
]
