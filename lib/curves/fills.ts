import { OP, type References } from './references.ts'

/** How long an application may take to ask its origin. */
const FILL_MS = 10_000

/**
 * The references without the writes that only filled what a read had missed. They belong to the cache as it was: where a longer TTL or more
 * memory would have hit, nobody would have written, and a replay that wrote again would give each key another life. A write is taken for a fill
 * when a read of its key came shortly before, and by what was written last the key had ended by then, or had no end. What it tells of size and
 * TTL goes to that read. Where the cache `evicts`, any key may have been gone before its end, and a write after a read fills it.
 */
export function withoutFills(references: References, evicts = false): References {
  const { at, key, op, keys } = references
  const size = references.size.slice()
  const ttlMs = references.ttlMs.slice()
  const readRow = new Int32Array(keys).fill(-1)
  const endsAt = new Float64Array(keys).fill(Number.NEGATIVE_INFINITY)
  const stays: number[] = []
  for (let row = 0; row < key.length; row++) {
    const k = key[row]!
    const read = readRow[k]!
    if (op[row] === OP.get) readRow[k] = row
    const fills = op[row] === OP.set && read >= 0 && at[row]! - at[read]! <= FILL_MS && (evicts || at[read]! >= endsAt[k]!)
    if (fills) {
      if (size[row]! > 0) size[read] = size[row]!
      if (!Number.isNaN(ttlMs[row]!)) ttlMs[read] = ttlMs[row]!
    } else stays.push(row)
    if (op[row] === OP.get) continue
    // One read is filled once. A key without an end is only missed when it was evicted.
    readRow[k] = -1
    endsAt[k] = op[row] === OP.set && ttlMs[row]! > 0 ? at[row]! + ttlMs[row]! : Number.NEGATIVE_INFINITY
  }
  return {
    ...references,
    at: Float64Array.from(stays, (row) => at[row]!),
    key: Uint32Array.from(stays, (row) => key[row]!),
    op: Uint8Array.from(stays, (row) => op[row]!),
    size: Uint32Array.from(stays, (row) => size[row]!),
    ttlMs: Float64Array.from(stays, (row) => ttlMs[row]!),
  }
}
