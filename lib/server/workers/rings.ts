import { Worker } from 'node:worker_threads'
import type { RingAnswer, RingSpec } from '../../model/ring.ts'
import { createWorkPool, type JobOptions, type WorkPool } from './pool.ts'

export type RingQuestion = { before: unknown; after?: unknown; keys?: unknown }
export type RingJob = { question: RingQuestion } | { text: string }

const EVALUATE_MS = 15_000
const DESCRIBE_MS = 5_000
/** Of the JavaScript heap. Points and tables are typed arrays, outside of it. */
const HEAP_MAX_MB = 512

let pool: WorkPool<RingJob, RingAnswer | RingSpec> | null = null

/** One for the process, begun with the first question. Two threads: one person gets one of them. */
function rings(): WorkPool<RingJob, RingAnswer | RingSpec> {
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
