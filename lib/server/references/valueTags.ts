import type { Access } from '../../model/reference.ts'

/** About 8 MB. The keys whose value was told longest ago are forgotten first. */
const KEYS_MAX = 100_000

/**
 * The tag of the newest value of each key, so that a set can be told to bring another value or the same again. Tags stay in memory: on the disk
 * only the result of the comparison is kept, from which no value can be guessed.
 */
export class ValueTags {
  readonly #tags = new Map<number, number>()
  readonly #most: number

  constructor(most = KEYS_MAX) {
    this.#most = most
  }

  /** The access, of a set with what its value is beside the one before. */
  compared<A extends Access>(access: A): A {
    const { op, tag } = access
    if (op !== 1 || !tag) return access
    // 52 bits of the hash: two of 100,000 keys share them once in a million logs.
    const key = access.high * 2 ** 20 + (access.low >>> 12)
    const before = this.#tags.get(key)
    this.#tags.delete(key)
    this.#tags.set(key, tag)
    if (this.#tags.size > this.#most) this.#tags.delete(this.#tags.keys().next().value!)
    return before === undefined ? access : { ...access, value: before === tag ? 'same' : 'other' }
  }
}
