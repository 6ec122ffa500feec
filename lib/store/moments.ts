/** Who keeps samples at these moments. */
export interface KeepsMoments {
  /** Drops what it need not keep, and says which moment, by number, is its first. */
  trim(keepFrom: number): number
}

/** Room for so many more. When it is used up, what need not be kept is dropped: of its series too. */
const [FIRST, ROOM] = [32, 64]

/**
 * The times of samples, one column for all series of a poll: they came together, and a column of its own for each would be half of what a
 * fleet's history takes. A moment has a number that stays when older ones are dropped.
 */
export class Moments {
  #at = new Float64Array(FIRST)
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
    return this.#size === 0 ? Number.NEGATIVE_INFINITY : this.#at[this.#size - 1]!
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
    return this.#at[number - this.#dropped]!
  }

  /** Those from one number to before another: a view, good until the next one is added. */
  between(first: number, end: number): Float64Array {
    return this.#at.subarray(first - this.#dropped, end - this.#dropped)
  }

  /** How many of those from a number on, `size` in all, lie before that moment. */
  countBefore(ms: number, first: number, size: number): number {
    const [at, from] = [this.#at, first - this.#dropped]
    let [low, high] = [0, size]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (at[from + middle]! < ms) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Likewise, before it or at it. */
  countUpTo(ms: number, first: number, size: number): number {
    const [at, from] = [this.#at, first - this.#dropped]
    let [low, high] = [0, size]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (at[from + middle]! <= ms) low = middle + 1
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
    const first = this.countBefore(own[0]!, this.#dropped, this.#size)
    const common = Math.min(own.length, this.#size - first)
    if (common === 0) return -1
    for (let i = 0; i < common; i++) if (this.#at[first + i] !== own[i]) return -1
    for (const at of own.subarray(common)) this.add(at, Number.NEGATIVE_INFINITY)
    return this.#dropped + first
  }

  add(at: number, keepFrom: number): void {
    if (this.#size === this.#at.length) this.#makeRoom(keepFrom)
    this.#at[this.#size++] = at
  }

  /** Takes over moments in the order of time, before any is added. */
  fill(at: Float64Array): void {
    this.#at = new Float64Array(at.length + ROOM)
    this.#at.set(at)
    this.#size = at.length
  }

  #makeRoom(keepFrom: number): void {
    let first = this.end
    for (const user of this.#users) first = Math.min(first, user.trim(keepFrom))
    const drop = Math.max(0, first - this.#dropped)
    const kept = this.#size - drop
    const length = kept + Math.max(FIRST, Math.min(ROOM, kept / 2))
    const at = length > this.#at.length || length + 2 * ROOM < this.#at.length ? new Float64Array(length) : this.#at
    at.set(this.#at.subarray(drop, this.#size))
    this.#at = at
    this.#size = kept
    this.#dropped += drop
  }
}
