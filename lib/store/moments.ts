import { scratch } from '../math/scratch.ts'

/** Who keeps samples at these moments. */
export interface KeepsMoments {
  /** Drops what it need not keep, and says which moment, by number, is its first. */
  trim(keepFrom: number): number
}

/** Room for so many more. When it is used up, what need not be kept is dropped: of its series too. */
const [FIRST, ROOM] = [32, 64]

/**
 * The times of samples, one column for all series of a poll: they came together, and a column of its own for each would be half of what a
 * fleet's history takes. A moment has a number that stays when older ones are dropped. Of a poll that keeps its rhythm two bytes each: how
 * far it is from where an even rhythm has it.
 */
export class Moments {
  #base = 0
  #step = 0
  #away: Int16Array | Int32Array | Float64Array = new Int16Array(FIRST)
  #size = 0
  #dropped = 0
  readonly #users: KeepsMoments[] = []

  /** The number of the next one. */
  get end(): number {
    return this.#dropped + this.#size
  }

  /** The number of the oldest one. */
  get start(): number {
    return this.#dropped
  }

  get lastAt(): number {
    return this.#size === 0 ? Number.NEGATIVE_INFINITY : this.of(this.end - 1)
  }

  join(user: KeepsMoments): void {
    this.#users.push(user)
  }

  leave(user: KeepsMoments): void {
    const at = this.#users.indexOf(user)
    if (at < 0) return
    const last = this.#users.pop()!
    if (last !== user) this.#users[at] = last
  }

  /** Epoch ms of the moment with that number. */
  of(number: number): number {
    const i = number - this.#dropped
    return this.#base + i * this.#step + this.#away[i]!
  }

  /** Those from one number to before another, good until the next turn of the event loop. */
  between(first: number, end: number): Float64Array {
    const out = scratch(end - first)
    this.#copyTo(out, first - this.#dropped)
    return out
  }

  /** How many of those from a number on, `size` in all, lie before that moment. */
  countBefore(ms: number, first: number, size: number): number {
    let low = 0
    let high = size
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.of(first + middle) < ms) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Likewise, before it or at it. */
  countUpTo(ms: number, first: number, size: number): number {
    let low = 0
    let high = size
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.of(first + middle) <= ms) low = middle + 1
      else high = middle
    }
    return low
  }

  /**
   * The number from which on these are the same as a series' own moments, or −1. Of chunks that end later than the others' those that come after are
   * added: the others have not been that far yet.
   */
  shareable(own: Float64Array): number {
    if (own.length === 0) return -1
    const first = this.#dropped + this.countBefore(own[0]!, this.#dropped, this.#size)
    const common = Math.min(own.length, this.end - first)
    if (common === 0) return -1
    for (let i = 0; i < common; i++) if (this.of(first + i) !== own[i]) return -1
    for (const at of own.subarray(common)) this.add(at, Number.NEGATIVE_INFINITY)
    return first
  }

  add(at: number, keepFrom: number): void {
    if (this.#size === this.#away.length) this.#makeRoom(keepFrom)
    const away = at - this.#base - this.#size * this.#step
    this.#away[this.#size] = away
    // It may not fit into two bytes, or four.
    if (this.#away[this.#size] !== away) {
      const all = new Float64Array(this.#size + 1)
      this.#copyTo(all.subarray(0, this.#size), 0)
      all[this.#size] = at
      this.#write(all, this.#away.length)
    }
    this.#size++
  }

  /** Takes over moments in the order of time, before any is added. */
  fill(at: Float64Array): void {
    this.#write(at, at.length + ROOM)
    this.#size = at.length
  }

  #makeRoom(keepFrom: number): void {
    let first = this.end
    for (const user of this.#users) first = Math.min(first, user.trim(keepFrom))
    const drop = Math.max(0, first - this.#dropped)
    const kept = new Float64Array(this.#size - drop)
    this.#copyTo(kept, drop)
    this.#write(kept, kept.length + Math.max(FIRST, Math.min(ROOM, kept.length >> 1)))
    this.#size = kept.length
    this.#dropped += drop
  }

  #copyTo(into: Float64Array, first: number): void {
    let even = this.#base + first * this.#step
    for (let i = 0; i < into.length; i++, even += this.#step) into[i] = even + this.#away[first + i]!
  }

  /** Anew, in a column of that length. */
  #write(all: Float64Array, length: number): void {
    const base = all[0] ?? 0
    const step = all.length < 2 ? 0 : Math.round((all[all.length - 1]! - base) / (all.length - 1))
    let most = 0
    let whole = Number.isInteger(base)
    for (let i = 0; i < all.length; i++) {
      const away = all[i]! - base - i * step
      most = Math.max(most, Math.abs(away))
      whole &&= Number.isInteger(away)
    }
    const fits = whole && most < 2 ** 31
    this.#base = fits ? base : 0
    this.#step = fits ? step : 0
    this.#away = fits ? (most < 2 ** 15 ? new Int16Array(length) : new Int32Array(length)) : new Float64Array(length)
    for (let i = 0; i < all.length; i++) this.#away[i] = all[i]! - this.#base - i * this.#step
  }
}
