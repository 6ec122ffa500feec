/** References in columns, in the order of time. All arrays but those by key have the same length. */
export type References = {
  /** ms, from any zero */
  at: Float64Array
  /** index of the key, 0 to keys - 1 */
  key: Uint32Array
  op: Uint8Array
  /** bytes of the value; 0: not told */
  size: Uint32Array
  /** what a fill at this reference is given; 0: no TTL; NaN: not told */
  ttlMs: Float64Array
  keys: number
  /** by key: 32 well-mixed bits, by which keys are sampled */
  hash: Uint32Array
  /** by key: bytes of its text; null where no text is known */
  keyBytes: Uint32Array | null
  /** by key: its place in the question's `parts` + 1; 0: in none */
  part?: Uint8Array
  /** share of the keys that are in here (1: all) */
  samplingRate: number
  /** gets in the whole stream, before sampling */
  requests: number
}

/** What a reference does, as it stands in the column `op`. */
export const OP = { get: 0, set: 1, delete: 2 } as const

/** One access of one key. `id` tells keys apart: its text, or a hash of it. */
export type Reference = {
  at: number
  id: string | number | bigint
  /** 32 well-mixed bits of the key (`hash.ts`) */
  hash: number
  op?: number
  size?: number
  ttlMs?: number
  /** bytes of the key's text; left out where only a hash is known */
  keyBytes?: number
}

const ROOM = 1_024
const SPAN = 2 ** 32
/** So much of the keys stays when there are too many: rarely enough that dropping costs little, and little enough that most of what is kept stays. */
const KEPT = 0.8

/** A column that doubles when it is full. */
class Column<A extends Float64Array | Uint32Array | Uint8Array> {
  values: A
  readonly #make: (length: number) => A
  constructor(make: (length: number) => A) {
    this.#make = make
    this.values = make(ROOM)
  }
  put(index: number, value: number): void {
    if (index >= this.values.length) {
      const larger = this.#make(this.values.length * 2)
      larger.set(this.values)
      this.values = larger
    }
    this.values[index] = value
  }
  first(length: number): A {
    return this.values.slice(0, length) as A
  }
}

/**
 * A builder of references from rows, with a fixed-size spatial sample (Waldspurger et al., FAST '15): beyond `keysMax` distinct keys the
 * threshold of the hash is lowered and what lies above it dropped, so that a stream of any length and any number of keys takes bounded
 * memory for its keys. `requests` counts every get, kept or not.
 */
export class ReferenceBuilder {
  readonly #keysMax: number
  #threshold = SPAN
  #index = new Map<string | number | bigint, number>()
  #length = 0
  #keys = 0
  #requests = 0
  #ordered = true
  #textKnown = true
  readonly #at = new Column((n) => new Float64Array(n))
  readonly #key = new Column((n) => new Uint32Array(n))
  readonly #op = new Column((n) => new Uint8Array(n))
  readonly #size = new Column((n) => new Uint32Array(n))
  readonly #ttlMs = new Column((n) => new Float64Array(n))
  readonly #hash = new Column((n) => new Uint32Array(n))
  readonly #keyBytes = new Column((n) => new Uint32Array(n))

  constructor(keysMax = Number.POSITIVE_INFINITY) {
    this.#keysMax = Math.max(1, keysMax)
  }

  add({ at, id, hash, op = OP.get, size = 0, ttlMs = Number.NaN, keyBytes }: Reference): void {
    if (op === OP.get) this.#requests++
    if (hash >= this.#threshold) return
    const key = this.#index.get(id) ?? this.#newKey(id, hash, keyBytes)
    const row = this.#length++
    if (row > 0 && at < this.#at.values[row - 1]!) this.#ordered = false
    this.#at.put(row, at)
    this.#key.put(row, key)
    this.#op.put(row, op)
    this.#size.put(row, size)
    this.#ttlMs.put(row, ttlMs)
    if (this.#keys > this.#keysMax) this.#lower()
  }

  /** What was added. `samplingRate` and `requests` are given by a source that sampled before: the share of keys it let through, and the gets it counted. */
  build(source: { samplingRate?: number; requests?: number } = {}): References {
    const rows = this.#length
    const columns: References = {
      at: this.#at.first(rows),
      key: this.#key.first(rows),
      op: this.#op.first(rows),
      size: this.#size.first(rows),
      ttlMs: this.#ttlMs.first(rows),
      keys: this.#keys,
      hash: this.#hash.first(this.#keys),
      keyBytes: this.#textKnown && this.#keys > 0 ? this.#keyBytes.first(this.#keys) : null,
      samplingRate: (source.samplingRate ?? 1) * (this.#threshold / SPAN),
      requests: source.requests ?? this.#requests,
    }
    return this.#ordered ? columns : inOrder(columns)
  }

  #newKey(id: string | number | bigint, hash: number, keyBytes: number | undefined): number {
    const key = this.#keys++
    this.#index.set(id, key)
    this.#hash.put(key, hash)
    this.#keyBytes.put(key, keyBytes ?? 0)
    if (keyBytes === undefined) this.#textKnown = false
    return key
  }

  #lower(): void {
    const hashes = this.#hash.first(this.#keys).sort()
    this.#threshold = hashes[Math.floor(this.#keysMax * KEPT)]!
    const renumbered = new Int32Array(this.#keys).fill(-1)
    let keys = 0
    for (let key = 0; key < this.#keys; key++) {
      if (this.#hash.values[key]! >= this.#threshold) continue
      this.#hash.values[keys] = this.#hash.values[key]!
      this.#keyBytes.values[keys] = this.#keyBytes.values[key]!
      renumbered[key] = keys++
    }
    for (const [id, key] of this.#index) {
      if (renumbered[key]! < 0) this.#index.delete(id)
      else this.#index.set(id, renumbered[key]!)
    }
    let rows = 0
    for (let row = 0; row < this.#length; row++) {
      const key = renumbered[this.#key.values[row]!]!
      if (key < 0) continue
      this.#at.values[rows] = this.#at.values[row]!
      this.#key.values[rows] = key
      this.#op.values[rows] = this.#op.values[row]!
      this.#size.values[rows] = this.#size.values[row]!
      this.#ttlMs.values[rows] = this.#ttlMs.values[row]!
      rows++
    }
    this.#length = rows
    this.#keys = keys
  }
}

/** The same rows in the order of time; several reporters are never quite in step. Rows of one moment stay as they came. */
export function inOrder(references: References): References {
  const order = Uint32Array.from(references.at.keys()).sort((a, b) => references.at[a]! - references.at[b]! || a - b)
  return rowsOf(references, order)
}

/** The rows of those indexes; the keys stay. */
export function rowsOf<R extends References>(references: R, rows: Uint32Array): R {
  const { at, key, op, size, ttlMs } = references
  return {
    ...references,
    at: Float64Array.from(rows, (row) => at[row]!),
    key: Uint32Array.from(rows, (row) => key[row]!),
    op: Uint8Array.from(rows, (row) => op[row]!),
    size: Uint32Array.from(rows, (row) => size[row]!),
    ttlMs: Float64Array.from(rows, (row) => ttlMs[row]!),
  }
}
