const NEVER = 2 ** 32 - 1

/** When keys end (epoch ms, NaN for never): a column of four bytes each while all of them lie within 49 days, without loss, else of eight. */
export class EndTimes {
  #column: Uint32Array | Float64Array
  /** What the four bytes count from. */
  #base = Number.NaN

  constructor(places: number) {
    this.#column = new Uint32Array(places).fill(NEVER)
  }

  /** Whether they take eight bytes. */
  get wide(): boolean {
    return this.#column instanceof Float64Array
  }

  of(place: number): number {
    const told = this.#column[place]!
    if (this.wide) return told
    return told === NEVER ? Number.NaN : this.#base + told
  }

  /**
   * How many of the first `places` end later than `now` or never. Those that end by `until` are counted in `counts`, by bucket, the first one that of
   * `now`. It goes through thousands each second: nothing is called for each.
   */
  tally(places: number, { now, until, bucketMs }: { now: number; until: number; bucketMs: number }, counts: Uint16Array): number {
    const column = this.#column
    const wide = this.wide
    const base = wide ? 0 : this.#base
    const first = Math.floor(now / bucketMs)
    let later = 0
    for (let place = 0; place < places; place++) {
      const told = column[place]!
      const endsAt = !wide && told === NEVER ? Number.NaN : base + told
      if (endsAt <= now) continue
      later++
      if (endsAt <= until) counts[Math.floor(endsAt / bucketMs) - first]!++
    }
    return later
  }

  set(place: number, endsAt: number): void {
    if (this.wide) this.#column[place] = endsAt
    else if (Number.isNaN(endsAt)) this.#column[place] = NEVER
    else if (this.#fits(endsAt)) this.#column[place] = endsAt - this.#base
    else {
      this.#moveTo(endsAt, place)
      this.set(place, endsAt)
    }
  }

  grow(places: number): void {
    const grown = this.wide ? new Float64Array(places).fill(Number.NaN) : new Uint32Array(places).fill(NEVER)
    grown.set(this.#column)
    this.#column = grown
  }

  /** These, in the order in which they are given, are the first ones from now on. */
  keep(places: readonly number[]): void {
    const kept = places.map((place) => this.#column[place]!)
    this.#column.set(kept)
  }

  /** Forgets all of them. */
  clear(): void {
    this.#column = new Uint32Array(this.#column.length).fill(NEVER)
    this.#base = Number.NaN
  }

  #fits(endsAt: number): boolean {
    const told = endsAt - this.#base
    return told >= 0 && told < NEVER && Number.isInteger(told)
  }

  /** Has the four bytes count from where this one and all others fit; where there is no such place they become eight. */
  #moveTo(endsAt: number, but: number): void {
    const all = Float64Array.from(this.#column, (_, i) => (Number.isNaN(this.#base) || i === but ? Number.NaN : this.of(i)))
    let [least, most] = [endsAt, endsAt]
    for (const one of all) {
      if (one < least) least = one
      if (one > most) most = one
    }
    if (Number.isInteger(endsAt) && most - least < NEVER / 2) {
      // In the middle, so that time can go on for weeks.
      this.#base = Math.floor((least + most) / 2) - 2 ** 31
      this.#column = Uint32Array.from(all, (one) => (Number.isNaN(one) ? NEVER : one - this.#base))
    } else this.#column = all
  }
}
