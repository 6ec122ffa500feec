import { type KeepsMoments, Moments } from './moments.ts'
import { OnDisk } from './onDisk.ts'
import { FIRST_MOMENT, INTS } from './sheet.ts'

/** The times of a series' samples: a column that it shares with the series of the same poll. */
export abstract class Timed extends OnDisk implements KeepsMoments {
  #moments: Moments | null = null

  abstract trim(keepFrom: number): number

  /** The number of its first sample's moment. */
  protected get firstMoment(): number {
    return this.sheet.ints[this.row * INTS + FIRST_MOMENT]!
  }
  protected set firstMoment(number: number) {
    this.sheet.ints[this.row * INTS + FIRST_MOMENT] = number
  }

  atOf(index: number): number {
    return this.#moments!.of(this.firstMoment + index)
  }

  /** Index of the first sample at or after that moment. */
  indexAt(ms: number): number {
    return this.#moments?.countBefore(ms, this.firstMoment, this.size) ?? 0
  }

  /** Index of the first sample after that moment. */
  indexAfter(ms: number): number {
    return this.#moments?.countUpTo(ms, this.firstMoment, this.size) ?? 0
  }

  /** No longer in the store's memory: samples belong to a successor, its moments are the others' alone. */
  release(): void {
    this.#moments?.leave(this)
    this.vacate()
  }

  /** Those from one index to before another, good until the next turn of the event loop. */
  protected momentsBetween(first: number, end: number): Float64Array {
    return this.#moments?.between(this.firstMoment + first, this.firstMoment + end) ?? new Float64Array(0)
  }

  /** Takes over the moments of all its samples. `beside`: a series that most likely has the same. */
  protected fillMoments(at: Float64Array, beside: Timed | null): void {
    const theirs = beside === null ? null : beside.#moments
    const first = theirs?.shareable(at) ?? -1
    this.take(first < 0 ? new Moments() : theirs!, Math.max(0, first))
    if (first < 0) this.#moments!.fill(at)
  }

  /** Of a sample that comes now. `beside`: the first series of the same poll. */
  protected addMoment(at: number, keepFrom: number, beside: Timed | null): void {
    if (this.#moments === null) {
      const theirs = beside === null ? null : beside.#moments
      if (theirs?.lastAt === at) {
        this.take(theirs, theirs.end - 1)
        return
      }
      this.take(new Moments(), 0)
    }
    const moments = this.#moments!
    const end = this.firstMoment + this.size
    // Another series of this poll was first.
    if (end < moments.end && moments.of(end) === at) return
    if (end !== moments.end) {
      // It was missing in a poll that the others came with. Those of its own poll were too, and the first of them has such moments by now.
      if (beside && this.joinWith(beside, at)) return
      const own = new Moments()
      own.fill(Float64Array.from(moments.between(this.firstMoment, end)))
      this.take(own, 0)
    }
    this.#moments!.add(at, keepFrom)
  }

  /** Shares the moments of another series of its poll again, where they are the same and end with the one that comes now. */
  protected joinWith(beside: Timed, now: number): boolean {
    const [mine, theirs] = [this.#moments!, beside.#moments]
    if (!theirs || theirs === mine || theirs.lastAt !== now) return false
    const first = theirs.end - 1 - this.size
    if (first < theirs.start) return false
    // From the newest back: two that differ mostly do so there.
    for (let i = this.size - 1; i >= 0; i--) if (mine.of(this.firstMoment + i) !== theirs.of(first + i)) return false
    this.take(theirs, first)
    return true
  }

  private take(moments: Moments, first: number): void {
    this.#moments?.leave(this)
    this.#moments = moments
    this.firstMoment = first
    moments.join(this)
  }
}
