import type { ClockStep } from '../model/clock.ts'
import { type Labels, type Reading, sameLabels } from '../model/series.ts'
import type { Archive, SeriesRow } from './archive.ts'
import { flushedPoints } from './draw.ts'
import { DueList } from './dueList.ts'
import { History } from './history.ts'
import { IdQueue } from './idQueue.ts'
import { isReadingOf } from './isReadingOf.ts'
import { Labelled } from './labelled.ts'
import { LabelSets } from './labelSets.ts'
import type { SeriesQuota } from './quota.ts'
import { READ_MOST, Refill } from './refill.ts'
import type { Saving } from './saving.ts'
import { Common } from './sheet.ts'

type Options = {
  archive: Archive
  saving: Saving
  /** Of which target series are held, and how many more it may bring. */
  quota: SeriesQuota
  windowMs: number
  chunkMs: number
  /** Of more series than this a start reads the newest window of each only when it is needed: with its first poll. */
  readMost?: number | undefined
  /** Told of each sample that is taken. */
  onSample?: (series: { readonly metric: string; readonly labels: Labels }, at: number, value: number) => void
}

/** The series in memory, each with its newest samples: indexed by labels and by number. */
export class SeriesMemory {
  readonly #options: Options
  readonly #refill: Refill
  readonly common = new Common()
  readonly #index = new Labelled<History>()
  /** By number: these are mostly of one stretch, so that a list takes a fifth of a map. */
  readonly #byId: (History | undefined)[] = []
  /** Of all of them, when the next chunk of each is due. */
  readonly due = new DueList()
  /** The first series of each poll, by target. */
  readonly #firsts = new Map<string, History>()
  /** Series that have no row yet, in the order of their numbers. */
  readonly #rowless = new IdQueue()
  /** Series with samples that no recovery row holds, in the order in which the first of these came. */
  readonly #changed = new IdQueue()
  #newestAt: number | null = null
  /** The first series of the newest poll: of another target, when all are looked at in one moment. */
  #lead: History | null = null
  readonly #labelSets = new LabelSets()

  constructor(options: Options) {
    this.#options = options
    this.#refill = new Refill(options)
    this.common.older = (id, from, to) => flushedPoints(options.archive, id, from, to)
  }

  /** Epoch ms of the newest sample. */
  get newestAt(): number | null {
    return this.#newestAt
  }

  get changedCount(): number {
    return this.#changed.size
  }

  /** Those with samples that no recovery row holds. */
  *changed(): Generator<History> {
    for (let i = 0; i < this.#changed.size; i++) yield this.#byId[this.#changed.at(i)]!
  }

  /** The first of them that have so many samples together. */
  firstChanged(samples: number): History[] {
    const first: History[] = []
    let left = samples
    for (const history of this.changed()) {
      if (left <= 0) break
      first.push(history)
      left -= history.size - history.indexOf(history.unsavedFrom)
    }
    return first
  }

  get rowlessCount(): number {
    return this.#rowless.size
  }

  /** Rows are written in the order of numbers, and what the disk knew before has lower ones. */
  hasRow({ id }: History): boolean {
    return this.#rowless.size === 0 || id < this.#rowless.at(0)
  }

  all(): Iterable<History> {
    return this.#index.all()
  }

  has(id: number): boolean {
    return this.#byId[id] !== undefined
  }

  find(metric: string, labels?: Labels): History[] {
    return this.#index.find(metric, labels)
  }

  /** Takes over the newest window from the chunks, then the samples that no chunk holds yet. */
  load(unflushed: Iterable<{ id: number; at: number; value: number }>, at: number): void {
    const { archive, windowMs } = this.#options
    const rows = archive.since(null, at - windowMs)
    for (const row of rows) this.#restore(row, at, at, rows.length > (this.#options.readMost ?? READ_MOST))
    for (const sample of unflushed) {
      archive.reserveId(sample.id)
      if (sample.at > at) continue
      const row = this.#byId[sample.id] ? null : archive.byId(sample.id)
      const history = this.#byId[sample.id] ?? (row && this.#restore(row, at))
      if (history && sample.at > history.flushedTo) history.append(sample.at, sample.value, at - windowMs)
    }
    for (const { lastAt } of this.all()) if (lastAt > (this.#newestAt ?? Number.NEGATIVE_INFINITY)) this.#newestAt = lastAt
  }

  /** Adds one poll's readings. A poll mostly repeats the order of the one before: the series that followed last time is tried first. */
  append(target: string, at: number, readings: readonly Reading[], stepMs: number, lateMs = 0): void {
    const polledAt = Math.round(at)
    let guess = this.#firsts.get(target)
    const before = this.#lead?.gone ? null : this.#lead
    let lead: History | null = null
    let previous: History | null = null
    for (const reading of readings) {
      const when = reading.at === undefined ? polledAt : Math.round(reading.at)
      const history: History | null =
        guess && !guess.gone && isReadingOf(guess, target, reading) ? guess : this.#historyOf(target, reading, when, stepMs, at)
      if (!history) continue
      if (previous) previous.next = history
      else this.#firsts.set(target, history)
      history.lateMs = lateMs
      history.stepMs = stepMs
      this.#add(history, when, reading.value, lead ?? before)
      previous = history
      lead ??= history
      guess = history.next ?? undefined
    }
    this.#lead = lead ?? this.#lead
  }

  /** Writes the rows of series that have none yet, at most so many; returns what is to be called once that is committed. */
  addRows(most = Number.POSITIVE_INFINITY): () => void {
    const count = Math.min(most, this.#rowless.size)
    for (let i = 0; i < count; i++) this.#options.archive.addSeries(this.#byId[this.#rowless.at(i)]!)
    return () => this.#rowless.drop(count)
  }

  /** What came of the first of them since the last tick is on the disk. In the time of these alone, however many wait behind them. */
  savedFirst(count: number): void {
    for (let i = 0; i < count; i++) this.#byId[this.#changed.at(i)]!.unsavedFrom = -1
    this.#changed.drop(count)
  }

  /** What came of these since the last tick is on the disk. */
  saved(histories: readonly History[]): void {
    for (const history of histories) history.unsavedFrom = -1
    this.#changed.keep((id) => this.#byId[id]!.unsavedFrom >= 0)
  }

  /** Drops series from memory, which have rows. */
  release(histories: readonly History[]): void {
    for (const history of histories) {
      history.release()
      delete this.#byId[history.id]
      this.#index.delete(history)
      this.#options.quota.release(targetOf(history))
    }
    this.#changed.keep((id) => this.#byId[id] !== undefined)
  }

  stepClock(step: ClockStep): void {
    this.due.clear()
    for (const history of this.all()) {
      history.stepClock(step)
      history.dueAt += step.byMs
      this.due.add(history)
    }
    if (this.#newestAt !== null) this.#newestAt = Math.min(this.#newestAt, step.at)
  }

  #add(history: History, when: number, value: number, beside: History | null): void {
    if (!history.append(when, value, when - this.#options.windowMs, beside)) return
    this.#options.onSample?.(history, when, value)
    if (this.#newestAt === null || when > this.#newestAt) this.#newestAt = when
    if (history.unsavedFrom >= 0) return
    history.unsavedFrom = history.total - 1
    this.#changed.push(history.id)
  }

  /**
   * Null for one that memory does not know while the file cannot be asked (by another number it would be a second series), and for one that is
   * beyond the quota of its target.
   */
  #historyOf(target: string, reading: Reading, at: number, stepMs: number, polledAt: number): History | null {
    const { archive, saving, quota } = this.#options
    const labels: Labels = { target, ...reading.labels }
    const there = this.#index.find(reading.metric, labels).find((history) => sameLabels(history.labels, labels))
    if (there) return there
    const owner = labels.target ?? target
    if (!quota.allows(owner, polledAt)) return null
    try {
      const row = archive.find(reading.metric, labels)
      if (row) return this.#restore(row, at, polledAt)
    } catch (error) {
      saving.failed(error)
      return null
    }
    const history = new History(archive.newId(), reading.metric, this.#labelSets.of(labels), stepMs, this.common)
    this.#rowless.push(history.id)
    quota.spend(owner, polledAt)
    return this.#hold(history, at, polledAt)
  }

  /** A series that the disk knows, with the window's samples from its chunks. */
  #restore(row: SeriesRow, at: number, now = at, later = false): History {
    const history = new History(row.id, row.metric, this.#labelSets.of(row.labels), row.stepMs, this.common)
    if (row.lastAt > 0) {
      // What was written under a clock that was ahead lies in a time that has not come yet, and is not the newest.
      history.flushedTo = Math.min(row.lastAt, at)
      if (later) this.#refill.later(history, at)
      else this.#refill.now(history, at)
    }
    return this.#hold(history, at, now)
  }

  #hold(history: History, at: number, now: number): History {
    const { quota, chunkMs } = this.#options
    this.#byId[history.id] = history
    this.#index.add(history)
    quota.hold(targetOf(history), at)
    // Spread evenly, so that no tick writes more than its part of the chunks.
    history.dueAt = Math.min(at, now) + chunkMs * (0.1 + 0.9 * ((history.id * 0.618_034) % 1))
    this.due.add(history)
    return history
  }
}

export const targetOf = ({ labels }: History) => labels.target ?? ''
