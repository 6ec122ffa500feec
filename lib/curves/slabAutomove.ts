const WINDOW = 30
const RATIO = 0.8
const SOURCE_PAGES = 2

/** What a slab class looks like in one second. */
export type SlabSecond = { pages: number; age: number; evicted: number }

/**
 * memcached's page mover (slab_automove.c, `slab_automove 1`): once a second at most one page leaves the class whose oldest item is oldest for
 * one that evicts and whose oldest item is younger than 0.8 of that, on the average of 30 s.
 */
export class SlabAutomove {
  readonly #ages: Float64Array
  readonly #shares: Float64Array
  #seconds = 0

  constructor(classes: number) {
    this.#ages = new Float64Array(classes * WINDOW)
    this.#shares = new Float64Array(classes * WINDOW)
  }

  /** The next second, and the move that it brings. */
  next(classes: readonly SlabSecond[]): { from: number; to: number } | null {
    const slot = this.#seconds++ % WINDOW
    const total = classes.reduce((sum, { evicted }) => sum + evicted, 0)
    let [oldest, oldestAge, youngest, youngestAge] = [-1, 0, -1, Number.POSITIVE_INFINITY]
    classes.forEach(({ pages, age, evicted }, slab) => {
      const window = slab * WINDOW
      this.#ages[window + slot] = age
      this.#shares[window + slot] = total > 0 ? evicted / total : 0
      if (pages === 0) return
      let [mean, share, seen] = [0, 0, 0]
      for (let i = window; i < window + WINDOW; i++) {
        mean += this.#ages[i]! / WINDOW
        share += this.#shares[i]! / WINDOW
        if (this.#shares[i]! > 0) seen++
      }
      if (mean > oldestAge && pages > SOURCE_PAGES) [oldest, oldestAge] = [slab, mean]
      if (mean < youngestAge && (seen > WINDOW / 2 || share > 0.25)) [youngest, youngestAge] = [slab, mean]
    })
    const moves = oldest >= 0 && youngest >= 0 && this.#seconds > WINDOW && youngestAge < oldestAge * RATIO
    return moves && classes[youngest]!.evicted > 0 ? { from: oldest, to: youngest } : null
  }
}
