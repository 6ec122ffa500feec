import { setTimeout as sleep } from 'node:timers/promises'
import { count } from '../format/format.ts'
import { EvenkeelError } from '../model/error.ts'
import { JOB_ITEMS_MOST, type Job, jobAs, jobEnded } from '../model/job.ts'
import type { Edit, LongWork, WorkSlice } from '../model/product.ts'
import type { Step } from '../model/proposal.ts'
import type { Store } from '../model/store.ts'
import type { JobsOptions } from './jobs.ts'
import { publicError } from './publicError.ts'
import { within } from './within.ts'

/** The rate limit: at most ten slices a second, with pauses that are twice as long as the work, so that a slow server gets fewer. */
const SLICES_MS = 100
const PAUSE_TIMES = 2
/** How often the server's load is read and progress is stored. */
const EVERY_MS = 1_000
/** The deadline of one slice. */
export const SLICE_MS = 3_000
/** A job that is stopped first finishes what it has begun, for at most so long: a slot of a cluster is not left open. */
const FINISH_MS = 10_000

/** The loop of one job: a rate-limited sequence of slices, until it is done, fails, or is stopped. */
export async function runJob(id: string, step: Step, stop: AbortSignal, options: JobsOptions): Promise<void> {
  const { store, liveSettings, journal, mode, now } = options
  const work = liveSettings.work(step)
  const { target } = step.setting
  let job = store.jobs.get(id)!
  /** The slice that is being written, where that takes several calls. */
  let open: WorkSlice | null = null
  let askedAt = Number.NEGATIVE_INFINITY
  let saved = { at: performance.now(), done: job.done }
  const save = (next: Job) => {
    job = saveJob(next, store)
    saved = { at: performance.now(), done: job.done }
  }
  try {
    while (!stop.aborted && job.state === 'running' && mode() === 'tune') {
      let pause = EVERY_MS
      try {
        if (performance.now() - askedAt >= EVERY_MS) {
          askedAt = performance.now()
          const waiting = await within(SLICE_MS, `Reading ${target}`, (signal) => work.busy(signal))
          if (waiting !== job.waiting) job = { ...job, waiting: waiting ?? undefined }
        }
        if (!job.waiting) {
          const began = performance.now()
          ;({ job, open } = await runSlice(work, { job, open }, { target, store, now }))
          const took = performance.now() - began
          pause = Math.max(SLICES_MS - took, PAUSE_TIMES * took)
        }
      } catch (error) {
        job = afterFailure(job, error, options)
        askedAt = Number.NEGATIVE_INFINITY
      }
      const seconds = (performance.now() - saved.at) / 1_000
      if (seconds * 1_000 >= EVERY_MS || job.state !== 'running')
        save({ ...job, rate: job.state === 'running' && seconds > 0 ? Math.round((job.done - saved.done) / seconds) : 0 })
      if (job.state === 'running') await sleep(pause, undefined, { signal: stop }).catch(() => {})
    }
    const until = performance.now() + FINISH_MS
    while (open && job.state === 'running' && mode() === 'tune' && performance.now() < until)
      ({ job, open } = await runSlice(work, { job, open }, { target, store, now }))
  } catch (error) {
    // Its slices catch their own: what fails here is the last one of a job that is stopped.
    job = afterFailure(job, error, options)
  } finally {
    save({ ...job, rate: 0 })
    await work.close()
  }
  if (job.state === 'done') journal.note(job.change, { what: 'written', text: doneText(job) })
  if (job.state === 'failed') journal.note(job.change, { what: 'note', text: `The job failed: ${job.because}` })
}

/** Stores a job's progress. Its state and dates are the store's: a person may have paused it, or the clock been set, since the job was read. */
function saveJob(job: Job, { jobs }: Pick<Store, 'jobs'>): Job {
  const stored = jobs.get(job.id)
  const ends = stored && jobEnded(job.state) && !jobEnded(stored.state)
  const dated = stored ? { ...job, effect: ends ? job.effect : stored.effect, undoableUntil: stored.undoableUntil } : job
  const saved = stored && stored.state !== 'running' ? { ...dated, state: stored.state, rate: 0 } : dated
  jobs.put(saved)
  return saved
}

/** The state of a job after a slice that failed: it waits where the cause may pass (a full disk that cannot hold the undo, an unreachable server), else it fails. */
function afterFailure(job: Job, error: unknown, { log }: JobsOptions): Job {
  log.warn({ job: job.id, err: error }, 'a slice of a job was not done')
  const { code, message } = publicError(error, 'its server cannot be reached')
  if (['unreachable', 'unavailable', 'read_only'].includes(code)) return { ...job, waiting: message }
  return { ...job, state: 'failed', because: message }
}

type Running = { job: Job; open: WorkSlice | null }

/** One slice: reads what is next, writes down its undo, then writes it; or writes on with the one that is open. */
async function runSlice(
  work: LongWork,
  { job, open }: Running,
  { target, store: { undo }, now }: { target: string; store: Pick<Store, 'undo'>; now(): number },
): Promise<Running> {
  const slice = open ?? (await within(SLICE_MS, `Reading ${target}`, (signal) => work.look(job.cursor, signal)))
  const { edits, cursor, progress } = slice
  let { done, left, undoRecorded } = job
  if (edits.length > 0) {
    // After a crash what was left of the same slice is looked at again: its undo is stored already.
    const recorded = open !== null || areAmong(edits, (await undo.newest(job.change))?.edits ?? [])
    if (!recorded) {
      if (undoRecorded + edits.length > JOB_ITEMS_MOST)
        throw new EvenkeelError(
          'not_allowed',
          `more than ${count(JOB_ITEMS_MOST)} items are to be written: no more than that can be stored for a roll-back`,
        )
      await undo.append(job.change, job.undoableUntil, edits)
    }
    undoRecorded = await undo.count(job.change)
    const written = await within(SLICE_MS, `Writing to ${target}`, (signal) => work.write(edits, signal)).catch(async (error: unknown) => {
      // Nothing was written, so nothing is to be put back where nothing can be.
      if (!recorded && error instanceof EvenkeelError && error.code === 'not_allowed')
        await undo.drop((await undo.newest(job.change))!.batch)
      throw error
    })
    if (written === 'unfinished') return { job: { ...job, undoRecorded }, open: slice }
    done += written
    left += edits.length - written
  }
  const total = progress >= 1 ? done : done > 0 ? Math.round(done / progress) : null
  const next = { ...job, done, left, undoRecorded, cursor, total }
  return { job: cursor === null ? jobAs(next, 'done', now()) : next, open: null }
}

function areAmong(some: readonly Edit[], all: readonly Edit[]): boolean {
  const values = new Map(all.map(({ name, value }) => [name, value]))
  return some.every(({ name, value }) => values.get(name) === value)
}

const doneText = ({ done, left }: Job) =>
  `The job is done: ${count(done)} written${left > 0 ? `; ${count(left)} were changed by another writer at the same moment and left alone` : ''}`
