import { grown, increase } from '../math/rates.ts'
import { briefly, scratch } from '../math/scratch.ts'
import type { ClockStep } from '../model/clock.ts'
import type { Labels, Point, PointColumns } from '../model/series.ts'
import type { Columns } from './chunks.ts'
import { cutOf } from './cutOf.ts'
import { type Common, DROPPED, FELL, INTS, type Reads } from './sheet.ts'
import { Timed } from './timed.ts'
import type { Held } from './window.ts'

/** More than a gap (lib/math/rates). */
const SEAM_STEPS = 3

/** Of so many samples one looks whether a series can share the moments of its poll: it may have had its own since a restart. */
const JOIN_EACH = 128

/**
 * One series' newest samples, in two columns, of which that of the moments is shared with the series of the same poll. Samples come in the order of
 * time; what is neither in the window nor still waiting for its chunk is dropped when room is needed.
 */
export class History extends Timed implements Held {
  readonly id: number
  readonly metric: string
  readonly labels: Labels
  stepMs: number
  /** The series that came after this one in its last poll: the next poll most likely repeats the order. */
  next: History | null = null

  constructor(id: number, metric: string, labels: Labels, stepMs: number, common?: Common) {
    super(common)
    this.id = id
    this.metric = metric
    this.labels = labels
    this.stepMs = stepMs
  }

  /** How much later than it was measured its provider tells it; known from its newest poll. */
  get lateMs(): number {
    return this.sheet.common.late.get(this) ?? 0
  }
  set lateMs(ms: number) {
    const { late } = this.sheet.common
    if (ms > 0) late.set(this, ms)
    else if (late.size > 0) late.delete(this)
  }

  /** Reads the window's samples from the disk, once, when the first of them is asked for or another comes. */
  get pending(): Reads | undefined {
    const { unread } = this.sheet.common
    return unread.size > 0 ? unread.get(this) : undefined
  }
  set pending(reads: Reads) {
    this.sheet.common.unread.set(this, reads)
  }

  /** How many samples it ever had: the number of the next one. */
  get total(): number {
    return this.dropped + this.size
  }

  /** Samples dropped so far: index i is sample number `dropped` + i. */
  private get dropped(): number {
    return this.sheet.ints[this.row * INTS + DROPPED]!
  }
  private set dropped(count: number) {
    this.sheet.ints[this.row * INTS + DROPPED] = count
  }

  /** The number of the newest sample that is lower than the one before it: a counter that did not fall since grew by its last less its first. */
  private get fell(): number {
    return this.sheet.ints[this.row * INTS + FELL]!
  }
  private set fell(number: number) {
    this.sheet.ints[this.row * INTS + FELL] = number
  }

  /** Where the sample with that number lies now. */
  indexOf(number: number): number {
    return Math.max(0, number - this.dropped)
  }

  /** Epoch ms of the newest sample, −∞ when there is none. */
  get lastAt(): number {
    if (this.size > 0) return this.atOf(this.size - 1)
    return this.pending ? this.flushedTo : Number.NEGATIVE_INFINITY
  }

  /**
   * Adds a sample; false when it is no later than the newest or no finite number. Samples from `keepFrom` on stay in memory. `beside`: the first
   * series of the same poll, whose moments it shares where they are the same.
   */
  append(at: number, value: number, keepFrom: number, beside: History | null = null): boolean {
    if (this.pending) this.load()
    if (!(at > this.lastAt) || !Number.isFinite(value)) return false
    if (beside && this.size > 0 && this.total % JOIN_EACH === 0) this.joinWith(beside, at)
    this.addMoment(at, keepFrom, beside)
    if (this.size > 0 && value < this.last) this.fell = this.total
    // −0 would not survive its chunk and means nothing.
    this.push(value + 0)
    return true
  }

  /**
   * Takes over samples of [from, until], and the one before, that lay in chunks, in the order of time, before any is appended. `beside`: a series
   * that was filled before and most likely came with the same polls.
   */
  fill(chunks: readonly Columns[], { from, until }: { from: number; until: number }, beside: History | null): void {
    const { at, value } = cutOf(chunks, from, until)
    for (let i = 0; i < value.length; i++) {
      if (i > 0 && value[i]! < value[i - 1]!) this.fell = this.total
      this.push(value[i]!)
    }
    this.fillMoments(at, beside)
    this.heldFrom = at[0] ?? from
  }

  /**
   * After the clock was set back: samples of a time that has not come yet move along with it, so that what was 30 s ago still is. In memory
   * they take the place of older ones of that same time, with a gap before them; to the disk they go where it has none.
   */
  stepClock(step: ClockStep): void {
    if (this.pending) this.load()
    const ahead = this.indexAfter(step.at)
    const size = this.size
    if (ahead === size) return
    const firstAt = this.atOf(ahead) + step.byMs
    const replaces = this.indexAt(firstAt) < ahead
    // What is replaced leaves a gap: a counter grew by as much as it did meanwhile, and no rule may take that for one poll.
    const kept = this.indexAt(replaces ? firstAt - SEAM_STEPS * this.stepMs : firstAt)
    const at = this.columns(0, size).at
    this.fillMoments(Float64Array.from([...at.subarray(0, kept), ...at.subarray(ahead).map((ms) => ms + step.byMs)]), null)
    this.moveBack(kept, ahead)
    this.dropped += ahead - kept
    this.fell = this.total
    if (kept === 0) this.heldFrom = firstAt
    this.flushedTo = Math.min(this.flushedTo, firstAt - 1)
    this.movedTo = step.at
  }

  /**
   * The samples of [from, to] as pairs, made for each caller: a pair is 64 bytes, so that those of a whole fleet's window would be most of the
   * process's memory, and a collector's work for as long as they are kept.
   */
  points(from: number, to: number): readonly Point[] {
    if (this.pending) this.load()
    const { older: read } = this.sheet.common
    if (from < this.heldFrom && read) {
      const older = read(this.id, from, Math.min(this.heldFrom, to + 1))
      return to < this.heldFrom ? older : older.concat(this.points(this.heldFrom, to))
    }
    const first = this.indexAt(from)
    const end = to >= this.lastAt ? this.size : this.indexAfter(to)
    const points: Point[] = []
    const values = briefly(end - first)
    this.copyTo(values, first, end)
    for (let i = first; i < end; i++) points.push([this.atOf(i), values[i - first]!])
    return points
  }

  /** Likewise as two columns, good until the next turn of the event loop; undefined where some of them lie on the disk. */
  columnsWithin(from: number, to: number): PointColumns | undefined {
    if (this.pending) this.load()
    if (from < this.heldFrom && this.sheet.common.older) return undefined
    const first = this.indexAt(from)
    const end = to >= this.lastAt ? this.size : this.indexAfter(to)
    const at = this.momentsBetween(first, end)
    const value = scratch(at.length)
    this.copyTo(value, first, first + at.length)
    return { at, value }
  }

  momentsWithin(from: number, to: number): Float64Array | undefined {
    if (this.pending) this.load()
    if (from < this.heldFrom && this.sheet.common.older) return undefined
    return this.momentsBetween(this.indexAt(from), to >= this.lastAt ? this.size : this.indexAfter(to))
  }

  leastOfRising(from: number, to: number): number | undefined {
    if (this.pending) this.load()
    if (from < this.heldFrom && this.sheet.common.older) return undefined
    const first = this.indexAt(from)
    if (first >= this.size || this.atOf(first) > to) return undefined
    return this.fell <= this.dropped + first ? this.reading(first) : undefined
  }

  spans(from: number, to: number): boolean {
    // Nothing is read for what is known without it.
    if (this.pending && to >= this.flushedTo) return from <= this.flushedTo
    if (this.pending) this.load()
    // Nearly all windows end now: nothing is searched for.
    if (this.size > 0 && to >= this.lastAt) return this.lastAt >= from
    const first = this.indexAt(from)
    return (first < this.size && this.atOf(first) <= to) || (from < this.heldFrom && this.points(from, to).length > 0)
  }

  newest(from: number, to: number): Point | undefined {
    if (this.pending) this.load()
    if (to < this.lastAt || (from < this.heldFrom && this.size === 0)) return this.points(from, to).at(-1)
    return this.lastAt >= from && this.size > 0 ? [this.lastAt, this.last] : undefined
  }

  grownWithin(from: number, to: number): number {
    if (this.pending) this.load()
    if (from < this.heldFrom && this.sheet.common.older) return increase(this.points(from, to))
    const first = this.indexAt(from)
    const end = to >= this.lastAt ? this.size : this.indexAfter(to)
    if (end - first < 2) return 0
    if (this.fell <= this.dropped + first) return this.reading(end - 1) - this.reading(first)
    const values = briefly(end - first)
    this.copyTo(values, first, end)
    let sum = 0
    for (let i = 1; i < end - first; i++) sum += grown(values[i - 1]!, values[i]!)
    return sum
  }

  reading(index: number): number {
    return this.of(index)
  }

  /** The two columns from index `first` to before `end`: good until the next turn of the event loop. */
  columns(first: number, end: number): { at: Float64Array; value: Float64Array } {
    const at = this.momentsBetween(first, end)
    return { at, value: this.between(first, first + at.length) }
  }

  trim(keepFrom: number): number {
    const before = Math.min(keepFrom, Math.max(this.flushedTo, this.sheet.common.givenUpTo))
    // One sample before the window stays, so that a rate at its very start still has a predecessor.
    const drop = Math.max(0, this.indexAt(before) - 1)
    if (drop > 0) this.heldFrom = this.atOf(drop)
    this.drop(drop)
    this.dropped += drop
    this.firstMoment += drop
    return this.firstMoment
  }

  private load(): void {
    const reads = this.pending!
    this.sheet.common.unread.delete(this)
    reads.read(this)
  }
}
