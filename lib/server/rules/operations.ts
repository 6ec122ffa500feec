import { z } from 'zod'
import { ruleAnswer } from '../../model/answers/rule.ts'
import { page } from '../../model/answers/shape.ts'
import { paging } from '../http/inputs.ts'
import { operation } from '../http/operation.ts'
import { listRules } from './rules.ts'

const tag = 'Observing'

export const ruleOperations = [
  operation({
    method: 'GET',
    path: 'rules',
    role: 'viewer',
    summary: 'Rules, their settings and what they say now',
    tag,
    query: z.object(paging),
    answer: page(ruleAnswer),
    run: ({ runtime, query }) => listRules(runtime, query),
  }),
]
