import type { Random } from './random.ts'

/** A set of small numbers as a dense array: adding, removing and drawing one at random take constant time. */
export class KeySet {
  size = 0
  /** Its members are the first `size`. */
  readonly members: Int32Array
  /** Where each stands among the members; −1: it is none. */
  readonly #place: Int32Array

  constructor(keys: number) {
    this.members = new Int32Array(keys)
    this.#place = new Int32Array(keys).fill(-1)
  }

  has(key: number): boolean {
    return this.#place[key]! >= 0
  }

  add(key: number): void {
    this.#place[key] = this.size
    this.members[this.size++] = key
  }

  /** Adds a key at a random place, so that the order says nothing of the time: as in a hash table. */
  scatter(key: number, random: Random): void {
    this.add(key)
    const place = random.below(this.size)
    const other = this.members[place]!
    this.members[this.size - 1] = other
    this.#place[other] = this.size - 1
    this.members[place] = key
    this.#place[key] = place
  }

  remove(key: number): void {
    const place = this.#place[key]!
    const last = this.members[--this.size]!
    this.members[place] = last
    this.#place[last] = place
    this.#place[key] = -1
  }
}
