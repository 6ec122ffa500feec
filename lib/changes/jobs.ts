import type { Change } from '../model/change.ts'
import type { ClockStep } from '../model/clock.ts'
import { EvenkeelError } from '../model/error.ts'
import { canJob, JOB_AFTER, type Job, type JobVerb, jobAs, jobCan, jobEnded } from '../model/job.ts'
import type { Log } from '../model/log.ts'
import type { Store } from '../model/store.ts'
import { runJob } from './jobRun.ts'
import { type JobUndone, undoBatches } from './jobUndo.ts'
import type { Journal } from './journal.ts'
import type { LiveSettings } from './liveSettings.ts'
import { type Mode, refuseReadOnly } from './readOnly.ts'
import { unsavedError } from './refusal.ts'

export type JobsOptions = { store: Store; liveSettings: LiveSettings; journal: Journal; mode(): Mode; now(): number; log: Log }

/** Background jobs: the long work of changes, rate-limited. Whether the work has the predicted effect is judged by the watch of its change. */
export interface Jobs {
  /** The job of a change; it is made the first time. */
  of(change: Change): Job
  /** Resumes a job that should run and does not. */
  run(change: Change): void
  /** Throws `not_found`, `not_allowed`. Nothing is written any more when a pause or a cancel resolves. */
  steer(id: string, verb: JobVerb, by: string): Promise<Job>
  /** The clock was set: the dates of a change's job move along. */
  stepClock(change: Change, step: ClockStep): void
  /** Stops for good, if it has not ended; what it did stays. */
  finish(change: Change, by: string): Promise<void>
  /** Stops for good and puts back what is still the job's own. May be called again after any interruption. */
  putBack(change: Change): Promise<JobUndone>
  /** Jobs that another replica has taken over run here no longer. */
  leave(isOwn: (job: Job) => boolean): void
  /** Resolves when nothing runs. Jobs go on with the next start. */
  stop(): Promise<void>
}

export function createJobs(options: JobsOptions): Jobs {
  const { store, liveSettings, mode, log } = options
  const running = new Map<string, { stop: AbortController; over: Promise<void> }>()
  const of = (change: Change) => store.jobs.get(change.job!) ?? makeJob(change, options)

  async function halt(id: string): Promise<void> {
    const run = running.get(id)
    run?.stop.abort()
    await run?.over
  }

  async function finish(change: Change, text: string, by: string): Promise<void> {
    const { id } = of(change)
    await halt(id)
    if (!jobEnded(store.jobs.get(id)!.state)) setState(id, 'cancelled', text, by, options)
  }

  return {
    of,
    run(change) {
      const { id, state } = of(change)
      if (state !== 'running' || running.has(id) || mode() !== 'tune') return
      const stop = new AbortController()
      const over = runJob(id, change.steps[0]!, stop.signal, options)
        .catch((error: unknown) => log.error({ job: id, err: error }, 'a job ended with an error'))
        .finally(() => running.delete(id))
      running.set(id, { stop, over })
    },
    async steer(id, verb, by) {
      demandJob(id, verb, store)
      if (verb === 'resume') {
        refuseReadOnly(mode())
        const failing = store.failing()
        if (failing) throw unsavedError(failing)
      }
      await halt(id)
      // It may have ended in that moment.
      demandJob(id, verb, store)
      return setState(id, JOB_AFTER[verb], `The job is ${JOB_AFTER[verb]}.`, by, options)
    },
    stepClock(change, { byMs }) {
      const job = store.jobs.get(change.job!)
      if (!job) return
      const { from, to } = job.effect
      store.jobs.put({ ...job, effect: { from: from + byMs, to: to + byMs }, undoableUntil: job.undoableUntil + byMs })
    },
    finish: (change, by) => finish(change, 'The job ends with its change; what it did stays.', by),
    async putBack(change) {
      await finish(change, 'The job ends: its change is rolled back.', 'Evenkeel')
      return undoBatches(change, store, liveSettings)
    },
    leave(isOwn) {
      for (const [id, { stop }] of running) if (!isOwn(store.jobs.get(id)!)) stop.abort()
    },
    async stop() {
      await Promise.all([...running.keys()].map(halt))
    },
  }
}

function makeJob(change: Change, { store, liveSettings, journal }: JobsOptions): Job {
  const work = liveSettings.work(change.steps[0]!)
  const { title, effect, settleMs, undoableUntil } = work
  void work.close()
  const counts = { done: 0, total: null, rate: 0, undoRecorded: 0, left: 0 }
  const job: Job = {
    id: change.job!,
    change: change.id,
    title,
    state: 'running',
    ...counts,
    cursor: null,
    effect,
    ...(settleMs !== undefined && { settleMs }),
    undoableUntil,
  }
  journal.note(change.id, { what: 'intent', text: `${title}. The undo of each batch is stored before the batch is written.` })
  store.jobs.put(job)
  return job
}

function setState(id: string, state: Job['state'], text: string, by: string, { store, journal, now }: JobsOptions): Job {
  const { waiting: _, ...job } = store.jobs.get(id)!
  const next = { ...jobAs(job, state, now()), rate: 0 }
  store.jobs.put(next)
  journal.note(next.change, { what: 'note', text, by })
  return next
}

/** Throws `not_found`, or `not_allowed` where the job's state does not allow the verb. */
function demandJob(id: string, verb: JobVerb, { jobs }: Pick<Store, 'jobs'>): void {
  const job = jobs.get(id)
  if (!job) throw new EvenkeelError('not_found', 'There is no job of that id.')
  if (!canJob(verb, job.state)) throw new EvenkeelError('not_allowed', jobCan[verb].otherwise)
}
