import type { Worker } from 'node:worker_threads'
import { EvenkeelError } from '../../model/error.ts'
import type { Outcome } from './thread.ts'

export type PoolLimits = {
  /** Number of threads, and so of jobs that run at once. Of several, one person gets all but one. */
  workers: number
  /** Most jobs that may wait: in all, and of one person. */
  waitingMax: number
  waitingMaxEach: number
}

/** `by`: whose job it is. `deadlineMs` counts from when it begins to run. `gone`: nobody waits for the answer any more. */
export type JobOptions = { by: string; deadlineMs: number; gone?: AbortSignal }

type Job<Question, Answer> = JobOptions & { question: Question; resolve(answer: Answer): void; reject(error: Error): void }

export interface WorkPool<Question, Answer> {
  /** Throws what the work throws; `too_many` or `unavailable` when too much waits; `invalid` at the deadline, or when it needs too much memory. */
  run(question: Question, options: JobOptions): Promise<Answer>
  close(): Promise<void>
}

/**
 * A bounded worker pool with fair queueing: jobs of one person wait in their order, persons take turns. Somebody who sends a job that never ends, or
 * a hundred jobs, delays only their own: at its deadline a job's thread is ended, and the others' jobs go on in another.
 */
export function createWorkPool<Question, Answer>(thread: () => Worker, limits: PoolLimits): WorkPool<Question, Answer> {
  const pool = new ThreadPool<Question, Answer>(thread, limits)
  return { run: (question, options) => pool.run(question, options), close: () => pool.close() }
}

class ThreadPool<Question, Answer> {
  readonly #thread: () => Worker
  readonly #limits: PoolLimits
  readonly #idle = new Set<Worker>()
  readonly #running = new Map<Worker, Job<Question, Answer>>()
  /** By person, in the order of their turns. */
  readonly #waiting = new Map<string, Job<Question, Answer>[]>()
  readonly #eachMax: number

  constructor(thread: () => Worker, limits: PoolLimits) {
    this.#thread = thread
    this.#limits = limits
    this.#eachMax = Math.max(1, limits.workers - 1)
  }

  run(question: Question, options: JobOptions): Promise<Answer> {
    const own = this.#waiting.get(options.by)?.length ?? 0
    const all = [...this.#waiting.values()].reduce((sum, jobs) => sum + jobs.length, 0)
    if (own >= this.#limits.waitingMaxEach)
      return Promise.reject(new EvenkeelError('too_many', `${own} of your calculations are waiting already: try again when they are done.`))
    if (all >= this.#limits.waitingMax)
      return Promise.reject(new EvenkeelError('unavailable', 'Too many calculations are waiting: try again in a moment.'))
    return new Promise((resolve, reject) => {
      const job = { ...options, question, resolve, reject }
      this.#waiting.set(options.by, [...(this.#waiting.get(options.by) ?? []), job])
      options.gone?.addEventListener('abort', () => this.#leave(job), { once: true })
      this.#begin()
    })
  }

  async close(): Promise<void> {
    this.#waiting.clear()
    await Promise.all([...this.#running.keys(), ...this.#idle].map((worker) => worker.terminate()))
  }

  #runningOf(by: string): number {
    return [...this.#running.values()].filter((job) => job.by === by).length
  }

  /** The first job of the first person who may run one more; who has more of them goes to the end of the line. */
  #next(): Job<Question, Answer> | undefined {
    for (const [by, jobs] of this.#waiting) {
      if (this.#runningOf(by) >= this.#eachMax) continue
      const job = jobs.shift()
      this.#waiting.delete(by)
      if (jobs.length > 0) this.#waiting.set(by, jobs)
      return job
    }
    return undefined
  }

  #begin(): void {
    while (this.#running.size < this.#limits.workers) {
      const job = this.#next()
      if (!job) return
      this.#start(job)
    }
  }

  #start(job: Job<Question, Answer>): void {
    const [worker = this.#thread()] = this.#idle
    this.#idle.delete(worker)
    this.#running.set(worker, job)
    worker.ref()
    const settle = (outcome: Outcome<Answer>, ended: boolean) => {
      clearTimeout(timer)
      this.#settle(job, worker, outcome, ended)
    }
    const seconds = job.deadlineMs / 1_000
    const timer = setTimeout(
      () =>
        settle({ code: 'invalid', detail: `This takes longer than ${seconds} s to compute and was stopped. Send a smaller input.` }, true),
      job.deadlineMs,
    )
    worker.removeAllListeners()
    worker.on('message', (outcome: Outcome<Answer>) => settle(outcome, false))
    worker.on('error', (error: NodeJS.ErrnoException) =>
      settle(
        error.code === 'ERR_WORKER_OUT_OF_MEMORY'
          ? { code: 'invalid', detail: 'This takes more memory than is allowed and was stopped. Send a smaller input.' }
          : { code: 'internal', detail: String(error) },
        true,
      ),
    )
    worker.on('exit', (code) => settle({ code: 'internal', detail: `A worker thread ended with ${code}.` }, true))
    try {
      worker.postMessage(job.question)
    } catch {
      settle({ code: 'bad_request', detail: 'This is nested too deeply.' }, false)
    }
  }

  #settle(job: Job<Question, Answer>, worker: Worker, outcome: Outcome<Answer>, ended: boolean): void {
    worker.removeAllListeners()
    this.#running.delete(worker)
    if (ended) {
      // A late error of a thread that is being ended concerns no job.
      worker.on('error', () => {})
      void worker.terminate()
    } else {
      worker.unref()
      this.#idle.add(worker)
      worker.once('error', () => this.#idle.delete(worker))
      worker.once('exit', () => this.#idle.delete(worker))
    }
    if ('answer' in outcome) job.resolve(outcome.answer)
    else job.reject(new EvenkeelError(outcome.code, outcome.detail))
    this.#begin()
  }

  #leave(job: Job<Question, Answer>): void {
    const jobs = this.#waiting.get(job.by)?.filter((other) => other !== job) ?? []
    if (jobs.length > 0) this.#waiting.set(job.by, jobs)
    else this.#waiting.delete(job.by)
  }
}
