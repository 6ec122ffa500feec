import { z } from 'zod'
import { jobAnswer } from '../../model/answers/job.ts'
import { page } from '../../model/answers/shape.ts'
import { targetOfJob } from '../cluster/runsAt.ts'
import { id, paging } from '../http/inputs.ts'
import { operation } from '../http/operation.ts'
import { ofJob } from '../teams/touches.ts'
import { getJob, listJobs, steerJob } from './jobs.ts'

const tag = 'The loop'

export const jobOperations = [
  operation({
    method: 'GET',
    path: 'jobs',
    role: 'viewer',
    summary: 'Long work of changes, newest first',
    tag,
    query: z.object(paging),
    answer: page(jobAnswer),
    run: ({ runtime, query }) => listJobs(runtime, query),
  }),
  operation({
    method: 'GET',
    path: 'jobs/{id}',
    role: 'viewer',
    summary: 'One job',
    tag,
    params: id,
    answer: jobAnswer,
    problems: ['not_found'],
    run: ({ runtime, params }) => getJob(runtime, params.id),
  }),
  ...(['pause', 'resume', 'cancel'] as const).map((verb) =>
    operation({
      method: 'POST',
      path: `jobs/{id}/${verb}`,
      role: 'operator',
      touches: ofJob,
      audit: { what: 'job-steered' },
      summary: `${verb[0]!.toUpperCase()}${verb.slice(1)}s a job`,
      tag,
      params: id,
      answer: jobAnswer,
      status: 202,
      problems: ['not_found', 'not_allowed', 'read_only'],
      runsAt: targetOfJob,
      run: ({ runtime, params, by }) => steerJob(runtime, params.id, verb, by),
    }),
  ),
]
