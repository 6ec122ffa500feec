import { parentPort, workerData } from 'node:worker_threads'
import { printOf } from './files.ts'
import { allRecordings } from './recordings.ts'
import { replayed } from './replay.ts'
import type { Done, Shared } from './together.ts'

/** Takes the next recording that nobody has taken, until there is none. */
const { taken, only } = workerData as Shared
const all = allRecordings()
for (let place = Atomics.add(taken, 0, 1); place < all.length; place = Atomics.add(taken, 0, 1)) {
  const { name, make } = all[place]!
  if (!only.test(name)) continue
  const recording = make()
  parentPort!.postMessage({
    place,
    print: recording.source === 'real' ? printOf(recording) : null,
    replay: await replayed(recording),
  } satisfies Done)
}
