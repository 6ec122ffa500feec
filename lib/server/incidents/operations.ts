import { z } from 'zod'
import * as answers from '../http/answers.ts'
import { id, paging } from '../http/inputs.ts'
import { operation } from '../http/operation.ts'
import { getIncident, listIncidents } from './incidents.ts'

const tag = 'The loop'

export const incidentOperations = [
  operation({
    method: 'GET',
    path: 'incidents',
    role: 'viewer',
    summary: 'Findings of one cause together, newest first',
    tag,
    query: z.object({ state: z.enum(['firing', 'resolved']).optional(), ...paging }),
    answer: answers.page(answers.incident),
    run: ({ runtime, query }) => listIncidents(runtime, query),
  }),
  operation({
    method: 'GET',
    path: 'incidents/{id}',
    role: 'viewer',
    summary: 'One incident with its timeline',
    tag,
    params: id,
    answer: answers.incident,
    problems: ['not_found'],
    run: ({ runtime, params }) => getIncident(runtime, params.id),
  }),
]
