import { z } from 'zod'
import { loadResultAnswer, runAnswer, runListed } from '../../model/answers/run.ts'
import { searchedPage } from '../../model/answers/shape.ts'
import { id, paging } from '../http/inputs.ts'
import { operation } from '../http/operation.ts'
import { search } from '../http/search.ts'
import { ofAnnotation } from '../teams/touches.ts'
import { listRunsPage, runReport } from './report.ts'
import { attachResult } from './results/attach.ts'

const tag = 'The loop'

export const runOperations = [
  operation({
    method: 'GET',
    path: 'runs',
    role: 'viewer',
    summary: 'Load tests, newest first: annotations with the tag `load-test`',
    tag,
    query: z.object({ ...paging, ...search('name, author, tags or tools') }),
    answer: searchedPage(runListed),
    run: ({ runtime, query }) => listRunsPage(runtime, query),
  }),
  operation({
    method: 'GET',
    path: 'runs/{id}',
    role: 'viewer',
    summary: 'A load test beside the time before it: every pool, ring and cache, and what gave way first',
    tag,
    params: id,
    answer: runAnswer,
    problems: ['not_found'],
    run: ({ runtime, params }) => runReport(runtime, params.id),
  }),
  operation({
    method: 'POST',
    path: 'runs/{id}/results',
    role: 'operator',
    touches: ofAnnotation,
    audit: { what: 'load-result-attached', answer: ['tool', 'format'] },
    summary:
      'Attaches what the load generator says: a summary of k6, a stats or stats_history CSV of Locust, a log or a JSON report of Gatling; at most 32 MB, gzip allowed',
    tag,
    params: id,
    streams: 'application/octet-stream',
    answer: loadResultAnswer,
    status: 201,
    problems: ['not_found', 'too_large', 'not_allowed', 'too_many', 'unavailable', 'invalid'],
    run: ({ runtime, params, request, by }) => attachResult(runtime, params.id, request, by),
  }),
]
