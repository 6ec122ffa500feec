import { type ClockStep, movedDate } from '../model/clock.ts'
import type { Labels, Point } from '../model/series.ts'
import type { Held } from './window.ts'

/** More than a gap (lib/math/rates). */
const SEAM_STEPS = 3

/**
 * One series' newest samples, in two columns. Samples come in the order of time; what is neither in the window nor still waiting for its
 * chunk is dropped when room is needed.
 */
export class History implements Held {
  readonly id: number
  readonly metric: string
  readonly labels: Labels
  stepMs: number
  /** How much later than it was measured its provider tells it; known from its newest poll. */
  lateMs = 0
  /** Samples up to here lie in chunks; later ones only here and in the recovery rows. */
  flushedTo = Number.NEGATIVE_INFINITY
  /** Samples up to here were moved along with the clock: what the disk holds of their time already stands. */
  movedTo = Number.NEGATIVE_INFINITY
  /** From here on nothing is missing in memory. */
  heldFrom = Number.NEGATIVE_INFINITY
  /** The series that came after this one in its last poll: the next poll most likely repeats the order. */
  next: History | null = null
  /** Samples before are dropped when room is needed, though no chunk has them: the disk has failed for too long. */
  givenUpTo = Number.NEGATIVE_INFINITY
  /** No longer in the store's memory: samples belong to a successor. */
  gone = false
  /** When its next chunk is to be written. */
  dueAt = 0
  /** Reads what memory no longer has: samples of [from, to). */
  older: ((from: number, to: number) => Point[]) | null = null
  #at: Float64Array = new Float64Array(32)
  #value: Float64Array = new Float64Array(32)
  #size = 0
  /** Samples dropped so far: index i is sample number #dropped + i. */
  #dropped = 0

  constructor(id: number, metric: string, labels: Labels, stepMs: number) {
    this.id = id
    this.metric = metric
    this.labels = labels
    this.stepMs = stepMs
  }

  get size(): number {
    return this.#size
  }

  /** How many samples it ever had: the number of the next one. */
  get total(): number {
    return this.#dropped + this.#size
  }

  /** Where the sample with that number lies now. */
  indexOf(number: number): number {
    return Math.max(0, number - this.#dropped)
  }

  /** Epoch ms of the newest sample, −∞ when there is none. */
  get lastAt(): number {
    return this.#size === 0 ? Number.NEGATIVE_INFINITY : this.#at[this.#size - 1]!
  }

  get lastValue(): number {
    return this.#size === 0 ? Number.NaN : this.#value[this.#size - 1]!
  }

  /** Adds a sample; false when it is no later than the newest or no finite number. Samples from `keepFrom` on stay in memory. */
  append(at: number, value: number, keepFrom: number): boolean {
    if (!(at > this.lastAt) || !Number.isFinite(value)) return false
    if (this.#size === this.#at.length) this.#makeRoom(Math.min(keepFrom, Math.max(this.flushedTo, this.givenUpTo)))
    this.#at[this.#size] = at
    // −0 would not survive its chunk and means nothing.
    this.#value[this.#size] = value + 0
    this.#size++
    return true
  }

  /** Takes over samples up to a moment that lay in chunks, in the order of time, before any is appended. */
  fill(chunks: readonly { at: Float64Array; value: Float64Array }[], until: number): void {
    const size = chunks.reduce((sum, { at }) => sum + at.length, 0)
    this.#at = new Float64Array(Math.ceil(size * 1.25) + 32)
    this.#value = new Float64Array(this.#at.length)
    for (const { at, value } of chunks) {
      this.#at.set(at, this.#size)
      this.#value.set(value, this.#size)
      this.#size += at.length
    }
    this.#size = this.indexAfter(until)
  }

  /**
   * After the clock was set back: samples of a time that has not come yet move along with it, so that what was 30 s ago still is. In memory
   * they take the place of older ones of that same time, with a gap before them; to the disk they go where it has none.
   */
  stepClock(step: ClockStep): void {
    const ahead = this.indexAfter(step.at)
    if (ahead === this.#size) return
    const firstAt = this.#at[ahead]! + step.byMs
    const replaces = this.indexAt(firstAt) < ahead
    // What is replaced leaves a gap: a counter grew by as much as it did meanwhile, and no rule may take that for one poll.
    const kept = this.indexAt(replaces ? firstAt - SEAM_STEPS * this.stepMs : firstAt)
    for (let i = ahead; i < this.#size; i++) this.#at[i]! += step.byMs
    this.#at.copyWithin(kept, ahead, this.#size)
    this.#value.copyWithin(kept, ahead, this.#size)
    this.#size -= ahead - kept
    this.#dropped += ahead - kept
    if (kept === 0) this.heldFrom = firstAt
    this.flushedTo = Math.min(this.flushedTo, firstAt - 1)
    this.movedTo = step.at
    this.givenUpTo = movedDate(this.givenUpTo, step)
  }

  /**
   * The samples of [from, to] as pairs, made for each caller: a pair is 64 bytes, so that those of a whole fleet's window would be most of the
   * process's memory, and a collector's work for as long as they are kept.
   */
  points(from: number, to: number): readonly Point[] {
    if (from < this.heldFrom && this.older) {
      const older = this.older(from, Math.min(this.heldFrom, to + 1))
      return to < this.heldFrom ? older : older.concat(this.points(this.heldFrom, to))
    }
    const first = this.indexAt(from)
    const end = to >= this.lastAt ? this.#size : this.indexAfter(to)
    const points: Point[] = []
    for (let i = first; i < end; i++) points.push([this.#at[i]!, this.#value[i]!])
    return points
  }

  spans(from: number, to: number): boolean {
    const first = this.indexAt(from)
    return (first < this.#size && this.#at[first]! <= to) || (from < this.heldFrom && this.points(from, to).length > 0)
  }

  atOf(index: number): number {
    return this.#at[index]!
  }

  reading(index: number): number {
    return this.#value[index]!
  }

  /** The two columns from index `first` to before `end`: views, good until the next append. */
  columns(first: number, end: number): { at: Float64Array; value: Float64Array } {
    return { at: this.#at.subarray(first, end), value: this.#value.subarray(first, end) }
  }

  /** Index of the first sample at or after that moment. */
  indexAt(ms: number): number {
    let low = 0
    let high = this.#size
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#at[middle]! < ms) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Index of the first sample after that moment. */
  indexAfter(ms: number): number {
    let low = 0
    let high = this.#size
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#at[middle]! <= ms) low = middle + 1
      else high = middle
    }
    return low
  }

  #makeRoom(before: number): void {
    // One sample before the window stays, so that a rate at its very start still has a predecessor.
    const drop = Math.max(0, this.indexAt(before) - 1)
    const kept = this.#size - drop
    if (drop > 0) this.heldFrom = this.#at[drop]!
    const capacity = kept * 1.25 > this.#at.length ? Math.ceil(kept * 1.5) : this.#at.length
    const at = capacity === this.#at.length ? this.#at : new Float64Array(capacity)
    const value = capacity === this.#at.length ? this.#value : new Float64Array(capacity)
    at.set(this.#at.subarray(drop, this.#size))
    value.set(this.#value.subarray(drop, this.#size))
    this.#at = at
    this.#value = value
    this.#size = kept
    this.#dropped += drop
  }
}
