import { setTimeout as sleep } from 'node:timers/promises'
import { count } from '../format/format.ts'
import type { Change } from '../model/change.ts'
import type { ClockStep } from '../model/clock.ts'
import { EvenkeelError } from '../model/error.ts'
import { canJob, JOB_AFTER, type Job, type JobVerb, jobCan, jobEnded } from '../model/job.ts'
import type { Log } from '../model/log.ts'
import type { LongWork } from '../model/product.ts'
import type { Step } from '../model/proposal.ts'
import type { Store } from '../model/store.ts'
import type { Journal } from './journal.ts'
import type { LiveSettings } from './liveSettings.ts'
import { publicError } from './publicError.ts'
import { type Mode, refuseReadOnly } from './readOnly.ts'
import { unsavedError } from './refusal.ts'
import { within } from './within.ts'

/** Ten slices a second at most, and two thirds of the time none: where answers take longer, there are fewer. */
const SLICES_MS = 100
const REST = 2
/** The server is asked how it fares, and progress is written down, this often. */
const EVERY_MS = 1_000
/** About 20 MB of undo. A job that would need more is put back and ends failed. */
export const UNDO_MOST = 200_000
/** One slice may take so long. */
const SLICE_MS = 3_000

export type JobsOptions = { store: Store; liveSettings: LiveSettings; journal: Journal; mode(): Mode; log: Log }

/** Runs the long work of changes beside everything else, at its own pace. Whether it does its good is for the watch of its change to say. */
export interface Jobs {
  /** The job of a change; it is made the first time. */
  of(change: Change): Job
  /** Goes on with a job that is to run and does not. */
  run(change: Change): void
  /** Throws `not_found`, `not_allowed`. Nothing is written any more when a pause or a cancel resolves. */
  steer(id: string, verb: JobVerb, by: string): Promise<Job>
  /** The clock was set: the dates of a change's job move along. */
  stepClock(change: Change, step: ClockStep): void
  /** Stops for good, if it has not ended; what it did stays. */
  finish(change: Change, by: string): Promise<void>
  /** Stops for good and puts back what is still the job's own. May be called again after any interruption. */
  putBack(change: Change): Promise<{ restored: number; left: number; lost: number }>
  /** Resolves when nothing runs. Jobs go on with the next start. */
  stop(): Promise<void>
}

export function createJobs({ store, liveSettings, journal, mode, log }: JobsOptions): Jobs {
  const running = new Map<string, { stop: AbortController; over: Promise<void> }>()

  /** A person's word may have come meanwhile: a job that was running must not come back to that by what its work writes down. */
  function save(job: Job): Job {
    const stored = store.jobs.get(job.id)
    // So may the clock have been set: dates are the store's.
    const dated = stored ? { ...job, effect: stored.effect, undoableUntil: stored.undoableUntil } : job
    const saved = stored && stored.state !== 'running' ? { ...dated, state: stored.state, rate: 0 } : dated
    store.jobs.put(saved)
    return saved
  }

  async function halt(id: string): Promise<void> {
    const run = running.get(id)
    run?.stop.abort()
    await run?.over
  }

  function setState(id: string, state: Job['state'], text: string, by: string): Job {
    const { waiting: _, ...job } = store.jobs.get(id)!
    const next = { ...job, state, rate: 0 }
    store.jobs.put(next)
    journal.note(next.change, { what: 'note', text, by })
    return next
  }

  async function goOn(id: string, step: Step, stop: AbortSignal): Promise<void> {
    const work = liveSettings.work(step)
    let job = store.jobs.get(id)!
    let askedAt = Number.NEGATIVE_INFINITY
    let saved = { at: performance.now(), done: job.done }
    const say = (next: Job) => {
      job = save(next)
      saved = { at: performance.now(), done: job.done }
    }
    try {
      while (!stop.aborted && job.state === 'running' && mode() === 'tune') {
        let pause = EVERY_MS
        try {
          if (performance.now() - askedAt >= EVERY_MS) {
            askedAt = performance.now()
            const waiting = await within(SLICE_MS, `Reading ${step.setting.target}`, (signal) => work.busy(signal))
            if (waiting !== job.waiting) job = { ...job, waiting: waiting ?? undefined }
          }
          if (!job.waiting) {
            const began = performance.now()
            job = await slice(work, job, step.setting.target)
            const took = performance.now() - began
            pause = Math.max(SLICES_MS - took, REST * took)
          }
        } catch (error) {
          const told = publicError(error, 'its server cannot be reached')
          // A disk that cannot take the undo, or a server that is away: it goes on when they are back.
          if (!['unreachable', 'unavailable', 'read_only'].includes(told.code)) job = { ...job, state: 'failed', because: told.message }
          else job = { ...job, waiting: told.message }
          log.warn({ job: id, err: error }, 'a slice of a job was not done')
          askedAt = Number.NEGATIVE_INFINITY
        }
        const seconds = (performance.now() - saved.at) / 1_000
        if (seconds * 1_000 >= EVERY_MS || job.state !== 'running')
          say({ ...job, rate: job.state === 'running' && seconds > 0 ? Math.round((job.done - saved.done) / seconds) : 0 })
        if (job.state === 'running') await sleep(pause, undefined, { signal: stop }).catch(() => {})
      }
    } finally {
      say({ ...job, rate: 0 })
      await work.close()
    }
    if (job.state === 'done') journal.note(job.change, { what: 'written', text: doneText(job) })
    if (job.state === 'failed') journal.note(job.change, { what: 'note', text: `The job failed: ${job.because}` })
  }

  /** Looks, writes down the undo, writes. */
  async function slice(work: LongWork, job: Job, target: string): Promise<Job> {
    const { edits, cursor, progress } = await within(SLICE_MS, `Reading ${target}`, (signal) => work.look(job.cursor, signal))
    let { done, left, undoRecorded } = job
    if (undoRecorded + edits.length > UNDO_MOST)
      throw new EvenkeelError(
        'not_allowed',
        `more than ${count(UNDO_MOST)} items are to be written, and so many are not kept for a roll-back`,
      )
    if (edits.length > 0) {
      store.undo.append(job.change, job.undoableUntil, edits)
      undoRecorded = store.undo.count(job.change)
      const written = await within(SLICE_MS, `Writing to ${target}`, (signal) => work.write(edits, signal)).catch((error: unknown) => {
        // Nothing was written, so nothing is to be put back where nothing can be.
        if (error instanceof EvenkeelError && error.code === 'not_allowed') store.undo.drop(store.undo.newest(job.change)!.batch)
        throw error
      })
      done += written
      left += edits.length - written
    }
    const total = progress >= 1 ? done : done > 0 ? Math.round(done / progress) : null
    return { ...job, done, left, undoRecorded, cursor, total, ...(cursor === null && { state: 'done' as const }) }
  }

  async function finish(change: Change, text: string, by: string): Promise<void> {
    const { id } = jobs.of(change)
    await halt(id)
    if (!jobEnded(store.jobs.get(id)!.state)) setState(id, 'cancelled', text, by)
  }

  const jobs: Jobs = {
    of(change) {
      const known = store.jobs.get(change.job!)
      if (known) return known
      const work = liveSettings.work(change.steps[0]!)
      const { title, effect, undoableUntil } = work
      void work.close()
      const counts = { done: 0, total: null, rate: 0, undoRecorded: 0, left: 0 }
      const job: Job = { id: change.job!, change: change.id, title, state: 'running', ...counts, cursor: null, effect, undoableUntil }
      journal.note(change.id, { what: 'intent', text: `${title}. What each batch is put back with is written down before it.` })
      store.jobs.put(job)
      return job
    },
    run(change) {
      const { id, state } = jobs.of(change)
      if (state !== 'running' || running.has(id) || mode() !== 'tune') return
      const stop = new AbortController()
      const over = goOn(id, change.steps[0]!, stop.signal)
        .catch((error: unknown) => log.error({ job: id, err: error }, 'a job broke off'))
        .finally(() => running.delete(id))
      running.set(id, { stop, over })
    },
    async steer(id, verb, by) {
      const demand = () => {
        const job = store.jobs.get(id)
        if (!job) throw new EvenkeelError('not_found', 'There is no job of that id.')
        if (!canJob(verb, job.state)) throw new EvenkeelError('not_allowed', jobCan[verb].otherwise)
      }
      demand()
      if (verb === 'resume') {
        refuseReadOnly(mode())
        const failing = store.failing()
        if (failing) throw unsavedError(failing)
      }
      await halt(id)
      // It may have ended in that moment.
      demand()
      return setState(id, JOB_AFTER[verb], `The job is ${JOB_AFTER[verb]}.`, by)
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
      const work = liveSettings.work(change.steps[0]!)
      const { target } = change.steps[0]!.setting
      let [restored, left, lost] = [0, 0, 0]
      try {
        // The newest first: an item that was written twice goes back the way it came.
        for (let undo = store.undo.newest(change.id); undo; undo = store.undo.newest(change.id)) {
          const back = undo.edits.map(({ name, expect, value }) => ({ name, expect: value, value: expect })).reverse()
          const written = back.length === 0 ? 0 : await within(SLICE_MS, `Writing to ${target}`, (signal) => work.write(back, signal))
          restored += written
          left += back.length - written
          lost += undo.lost
          store.undo.drop(undo.batch)
        }
      } finally {
        await work.close()
      }
      return { restored, left, lost }
    },
    async stop() {
      await Promise.all([...running.keys()].map(halt))
    },
  }
  return jobs
}

const doneText = ({ done, left }: Job) =>
  `The job is done: ${count(done)} written${left > 0 ? `; ${count(left)} were changed by somebody else in that moment and left alone` : ''}`
