import { Worker } from 'node:worker_threads'
import type { LoadResult } from '../../model/loadResult.ts'
import { createWorkPool, type JobOptions, type WorkPool } from './pool.ts'

const READ_MS = 60_000
/** Of the JavaScript heap: a log of 32 MB comes to some 300 MB of columns. */
const HEAP_MAX_MB = 768

let pool: WorkPool<Uint8Array, LoadResult> | null = null

/** One thread for the process, begun with the first result. */
function results(): WorkPool<Uint8Array, LoadResult> {
  pool ??= createWorkPool(
    () => new Worker(new URL('./loadResultWorker.ts', import.meta.url), { resourceLimits: { maxOldGenerationSizeMb: HEAP_MAX_MB } }),
    { workers: 1, waitingMax: 8, waitingMaxEach: 4 },
  )
  return pool
}

/** Reads the result of a load test in a worker thread. Throws as `readResult` does, and as the pool does. */
export const readResultInThread = (bytes: Uint8Array, asked: Pick<JobOptions, 'by' | 'gone'>): Promise<LoadResult> =>
  results().run(bytes, { ...asked, deadlineMs: READ_MS })
