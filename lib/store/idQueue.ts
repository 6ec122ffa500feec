const FIRST = 64

/**
 * A queue of series' numbers, first in, first out: a ring buffer. Lists of a large fleet's series that grow and are cut at each tick would be megabytes
 * of garbage a second.
 */
export class IdQueue {
  /** Its length is a power of two. */
  #ring = new Int32Array(FIRST)
  #first = 0
  #size = 0

  get size(): number {
    return this.#size
  }

  /** The number at that place, of those that are left. */
  at(place: number): number {
    return this.#ring[(this.#first + place) & (this.#ring.length - 1)]!
  }

  push(id: number): void {
    if (this.#size === this.#ring.length) this.#grow()
    this.#ring[(this.#first + this.#size) & (this.#ring.length - 1)] = id
    this.#size++
  }

  /** Drops the first of them. */
  drop(count: number): void {
    this.#first = (this.#first + count) & (this.#ring.length - 1)
    this.#size -= count
  }

  /** Keeps those alone, in their order. */
  keep(isKept: (id: number) => boolean): void {
    let kept = 0
    for (let i = 0; i < this.#size; i++) {
      const id = this.at(i)
      if (isKept(id)) this.#ring[(this.#first + kept++) & (this.#ring.length - 1)] = id
    }
    this.#size = kept
  }

  #grow(): void {
    const ring = new Int32Array(2 * this.#ring.length)
    for (let i = 0; i < this.#size; i++) ring[i] = this.at(i)
    this.#ring = ring
    this.#first = 0
  }
}
