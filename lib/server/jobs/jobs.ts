import type { JobView } from '../../model/answers/job.ts'
import type { Page } from '../../model/answers/shape.ts'
import { EvenkeelError } from '../../model/error.ts'
import type { Job, JobVerb } from '../../model/job.ts'
import { type Paging, pageNewest } from '../http/paging.ts'
import type { Runtime } from '../runtime.ts'

/** Long work of changes, of the newest change first. */
export function listJobs(runtime: Runtime, paging: Paging = {}): Page<JobView> {
  const { items, ...rest } = pageNewest(runtime.store.jobs.list(), (job) => runtime.store.changes.get(job.change)?.at ?? 0, paging)
  return { items: items.map(jobView), ...rest }
}

export function getJob(runtime: Runtime, id: string): JobView {
  const job = runtime.store.jobs.get(id)
  if (!job) throw new EvenkeelError('not_found', 'There is no job of that id.')
  return jobView(job)
}

export async function steerJob(runtime: Runtime, id: string, verb: JobVerb, by: string): Promise<JobView> {
  return jobView(await runtime.changes.steerJob(id, verb, by))
}

const jobView = ({ cursor: _, effect: __, undoableUntil: ___, settleMs: ____, ...job }: Job): JobView => job
