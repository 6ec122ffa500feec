import { Random } from './random.ts'
import { OP, type References, rowsOf } from './references.ts'

/** A cache inside the application (L1) before the one that is asked about: so many entries for so long, in each of so many processes. */
export type LocalCache = { keys: number; ttlMs: number; processes?: number }

/**
 * The references that pass an exact LRU cache in each process of the application: gets that it does not answer, and all writes and deletes,
 * which nobody tells the other processes of. Which process serves a get is drawn evenly.
 */
export function behindLocalCache<R extends References>(references: R, { keys: most, ttlMs, processes = 1 }: LocalCache): R {
  const { at, key, op, samplingRate } = references
  const room = most * samplingRate
  // A Map keeps the order in which its entries were put: the first is the least recently used.
  const caches = Array.from({ length: processes }, () => new Map<number, number>())
  const random = new Random(1)
  const passed = new Uint32Array(key.length)
  let count = 0
  for (let row = 0; row < key.length; row++) {
    const k = key[row]!
    const cache = caches[processes > 1 ? random.below(processes) : 0]!
    const endsAt = cache.get(k)
    cache.delete(k)
    if (op[row] === OP.get && endsAt !== undefined && at[row]! < endsAt) {
      cache.set(k, endsAt)
      continue
    }
    passed[count++] = row
    if (op[row] === OP.delete) continue
    cache.set(k, at[row]! + ttlMs)
    if (cache.size > room) cache.delete(cache.keys().next().value!)
  }
  return rowsOf(references, passed.subarray(0, count))
}
