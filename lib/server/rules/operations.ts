import { z } from 'zod'
import * as answers from '../http/answers.ts'
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
    answer: answers.page(answers.rule),
    run: ({ runtime, query }) => listRules(runtime, query),
  }),
]
