import type { Job } from '../model/change.ts'
import { EvenkeelError } from '../model/error.ts'
import type { Page } from '../model/views.ts'
import type { House } from './house.ts'

/** Long work of changes. No remedy of this version needs any. */
export function listJobs(_house: House): Page<Job> {
  return { items: [], next: null }
}

export function getJob(_house: House, _id: string): Job {
  throw new EvenkeelError('not_found', 'There is no job of that id.')
}

export function steerJob(house: House, id: string, _verb: 'pause' | 'resume' | 'cancel'): Job {
  return getJob(house, id)
}
