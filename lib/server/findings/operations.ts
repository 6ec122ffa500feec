import { z } from 'zod'
import { findingAnswer } from '../../model/answers/finding.ts'
import { searchedPage } from '../../model/answers/shape.ts'
import { targetOfFinding } from '../cluster/runsAt.ts'
import { comment, id, paging } from '../http/inputs.ts'
import { operation } from '../http/operation.ts'
import { search } from '../http/search.ts'
import { ofFinding } from '../teams/touches.ts'
import { acknowledgeFinding, commentFinding, getFinding, judgeFinding, listFindings } from './findings.ts'

const tag = 'The loop'

export const findingOperations = [
  operation({
    method: 'GET',
    path: 'findings',
    role: 'viewer',
    shared: 'everything',
    summary: 'Findings, newest first',
    tag,
    query: z.object({
      state: z.enum(['pending', 'firing', 'resolved']).optional(),
      severity: z.enum(['info', 'warning', 'critical']).optional(),
      rule: z.string().optional(),
      target: z.string().optional(),
      ...search('rule, summary, or what it is about'),
      ...paging,
    }),
    answer: searchedPage(findingAnswer),
    run: ({ runtime, query }) => listFindings(runtime, query),
  }),
  operation({
    method: 'GET',
    path: 'findings/{id}',
    role: 'viewer',
    summary: 'One finding',
    tag,
    params: id,
    answer: findingAnswer,
    problems: ['not_found'],
    run: ({ runtime, params }) => getFinding(runtime, params.id),
  }),
  operation({
    method: 'POST',
    path: 'findings/{id}/acknowledge',
    role: 'operator',
    touches: ofFinding,
    audit: { what: 'finding-acknowledged' },
    summary: 'Says that somebody looks after it',
    tag,
    params: id,
    answer: findingAnswer,
    problems: ['not_found'],
    runsAt: targetOfFinding,
    run: ({ runtime, params, by }) => acknowledgeFinding(runtime, params.id, by),
  }),
  operation({
    method: 'POST',
    path: 'findings/{id}/comments',
    role: 'operator',
    touches: ofFinding,
    audit: { what: 'finding-commented', body: ['text'] },
    summary: 'Writes a comment on a finding',
    tag,
    params: id,
    body: comment,
    answer: findingAnswer,
    problems: ['not_found'],
    runsAt: targetOfFinding,
    run: ({ runtime, params, body, by }) => commentFinding(runtime, params.id, body.text, by),
  }),
  operation({
    method: 'POST',
    path: 'findings/{id}/feedback',
    role: 'operator',
    touches: ofFinding,
    audit: { what: 'finding-judged' },
    summary: 'Says whether it is a problem: counted in the record of its rule, nothing is hidden for it',
    tag,
    params: id,
    body: z.strictObject({ isProblem: z.boolean() }),
    answer: findingAnswer,
    problems: ['not_found'],
    runsAt: targetOfFinding,
    run: ({ runtime, params, body, by }) => judgeFinding(runtime, params.id, body.isProblem, by),
  }),
]
