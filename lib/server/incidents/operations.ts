import { z } from 'zod'
import { incidentAnswer } from '../../model/answers/incident.ts'
import { searchedPage } from '../../model/answers/shape.ts'
import { comment, id, paging } from '../http/inputs.ts'
import { operation } from '../http/operation.ts'
import { search } from '../http/search.ts'
import { ofIncident } from '../teams/touches.ts'
import { acknowledgeIncident, commentIncident, getIncident, listIncidents } from './incidents.ts'
import { incidentReport } from './report.ts'

const tag = 'The loop'

export const incidentOperations = [
  operation({
    method: 'GET',
    path: 'incidents',
    role: 'viewer',
    shared: 'everything',
    summary: 'Findings of one cause together, newest first',
    tag,
    query: z.object({
      state: z.enum(['firing', 'resolved']).optional(),
      ...search('findings: their rule, summary, or what they are about,'),
      ...paging,
    }),
    answer: searchedPage(incidentAnswer),
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
  operation({
    method: 'GET',
    path: 'incidents/{id}/post-mortem',
    role: 'viewer',
    summary: 'A post-mortem in Markdown: what was measured and done is filled in, what people know is asked for',
    tag,
    params: id,
    answer: z.string(),
    type: 'text/markdown',
    problems: ['not_found'],
    run: ({ runtime, params }) =>
      new Response(incidentReport(runtime, params.id), {
        headers: {
          'content-type': 'text/markdown; charset=utf-8',
          'content-disposition': 'attachment; filename="post-mortem.md"',
          'x-content-type-options': 'nosniff',
        },
      }),
  }),
  operation({
    method: 'POST',
    path: 'incidents/{id}/acknowledge',
    role: 'operator',
    touches: ofIncident,
    audit: { what: 'finding-acknowledged' },
    summary: 'Says that somebody looks after all that fires in it',
    tag,
    params: id,
    answer: incidentAnswer,
    problems: ['not_found'],
    run: ({ runtime, params, by }) => acknowledgeIncident(runtime, params.id, by),
  }),
  operation({
    method: 'POST',
    path: 'incidents/{id}/comments',
    role: 'operator',
    touches: ofIncident,
    audit: { what: 'finding-commented', body: ['text'] },
    summary: 'Writes a comment on an incident, which stands at its first finding',
    tag,
    params: id,
    body: comment,
    answer: incidentAnswer,
    problems: ['not_found'],
    run: ({ runtime, params, body, by }) => commentIncident(runtime, params.id, body.text, by),
  }),
]
