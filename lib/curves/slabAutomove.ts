const WINDOW = 30
const RATIO = 0.8
const SOURCE_PAGES = 2
const EVICTING_SHARE = 0.25

/**
 * memcached's page mover (slab_automove.c, `slab_automove 1`): once a second at most one page leaves the class whose oldest item is oldest for
 * one that evicts and whose oldest item is younger than 0.8 of that, on the average of 30 s.
 */
export class SlabAutomove {
  /** The last 30 s of each class, and their sums. */
  readonly #ages: Float64Array
  readonly #shares: Float64Array
  readonly #ageSum: Float64Array
  readonly #shareSum: Float64Array
  readonly #seen: Int32Array
  #seconds = 0

  constructor(classes: number) {
    this.#ages = new Float64Array(classes * WINDOW)
    this.#shares = new Float64Array(classes * WINDOW)
    this.#ageSum = new Float64Array(classes)
    this.#shareSum = new Float64Array(classes)
    this.#seen = new Int32Array(classes)
  }

  /** The next second of classes with so many pages and evictions, and the move that it brings; `ageOf`: s since its oldest cold item was touched. */
  next(pages: Int32Array, evicted: Int32Array, ageOf: (slab: number) => number): { from: number; to: number } | null {
    const slot = this.#seconds++ % WINDOW
    let total = 0
    for (const count of evicted) total += count
    let [oldest, oldestAge, youngest, youngestAge] = [-1, 0, -1, Number.POSITIVE_INFINITY]
    for (let slab = 0; slab < pages.length; slab++) {
      if (pages[slab] === 0) continue
      const at = slab * WINDOW + slot
      const [age, share] = [ageOf(slab), total > 0 ? evicted[slab]! / total : 0]
      this.#ageSum[slab]! += age - this.#ages[at]!
      this.#shareSum[slab]! += share - this.#shares[at]!
      this.#seen[slab]! += Number(share > 0) - Number(this.#shares[at]! > 0)
      this.#ages[at] = age
      this.#shares[at] = share
      const mean = this.#ageSum[slab]! / WINDOW
      if (mean > oldestAge && pages[slab]! > SOURCE_PAGES) [oldest, oldestAge] = [slab, mean]
      const evicts = this.#seen[slab]! > WINDOW / 2 || this.#shareSum[slab]! / WINDOW > EVICTING_SHARE
      if (mean < youngestAge && evicts) [youngest, youngestAge] = [slab, mean]
    }
    const moves = oldest >= 0 && youngest >= 0 && this.#seconds > WINDOW && youngestAge < oldestAge * RATIO
    return moves && evicted[youngest]! > 0 ? { from: oldest, to: youngest } : null
  }
}
