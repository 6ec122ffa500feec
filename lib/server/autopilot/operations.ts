import { autopilotAnswer, autopilotRuleAnswer } from '../../model/answers/autopilot.ts'
import { id } from '../http/inputs.ts'
import { operation } from '../http/operation.ts'
import { getAutopilot, returnLicence } from './autopilot.ts'

const tag = 'The loop'

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
    method: 'POST',
    path: 'autopilot/{id}/licence',
    role: 'operator',
    audit: { what: 'licence-returned' },
    summary: 'Returns the licence that a regression of its own took away from a policy',
    tag,
    params: id,
    answer: autopilotRuleAnswer,
    problems: ['not_found', 'not_allowed', 'busy'],
    run: ({ runtime, params, by }) => returnLicence(runtime, params.id, by),
  }),
]
