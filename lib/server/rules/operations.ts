import { z } from 'zod'
import { ruleAnswer, rulePageAnswer } from '../../model/answers/rule.ts'
import { page } from '../../model/answers/shape.ts'
import { paging } from '../http/inputs.ts'
import { operation } from '../http/operation.ts'
import { getRule } from './rule.ts'
import { listRules } from './rules.ts'

const tag = 'Observing'

export const ruleOperations = [
  operation({
    method: 'GET',
    path: 'rules',
    role: 'viewer',
    shared: 'everything',
    summary: 'Rules, their settings and what they say now',
    tag,
    query: z.object(paging),
    answer: page(ruleAnswer),
    run: ({ runtime, query }) => listRules(runtime, query),
  }),
  operation({
    method: 'GET',
    path: 'rules/{group}/{name}',
    role: 'viewer',
    summary: 'One rule: the reasons of its thresholds, its record on this fleet, what it costs now, its remedies',
    tag,
    params: z.object({ group: z.string(), name: z.string() }),
    answer: rulePageAnswer,
    problems: ['not_found'],
    run: ({ runtime, params }) => getRule(runtime, `${params.group}/${params.name}`),
  }),
]
