import { EvenkeelError } from '../model/error.ts'
import type { Job, JobVerb } from '../model/job.ts'
import type { JobView, Page } from '../model/views.ts'
import type { House } from './house.ts'
import { type Paging, pageNewest } from './paging.ts'

/** Long work of changes, of the newest change first. */
export function listJobs(house: House, paging: Paging = {}): Page<JobView> {
  const { items, ...rest } = pageNewest(house.store.jobs.list(), (job) => house.store.changes.get(job.change)?.at ?? 0, paging)
  return { items: items.map(jobView), ...rest }
}

export function getJob(house: House, id: string): JobView {
  const job = house.store.jobs.get(id)
  if (!job) throw new EvenkeelError('not_found', 'There is no job of that id.')
  return jobView(job)
}

export async function steerJob(house: House, id: string, verb: JobVerb, by: string): Promise<JobView> {
  return jobView(await house.changes.steerJob(id, verb, by))
}

const jobView = ({ cursor: _, effect: __, undoableUntil: ___, ...job }: Job): JobView => job
