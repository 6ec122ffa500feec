import { z } from 'zod'
import { incidentAnswer } from '../../model/answers/incident.ts'
import { page } from '../../model/answers/shape.ts'
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
    answer: page(incidentAnswer),
    run: ({ runtime, query }) => listIncidents(runtime, query),
  }),
  operation({
    method: 'GET',
    path: 'incidents/{id}',
    role: 'viewer',
    summary: 'One incident with its timeline',
    tag,
    params: id,
    answer: incidentAnswer,
    problems: ['not_found'],
    run: ({ runtime, params }) => getIncident(runtime, params.id),
  }),
]
