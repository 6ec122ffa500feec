import { setTimeout as sleep } from 'node:timers/promises'
import type { Change } from '../model/change.ts'
import type { Edit, LongWork } from '../model/product.ts'
import type { Store } from '../model/store.ts'
import { SLICE_MS } from './jobRun.ts'
import type { LiveSettings } from './liveSettings.ts'
import { within } from './within.ts'

/** Counts of items: restored to their old value; left alone because another writer set them or they have expired; lost because their undo cannot be read. */
export type JobUndone = { restored: number; left: number; lost: number }

/** Undoes what a job wrote, batch by batch, where it is still the job's own. A batch is dropped once it is undone, so this may be called again. */
export async function undoBatches(change: Change, { undo }: Pick<Store, 'undo'>, liveSettings: LiveSettings): Promise<JobUndone> {
  const [step] = change.steps
  const work = liveSettings.work(step!)
  let [restored, left, lost] = [0, 0, 0]
  try {
    // The newest first: an item that was written twice goes back the way it came.
    for (let batch = await undo.newest(change.id); batch; batch = await undo.newest(change.id)) {
      const back = batch.edits.map(({ name, expect, value }) => ({ name, expect: value, value: expect })).reverse()
      const written = back.length === 0 ? 0 : await writeThrough(work, back, step!.setting.target)
      restored += written
      left += back.length - written
      lost += batch.lost
      await undo.drop(batch.batch)
    }
  } finally {
    await work.close()
  }
  return { restored, left, lost }
}

/** Between two calls of one write clients are served. */
const PAUSE_MS = 50

async function writeThrough(work: LongWork, edits: readonly Edit[], target: string): Promise<number> {
  for (;;) {
    const written = await within(SLICE_MS, `Writing to ${target}`, (signal) => work.write(edits, signal))
    if (written !== 'unfinished') return written
    await sleep(PAUSE_MS)
  }
}
