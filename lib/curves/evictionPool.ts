const SLOTS = 16

/**
 * Redis's pool of candidates (evictionPoolPopulate of evict.c): 16 sampled keys in the order of a score, best to evict last. A key keeps the
 * score with which it came, and a key that is gone by then is only passed over.
 */
export class EvictionPool {
  size = 0
  readonly #keys = new Int32Array(SLOTS)
  readonly #scores = new Float64Array(SLOTS)

  offer(key: number, score: number): void {
    const keys = this.#keys
    const scores = this.#scores
    let k = 0
    while (k < this.size && scores[k]! < score) k++
    if (this.size < SLOTS) {
      for (let m = this.size++; m > k; m--) {
        keys[m] = keys[m - 1]!
        scores[m] = scores[m - 1]!
      }
    } else {
      if (k === 0) return
      k--
      for (let m = 0; m < k; m++) {
        keys[m] = keys[m + 1]!
        scores[m] = scores[m + 1]!
      }
    }
    keys[k] = key
    scores[k] = score
  }

  /** The best to evict, taken out. */
  take(): number {
    return this.#keys[--this.size]!
  }
}
