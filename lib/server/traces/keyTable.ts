/** Grows when it is half full, so that a search is short. */
const FIRST_SIZE = 1 << 12

/**
 * Hash table from a key's 64-bit hash, in two halves, to its index: open addressing in typed arrays, 24 bytes a key. Two of 40 million keys share
 * a hash once in 20,000 traces.
 */
export class KeyTable {
  size = 0
  /** By index. */
  high = new Uint32Array(FIRST_SIZE)
  low = new Uint32Array(FIRST_SIZE)
  /** By index: bytes of its text. */
  bytes = new Uint32Array(FIRST_SIZE)
  /** By place: index + 1, 0 where the place is free. */
  #places = new Uint32Array(FIRST_SIZE * 2)

  /** The key's index; a new one is added, or, where nothing may be added, is −1. */
  indexOf(high: number, low: number, bytes: number, add = true): number {
    const mask = this.#places.length - 1
    for (let place = low & mask; ; place = (place + 1) & mask) {
      const at = this.#places[place]!
      if (at === 0) return add ? this.#add(place, high, low, bytes) : -1
      if (this.high[at - 1] === high && this.low[at - 1] === low) return at - 1
    }
  }

  /** Keeps the keys that `stays` names, with new indices in the same order: by old index the new one plus 1, 0 for what left. */
  keep(stays: (index: number) => boolean): Uint32Array {
    const becomes = new Uint32Array(this.size)
    const kept: number[] = []
    for (let index = 0; index < this.size; index++) if (stays(index)) becomes[index] = kept.push(index)
    const { high, low, bytes } = this
    this.size = 0
    this.#places.fill(0)
    for (const index of kept) this.indexOf(high[index]!, low[index]!, bytes[index]!)
    return becomes
  }

  #add(place: number, high: number, low: number, bytes: number): number {
    const index = this.size++
    if (index === this.high.length) this.#grow()
    this.high[index] = high
    this.low[index] = low
    this.bytes[index] = bytes
    if (this.size * 2 > this.#places.length) this.#spread(this.#places.length * 2)
    else this.#places[place] = index + 1
    return index
  }

  #grow(): void {
    const wider = (old: Uint32Array<ArrayBuffer>) => {
      const wide = new Uint32Array(old.length * 2)
      wide.set(old)
      return wide
    }
    this.high = wider(this.high)
    this.low = wider(this.low)
    this.bytes = wider(this.bytes)
  }

  #spread(length: number): void {
    this.#places = new Uint32Array(length)
    const mask = length - 1
    for (let index = 0; index < this.size; index++) {
      let place = this.low[index]! & mask
      while (this.#places[place] !== 0) place = (place + 1) & mask
      this.#places[place] = index + 1
    }
  }
}
