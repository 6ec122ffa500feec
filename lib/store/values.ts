const FIRST = 32
const WHOLE_MOST = 2 ** 32 - 1

const isWhole = (value: number) => value >= 0 && value <= WHOLE_MOST && Number.isInteger(value)

/**
 * A column of values in as few bytes as they need, without loss: none while all are the same, which more than half of the series of a fleet are;
 * four each while they are whole numbers of 32 bits; else eight.
 */
export class Values {
  #size = 0
  /** What all of them are, while there is no column. */
  #same = 0
  #column: Uint32Array | Float64Array | null = null

  get size(): number {
    return this.#size
  }

  of(index: number): number {
    return this.#column === null ? this.#same : this.#column[index]!
  }

  push(value: number): void {
    // Of 0 and −0 neither is the other where they come back: the caller gives no −0.
    if (this.#column === null) {
      if (this.#size === 0) this.#same = value
      if (value === this.#same) {
        this.#size++
        return
      }
    }
    this.#columnFor(value)[this.#size++] = value
  }

  /** Drops the first of them. A column that holds still again is given up. */
  drop(count: number): void {
    const column = this.#column
    this.#size -= count
    if (column === null) return
    column.copyWithin(0, count, count + this.#size)
    for (let i = 1; i < this.#size; i++) if (column[i] !== column[0]) return
    this.#same = column[0]!
    this.#column = null
  }

  /** What lies from `from` on goes to `to`, before it, in the place of what is there. */
  moveBack(to: number, from: number): void {
    const all = [...this.between(0, to), ...this.between(from, this.#size)]
    this.#size = 0
    this.#column = null
    for (const value of all) this.push(value)
  }

  /** A copy of those from one index to before another. */
  between(first: number, end: number): Float64Array {
    return this.#column === null ? new Float64Array(end - first).fill(this.#same) : new Float64Array(this.#column.subarray(first, end))
  }

  /** Copies those from one index to before another into a column, from its start. */
  copyTo(into: Float64Array, first: number, end: number): void {
    const column = this.#column
    if (column === null) into.fill(this.#same, 0, end - first)
    else for (let i = first; i < end; i++) into[i - first] = column[i]!
  }

  #columnFor(value: number): Uint32Array | Float64Array {
    const column = this.#column
    const fits = column instanceof Float64Array || isWhole(value)
    if (column && fits && this.#size < column.length) return column
    const whole = fits && !(column instanceof Float64Array) && (column !== null || isWhole(this.#same))
    const length = column && this.#size < column.length ? column.length : Math.max(FIRST, Math.ceil(this.#size * 1.25) + 1)
    const wider = whole ? new Uint32Array(length) : new Float64Array(length)
    if (column) wider.set(column.subarray(0, this.#size))
    else wider.fill(this.#same, 0, this.#size)
    this.#column = wider
    return wider
  }
}
