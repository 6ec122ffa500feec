import { Worker } from 'node:worker_threads'
import type { RingAnswer, RingSpec } from '../../model/ring.ts'
import type { SolverAnswer, SolverQuestion } from '../../model/ringSolver.ts'
import { createWorkPool, type JobOptions, type WorkPool } from './pool.ts'

export type RingQuestion = { before: unknown; after?: unknown; keys?: unknown }
export type RingJob = { question: RingQuestion } | { text: string } | { solve: SolverQuestion }
export type RingResult = RingAnswer | RingSpec | SolverAnswer

const EVALUATE_MS = 15_000
const DESCRIBE_MS = 5_000
/** Beyond the time that the solver gives itself. */
const SOLVE_MS = 10_000
/** Of the JavaScript heap. Points and tables are typed arrays, outside of it. */
const HEAP_MAX_MB = 512

let pool: WorkPool<RingJob, RingResult> | null = null

/** One for the process, begun with the first question. Two threads: one person gets one of them. */
function rings(): WorkPool<RingJob, RingResult> {
  pool ??= createWorkPool(
    () => new Worker(new URL('./ringWorker.ts', import.meta.url), { resourceLimits: { maxOldGenerationSizeMb: HEAP_MAX_MB } }),
    { workers: 2, waitingMax: 32, waitingMaxEach: 8 },
  )
  return pool
}

type Asked = Pick<JobOptions, 'by' | 'gone'>

/** The what-if in a worker thread. Throws as `evaluate` does, and as the pool does. */
export const evaluateInThread = (question: RingQuestion, asked: Asked): Promise<RingAnswer> =>
  rings().run({ question }, { ...asked, deadlineMs: EVALUATE_MS }) as Promise<RingAnswer>

/** The ring of a pasted text, in a worker thread. Throws as `describeRing` does, and as the pool does. */
export const describeInThread = (text: string, asked: Asked): Promise<RingSpec> =>
  rings().run({ text }, { ...asked, deadlineMs: DESCRIBE_MS }) as Promise<RingSpec>

/** What the engine's advisors ask of the solver, in a worker thread: to the pool they are one person, who has one thread and a few that wait. */
export const solveInThread = (question: SolverQuestion): Promise<SolverAnswer> =>
  rings().run({ solve: question }, { by: 'the engine', deadlineMs: SOLVE_MS }) as Promise<SolverAnswer>
