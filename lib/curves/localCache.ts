import { ItemQueues } from './itemQueues.ts'
import { Random } from './random.ts'
import { OP, type References, rowsOf } from './references.ts'

/** A cache inside the application (L1) before the one that is asked about: so many entries for so long, in each of so many processes. */
export type LocalCache = { keys: number; ttlMs: number; processes?: number }

/**
 * The references that pass an exact LRU cache in each process of the application: gets that it does not answer, and all writes and deletes,
 * which nobody tells the other processes of. Which process serves a get is drawn evenly.
 */
export function behindLocalCache<R extends References>(references: R, { keys: most, ttlMs, processes = 1 }: LocalCache): R {
  const { at, key, op, keys, samplingRate } = references
  const room = most * samplingRate
  const queues = new ItemQueues(keys * processes, processes)
  const endsAt = new Float64Array(keys * processes)
  const random = new Random(1)
  const passed = new Uint32Array(key.length)
  let count = 0
  for (let row = 0; row < key.length; row++) {
    const process = processes > 1 ? random.below(processes) : 0
    const entry = key[row]! * processes + process
    const held = queues.of(entry) >= 0
    if (op[row] === OP.delete) {
      if (held) queues.pull(entry)
    } else if (op[row] === OP.get && held && at[row]! < endsAt[entry]!) {
      queues.move(entry, process)
      continue
    } else {
      if (held) queues.pull(entry)
      queues.push(entry, process)
      endsAt[entry] = at[row]! + ttlMs
      while (queues.sizes[process]! > room) queues.pull(queues.tail(process))
    }
    passed[count++] = row
  }
  return rowsOf(references, passed.subarray(0, count))
}
