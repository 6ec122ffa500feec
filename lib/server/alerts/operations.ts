import { z } from 'zod'
import { alertRouteAnswer } from '../../model/answers/alertRoute.ts'
import { shadowAnswer } from '../../model/answers/shadow.ts'
import { severity } from '../../model/answers/shape.ts'
import { time } from '../http/inputs.ts'
import { operation } from '../http/operation.ts'
import { alertEditOperations } from './editOperations.ts'
import { shadow } from './shadow.ts'
import { whereTo } from './whereTo.ts'

const tag = 'Alerts'

const asked = z.object({
  rule: z.string().max(200).default('').meta({ description: 'Id of a rule' }),
  severity: severity.default('warning'),
  at: time.optional().meta({ description: 'When it fires; default now' }),
})
const NOT_LABELS = new Set(Object.keys(asked.shape))

export const alertOperations = [
  ...alertEditOperations,
  operation({
    method: 'GET',
    path: 'alerts/route',
    role: 'viewer',
    summary: 'Who would be told of a finding, when, and why not; every other parameter is a label of its subject, such as target',
    tag,
    query: asked.loose(),
    answer: alertRouteAnswer,
    run: ({ runtime, query: { rule, severity, at }, search }) => {
      const subject = Object.fromEntries([...search].filter(([label]) => !NOT_LABELS.has(label)))
      return whereTo(runtime, { rule, severity, subject, at: at ?? runtime.now() })
    },
  }),
  operation({
    method: 'GET',
    path: 'alerts/shadow',
    role: 'viewer',
    summary: 'What the present routes would have sent in the last days of what fired then',
    tag,
    query: z.object({ days: z.coerce.number().int().min(1).max(30).default(7).meta({ description: 'How many days back' }) }),
    answer: shadowAnswer,
    run: ({ runtime, query }) => shadow(runtime, query.days),
  }),
]
