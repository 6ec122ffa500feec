export type JobState = 'running' | 'paused' | 'done' | 'cancelled' | 'failed'

/** A background job: the long work of a change, many small writes instead of one. The undo of each is stored before it is written. */
export type Job = {
  id: string
  change: string
  /** What it does, for people. */
  title: string
  state: JobState
  /** Items written. */
  done: number
  /** How many it will be, as far as that can be told by now. */
  total: number | null
  /** Items a second. */
  rate: number
  /** Items whose undo is in the store. */
  undoRecorded: number
  /** Items that somebody else changed in the moment of the write: they were left alone. */
  left: number
  /** Where the next slice begins; null before the first. */
  cursor: string | null
  /** Why it does nothing just now, although it is running. */
  waiting?: string
  /** Why it failed. */
  because?: string
  /** Epoch ms between which its effect shows. */
  effect: { from: number; to: number }
  /** Where that is not known before it has ended: for how long from then on. */
  settleMs?: number
  /** Epoch ms from which on nothing of it can be undone: what was to come back is over. */
  undoableUntil: number
}

/** Items of one job whose undo is kept, about 20 MB: a remedy proposes no more, and a job that would need more is put back and ends failed. */
export const JOB_ITEMS_MOST = 200_000

/** Which state allows which verb: both the route and the button read this. */
export const jobCan = {
  pause: { states: ['running'], otherwise: 'Only a running job can be paused.' },
  resume: { states: ['paused'], otherwise: 'Only a paused job can be resumed.' },
  cancel: { states: ['running', 'paused'], otherwise: 'The job has ended: what it did is undone by rolling its change back.' },
} as const satisfies Record<string, { states: readonly JobState[]; otherwise: string }>

export type JobVerb = keyof typeof jobCan

export const canJob = (verb: JobVerb, state: JobState): boolean => (jobCan[verb].states as readonly JobState[]).includes(state)

export const JOB_AFTER: Record<JobVerb, JobState> = { pause: 'paused', resume: 'running', cancel: 'cancelled' }

export const jobEnded = (state: JobState) => state !== 'running' && state !== 'paused'

/** A job in another state; where its effect shows after its end, that is now. */
export const jobAs = (job: Job, state: JobState, now: number): Job => ({
  ...job,
  state,
  ...(jobEnded(state) && !jobEnded(job.state) && job.settleMs !== undefined && { effect: { from: now, to: now + job.settleMs } }),
})
