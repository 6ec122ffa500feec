const PARTS = 24
/** In the second half, which the ratios of a running server are of, a quarter of all. */
const QUARTER = PARTS / 4
/** What the two quarters may differ, and by which it is settled: of all reads, and of what is won. */
const [DRIFT, DRIFT_PART] = [0.01, 0.2]
const [NEAR, NEAR_PART] = [0.005, 0.1]
/** Parts that are taken together: one alone is of few reads. */
const SMOOTH = 2

/** The course of a replay: hits and misses in equal parts of its time, the first of which is that of an empty cache. */
export class Course {
  readonly #gets = new Float64Array(PARTS)
  readonly #misses = new Float64Array(PARTS)
  readonly #spanMs: number

  constructor(spanMs: number) {
    this.#spanMs = Math.max(1, spanMs)
  }

  add(sinceMs: number, missed: boolean): void {
    const part = Math.min(PARTS - 1, Math.floor((PARTS * sinceMs) / this.#spanMs))
    this.#gets[part]!++
    if (missed) this.#misses[part]!++
  }

  /** Together with another run over the same references. */
  join(other: Course): void {
    for (let part = 0; part < PARTS; part++) {
      this.#gets[part]! += other.#gets[part]!
      this.#misses[part]! += other.#misses[part]!
    }
  }

  /**
   * How long after its start this cache stays at the distance from `present` that it comes to, ms; null: it still moved at the end. Both
   * replay the same references, so that what traffic does to either cancels out, and what is left is the learning of the one.
   */
  settlesMs(present: Course): number | null {
    const gain = (from: number, to: number) => this.#ratio(from, to) - present.#ratio(from, to)
    const level = gain(PARTS / 2, PARTS)
    const drift = gain(PARTS - QUARTER, PARTS) - gain(PARTS / 2, PARTS - QUARTER)
    if (!(Math.abs(drift) <= Math.max(DRIFT, DRIFT_PART * Math.abs(level)))) return null
    const near = Math.max(NEAR, NEAR_PART * Math.abs(level))
    for (let part = 0; part < PARTS / 2; part++)
      if (Math.abs(gain(part, part + SMOOTH) - level) <= near) return (Math.min(part + SMOOTH, PARTS / 2) * this.#spanMs) / PARTS
    return this.#spanMs / 2
  }

  #ratio(from: number, to: number): number {
    let [gets, misses] = [0, 0]
    for (let part = from; part < to; part++) {
      gets += this.#gets[part]!
      misses += this.#misses[part]!
    }
    return 1 - misses / gets
  }
}
