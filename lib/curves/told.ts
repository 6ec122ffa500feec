import type { References } from './references.ts'

/** References whose every row says the size and the TTL of a fill, as far as it is known, and whether sizes are. */
export type Told = References & { sizesTold: boolean }

/**
 * Fills in what single rows leave out: a value's size and TTL are what was last told of its key; before that, what is told of it first; of a
 * key whose size is never told, the mean of the others. A TTL that is never told is none.
 */
export function told(references: References): Told {
  const { key, keys } = references
  const size = references.size.slice()
  const ttlMs = references.ttlMs.slice()
  const lastSize = new Uint32Array(keys)
  const lastTtl = new Float64Array(keys).fill(Number.NaN)
  let sum = 0
  let count = 0
  for (let row = 0; row < key.length; row++) {
    const k = key[row]!
    if (size[row]! > 0) {
      lastSize[k] = size[row]!
      sum += size[row]!
      count++
    } else size[row] = lastSize[k]!
    if (Number.isNaN(ttlMs[row]!)) ttlMs[row] = lastTtl[k]!
    else lastTtl[k] = ttlMs[row]!
  }
  const mean = count > 0 ? Math.round(sum / count) : 0
  const firstSize = new Uint32Array(keys).fill(mean)
  const firstTtl = new Float64Array(keys).fill(Number.NaN)
  for (let row = key.length - 1; row >= 0; row--) {
    const k = key[row]!
    if (size[row]! > 0) firstSize[k] = size[row]!
    else size[row] = firstSize[k]!
    if (Number.isNaN(ttlMs[row]!)) ttlMs[row] = firstTtl[k]!
    else firstTtl[k] = ttlMs[row]!
  }
  return { ...references, size, ttlMs, sizesTold: count > 0 }
}
