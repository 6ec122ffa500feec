import { BEHIND, BLOCK, packed, packedSize, sameOf, unpack } from './packed.ts'

const FIRST = 32
/** Of the newest this many at least are not packed: most rules look at the last minute. */
const OPEN = 2 * BLOCK
const WHOLE_MOST = 2 ** 32 - 1

const isWhole = (value: number) => value >= 0 && value <= WHOLE_MOST && Number.isInteger(value)

const unpacked = new Float64Array(BLOCK)

/**
 * A column of values in as few bytes as they need, without loss: none while all are the same, which more than half of the series of a fleet are; else the
 * newest four each while they are whole numbers of 32 bits and eight if not, those before them packed block by block.
 */
export class Values {
  #size = 0
  /** What all of them are, while there is no column. */
  #same = 0
  /** The newest. */
  #open: Uint32Array | Float64Array | null = null
  #openSize = 0
  /** Blocks of those before, one behind the other. */
  #packed: Uint8Array | null = null
  #packedEnd = 0
  #blocks = 0
  /** Of the first block so many are dropped. */
  #skip = 0

  get size(): number {
    return this.#size
  }

  of(index: number): number {
    const open = this.#open
    if (open === null) return this.#same
    const at = index - (this.#size - this.#openSize)
    if (at >= 0) return open[at]!
    const place = index + this.#skip
    const inside = place % BLOCK
    unpack(this.#packed!, this.#startOf((place - inside) / BLOCK), unpacked, 0, inside + 1)
    return unpacked[inside]!
  }

  push(value: number): void {
    // Of 0 and −0 neither is the other where they come back: the caller gives no −0.
    if (this.#open === null) {
      if (this.#size === 0) this.#same = value
      if (value === this.#same) {
        this.#size++
        return
      }
      this.#begin(value)
    }
    this.#openFor(value)[this.#openSize++] = value
    this.#size++
  }

  /** Drops the first of them. A column that holds still again is given up. */
  drop(count: number): void {
    this.#size -= count
    if (this.#open === null) return
    this.#skip += count
    let [start, dropped] = [0, 0]
    for (; dropped < this.#blocks && this.#skip >= BLOCK; dropped++, this.#skip -= BLOCK) start += packedSize(this.#packed!, start)
    if (dropped > 0) {
      this.#packed!.copyWithin(0, start, this.#packedEnd)
      this.#packedEnd -= start
      this.#blocks -= dropped
    }
    if (this.#blocks === 0) {
      this.#open.copyWithin(0, this.#skip, this.#openSize)
      this.#openSize -= this.#skip
      this.#skip = 0
    }
    this.#giveUp()
  }

  /** What lies from `from` on goes to `to`, before it, in the place of what is there. */
  moveBack(to: number, from: number): void {
    const all = [...this.between(0, to), ...this.between(from, this.#size)]
    this.#size = 0
    this.#clear()
    for (const value of all) this.push(value)
  }

  /** A copy of those from one index to before another. */
  between(first: number, end: number): Float64Array {
    const out = new Float64Array(end - first)
    this.copyTo(out, first, end)
    return out
  }

  /** Copies those from one index to before another into a column, from its start. */
  copyTo(into: Float64Array, first: number, end: number): void {
    const open = this.#open
    if (open === null) {
      into.fill(this.#same, 0, end - first)
      return
    }
    const openFrom = this.#size - this.#openSize
    let i = first
    if (first < openFrom) {
      const until = Math.min(end, openFrom)
      for (let start = this.#startOf(Math.floor((first + this.#skip) / BLOCK)); i < until; start += packedSize(this.#packed!, start)) {
        const inside = (i + this.#skip) % BLOCK
        const count = Math.min(BLOCK - inside, until - i)
        if (count === BLOCK) unpack(this.#packed!, start, into, i - first)
        else {
          unpack(this.#packed!, start, unpacked, 0, inside + count)
          for (let k = 0; k < count; k++) into[i - first + k] = unpacked[inside + k]!
        }
        i += count
      }
    }
    for (; i < end; i++) into[i - first] = open[i - openFrom]!
  }

  /** A column where there was none. Of many that were the same all but the newest are packed. */
  #begin(value: number): void {
    const all = this.#size
    const open = all < OPEN ? all : BLOCK + (all % BLOCK)
    const length = Math.max(FIRST, 2 ** Math.ceil(Math.log2(open + 1)))
    this.#open = isWhole(value) && isWhole(this.#same) ? new Uint32Array(length) : new Float64Array(length)
    this.#open.fill(this.#same, 0, open)
    this.#openSize = open
    if (all > open) {
      const block = packed(new Float64Array(BLOCK).fill(this.#same)).slice()
      for (let left = all - open; left > 0; left -= BLOCK) this.#addBlock(block)
    }
  }

  #openFor(value: number): Uint32Array | Float64Array {
    const open = this.#open!
    if (this.#openSize === OPEN) {
      this.#addBlock(packed(open.subarray(0, BLOCK)))
      open.copyWithin(0, BLOCK, OPEN)
      this.#openSize = BLOCK
    }
    const fits = open instanceof Float64Array || isWhole(value)
    if (fits && this.#openSize < open.length) return open
    const length = this.#openSize < open.length ? open.length : 2 * open.length
    const wider = fits && !(open instanceof Float64Array) ? new Uint32Array(length) : new Float64Array(length)
    wider.set(open)
    this.#open = wider
    return wider
  }

  #addBlock(block: Uint8Array): void {
    const end = this.#packedEnd + block.length
    if (this.#packed === null || end + BEHIND > this.#packed.length) {
      const roomier = new Uint8Array(Math.ceil(end * 1.25) + BEHIND)
      if (this.#packed) roomier.set(this.#packed.subarray(0, this.#packedEnd))
      this.#packed = roomier
    }
    this.#packed.set(block, this.#packedEnd)
    this.#packedEnd = end
    this.#blocks++
  }

  #startOf(block: number): number {
    let start = 0
    for (let i = 0; i < block; i++) start += packedSize(this.#packed!, start)
    return start
  }

  #giveUp(): void {
    const open = this.#open!
    const same = open[0]!
    for (let i = 1; i < this.#openSize; i++) if (open[i] !== same) return
    let start = 0
    for (let i = 0; i < this.#blocks; i++) {
      if (sameOf(this.#packed!, start) !== same) return
      start += packedSize(this.#packed!, start)
    }
    this.#same = same
    this.#clear()
  }

  #clear(): void {
    this.#open = null
    this.#packed = null
    this.#openSize = 0
    this.#packedEnd = 0
    this.#blocks = 0
    this.#skip = 0
  }
}
