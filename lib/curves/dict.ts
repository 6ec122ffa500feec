import { mixed } from './hash.ts'
import { grownSlots, SLOT_BYTES, SLOTS_LEAST } from './memory.ts'
import type { Random } from './random.ts'

/** A table that is less than 10 % full is made smaller (HASHTABLE_MIN_FILL). */
const FILL_LEAST = 0.1

/**
 * Redis's hash table (dict.c of 7.0): chains with the newest key first. Which keys are sampled for eviction and in which order expiry finds
 * them follows from it: keys deep in a chain are sampled less, which keeps LFU's old keys through a scan. For a sample of the keys there are
 * that much fewer buckets.
 */
export class Dict {
  size = 0
  /** Buckets of the real table. */
  #slots = SLOTS_LEAST
  readonly #rate: number
  readonly #seed: number
  #heads: Int32Array
  readonly #next: Int32Array
  readonly #held: Uint8Array

  constructor(keys: number, rate: number, seed: number) {
    this.#rate = rate
    this.#seed = mixed(seed)
    this.#heads = new Int32Array(SLOTS_LEAST).fill(-1)
    this.#next = new Int32Array(keys)
    this.#held = new Uint8Array(keys)
  }

  /** Bytes of the real bucket table. */
  get bytes(): number {
    return this.#slots * SLOT_BYTES
  }

  get buckets(): number {
    return this.#heads.length
  }

  has(key: number): boolean {
    return this.#held[key] === 1
  }

  add(key: number): void {
    const bucket = this.#bucketOf(key)
    this.#next[key] = this.#heads[bucket]!
    this.#heads[bucket] = key
    this.#held[key] = 1
    this.size++
  }

  remove(key: number): void {
    const bucket = this.#bucketOf(key)
    const next = this.#next
    let before = -1
    for (let at = this.#heads[bucket]!; at !== key; at = next[at]!) before = at
    if (before < 0) this.#heads[bucket] = next[key]!
    else next[before] = next[key]!
    this.#held[key] = 0
    this.size--
  }

  /** Doubles the table as the server would with so many bytes to spare. */
  grow(room: number): void {
    const slots = grownSlots(this.#slots, this.size / this.#rate, room)
    if (slots !== this.#slots) this.#resize(slots)
  }

  /** Halves the table as often as the server does when it looks at it (tryResizeHashTables, ten times a second). */
  shrink(): void {
    const entries = this.size / this.#rate
    if (this.#slots === SLOTS_LEAST || entries >= this.#slots * FILL_LEAST) return
    this.#resize(grownSlots(SLOTS_LEAST, entries))
  }

  #resize(slots: number): void {
    this.#slots = slots
    const heads = this.#heads
    this.#heads = new Int32Array(Math.max(SLOTS_LEAST, Math.round(slots * this.#rate))).fill(-1)
    for (const head of heads) {
      for (let key = head; key >= 0; ) {
        const following = this.#next[key]!
        const bucket = this.#bucketOf(key)
        this.#next[key] = this.#heads[bucket]!
        this.#heads[bucket] = key
        key = following
      }
    }
  }

  /** dictGetSomeKeys: up to `count` keys of neighbouring buckets from a random one on; returns how many. */
  some(count: number, into: Int32Array, random: Random): number {
    const heads = this.#heads
    const next = this.#next
    const wanted = Math.min(count, this.size)
    let found = 0
    let empty = 0
    let bucket = random.below(heads.length)
    for (let steps = wanted * 10; found < wanted && steps > 0; steps--) {
      let key = heads[bucket]!
      if (key < 0) {
        empty++
        if (empty >= 5 && empty > wanted) {
          bucket = random.below(heads.length)
          empty = 0
          continue
        }
      } else {
        empty = 0
        for (; key >= 0 && found < wanted; key = next[key]!) into[found++] = key
      }
      if (++bucket === heads.length) bucket = 0
    }
    return found
  }

  /** dictGetRandomKey: any key of any bucket that is not empty. There must be one. */
  any(random: Random): number {
    const heads = this.#heads
    let head = -1
    while (head < 0) head = heads[random.below(heads.length)]!
    let length = 0
    for (let key = head; key >= 0; key = this.#next[key]!) length++
    let key = head
    for (let steps = random.below(length); steps > 0; steps--) key = this.#next[key]!
    return key
  }

  /** The first key of a bucket, and the one after a key in its chain; −1: none. */
  first(bucket: number): number {
    return this.#heads[bucket]!
  }
  after(key: number): number {
    return this.#next[key]!
  }

  #bucketOf(key: number): number {
    return Math.floor((mixed(key ^ this.#seed) / 4_294_967_296) * this.#heads.length)
  }
}
