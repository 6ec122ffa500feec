import { mixed } from './hash.ts'
import type { References } from './references.ts'

const SPAN = 2 ** 32
/** Mixed into the hash again: the source may have sampled by the hash itself, so that what is left of it is no longer even. */
const SALT = 0x9e3779b9

/**
 * The references of a share of the keys, chosen by their hash (spatial sampling, SHARDS): each key is in with all its references or not at
 * all, which keeps reuse distances true. Samples of the same references are nested: a smaller rate holds a part of a larger one.
 */
export function sampled(references: References, rate: number): References {
  if (rate >= 1) return references
  const { at, key, op, size, ttlMs, hash, keyBytes, part } = references
  const threshold = rate * SPAN
  const renumbered = new Int32Array(references.keys).fill(-1)
  let keys = 0
  for (let k = 0; k < references.keys; k++) if (mixed(hash[k]! ^ SALT) < threshold) renumbered[k] = keys++
  let count = 0
  for (let row = 0; row < key.length; row++) if (renumbered[key[row]!]! >= 0) count++
  const out: References = {
    at: new Float64Array(count),
    key: new Uint32Array(count),
    op: new Uint8Array(count),
    size: new Uint32Array(count),
    ttlMs: new Float64Array(count),
    keys,
    hash: new Uint32Array(keys),
    keyBytes: keyBytes && new Uint32Array(keys),
    ...(part && { part: new Uint8Array(keys) }),
    // The share that was really drawn, not the one asked for: misses follow the number of keys, so that the ratio is the closer estimate.
    samplingRate: (references.samplingRate * keys) / Math.max(1, references.keys),
    requests: references.requests,
  }
  for (let k = 0; k < references.keys; k++) {
    const kept = renumbered[k]!
    if (kept < 0) continue
    out.hash[kept] = hash[k]!
    if (keyBytes) out.keyBytes![kept] = keyBytes[k]!
    if (part) out.part![kept] = part[k]!
  }
  let to = 0
  for (let row = 0; row < key.length; row++) {
    const kept = renumbered[key[row]!]!
    if (kept < 0) continue
    out.at[to] = at[row]!
    out.key[to] = kept
    out.op[to] = op[row]!
    out.size[to] = size[row]!
    out.ttlMs[to] = ttlMs[row]!
    to++
  }
  return out
}
