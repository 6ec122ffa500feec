import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { Replay } from './replay.ts'

/** Each holds a recording and its own engine: some hundred megabytes. */
const WORKERS_MAX = 4

/** What workers share: how many recordings were taken already, and which of them are asked for, by name. */
export type Shared = { taken: Int32Array<SharedArrayBuffer>; only: RegExp }
export type Done = { place: number; print: string | null; replay: Replay }

/** Replays all recordings, or those of such names, side by side; in their order. One under two names counts once. */
export async function replayedTogether(only = /^/, workers = Math.min(WORKERS_MAX, availableParallelism())): Promise<Replay[]> {
  const shared: Shared = { taken: new Int32Array(new SharedArrayBuffer(4)), only }
  const done: Done[] = []
  await Promise.all(
    Array.from({ length: workers }, () => {
      const worker = new Worker(new URL('./replayWorker.ts', import.meta.url), { workerData: shared })
      return new Promise<void>((resolve, reject) => {
        worker.on('message', (one: Done) => done.push(one))
        worker.on('error', reject)
        worker.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`a worker ended with ${code}`))))
      })
    }),
  )
  done.sort((a, b) => a.place - b.place)
  const first = new Map(done.map(({ print, place }) => [print, place] as const).reverse())
  return done.filter(({ print, place }) => print === null || first.get(print) === place).map(({ replay }) => replay)
}
