import type { DatabaseSync } from 'node:sqlite'
import { type ClockStep, movedDate } from '../model/clock.ts'
import type { Archive } from './archive.ts'
import type { History } from './history.ts'
import type { Recovery } from './recovery.ts'
import type { Saving } from './saving.ts'
import type { SeriesMemory } from './seriesMemory.ts'

const MINUTE = 60_000
/** Samples that waited for longer than this go into chunks once the disk works again. */
const LATE_MS = MINUTE
/** Samples that one recovery row holds, but for those of its last series: a row takes some µs for each. */
const SAVED_AT_ONCE = 4_000
/** Chunks that one transaction writes: each takes some 0.3 ms. */
const DUE_AT_ONCE = 20
/** Rows of new series in one tick: more would hold everything else up. */
const NEW_ROWS_MOST = 1_000
/** How often a disk that fails has the waiting samples counted. */
const COUNT_MS = 10_000

type Options = {
  db: DatabaseSync
  archive: Archive
  recovery: Recovery
  memory: SeriesMemory
  saving: Saving
  windowMs: number
  chunkMs: number
  /** How many samples are held in memory for a disk that fails. */
  heldMost: number
  /** Whether a flush also drops what is older than it is kept. */
  drops(at: number): boolean
}

/** The write-behind of series: samples from memory into recovery rows at each tick, and into chunks when these are due. */
export class SeriesWriter {
  readonly #options: Options
  #countedAt = Number.NEGATIVE_INFINITY

  constructor(options: Options) {
    this.#options = options
  }

  /** A transaction, everything or nothing: what memory believes of the file (`work` returns that) changes only when the file has changed. */
  transaction(work: () => (() => void)[]): void {
    const { db, recovery, archive } = this.#options
    db.exec('BEGIN IMMEDIATE')
    let done: (() => void)[]
    try {
      done = work()
      db.exec('COMMIT')
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK')
      recovery.restart()
      archive.restart()
      throw error
    }
    for (const then of done) then()
  }

  /** Writes the samples of these series into chunks. Call inside a transaction. */
  flush(due: Iterable<History>, at: number): (() => void)[] {
    const { archive, memory, chunkMs, drops } = this.#options
    const done: (() => void)[] = []
    for (const history of due) {
      const flushedTo = archive.flush(history, at, drops(at))
      done.push(() => {
        history.flushedTo = flushedTo
        history.dueAt = at + chunkMs
        if (!history.gone) memory.due.add(history)
      })
    }
    return done
  }

  /** Of one tick: rows of new series, and the recovery rows of what came since the last; some series a transaction. */
  *write(at: number): Generator<void> {
    const { recovery, memory } = this.#options
    if (memory.rowlessCount > 0) {
      this.transaction(() => [memory.addRows(NEW_ROWS_MOST)])
      yield
    }
    for (let left = memory.changedCount; left > 0 && memory.changedCount > 0; ) {
      const changed = memory.firstChanged(SAVED_AT_ONCE)
      left -= changed.length
      this.transaction(() => {
        recovery.write(at, changed)
        return [() => memory.savedFirst(changed.length)]
      })
      yield
    }
  }

  /** The series whose chunks are due, so many at a time as one transaction takes. */
  *due(at: number): Generator<History[]> {
    const { memory } = this.#options
    // A series' row comes before its chunks. New ones may come between two parts of a tick, in each tick some: the others do not wait for them.
    const due = memory.due.until(at).filter((history) => memory.hasRow(history))
    for (let i = 0; i < due.length; i += DUE_AT_ONCE) yield due.slice(i, i + DUE_AT_ONCE)
  }

  /** After a time without a disk: what waited goes into chunks, some series a transaction, not into one row that holds all of it. */
  *flushLate(at: number): Generator<void> {
    const { memory } = this.#options
    // In the order in which they came.
    const [oldest] = memory.changed()
    const isLate = (history: History) => at - history.atOf(history.indexOf(history.unsavedFrom)) > LATE_MS
    if (!oldest || !isLate(oldest)) return
    const histories = [...memory.changed()].filter(isLate)
    this.transaction(() => [memory.addRows()])
    yield
    for (let i = 0; i < histories.length; i += DUE_AT_ONCE) {
      const some = histories.slice(i, i + DUE_AT_ONCE)
      this.transaction(() => [...this.flush(some, at), () => memory.saved(some)])
      yield
    }
  }

  /** While the disk fails, samples wait in memory for as long as there is room for them; what is older than the window goes first. */
  boundWaiting(at: number): void {
    const { saving, memory, heldMost, windowMs, chunkMs } = this.#options
    const failing = saving.failing()
    if (failing === null || at - this.#countedAt < COUNT_MS) return
    this.#countedAt = at
    let waiting = 0
    for (const history of memory.all()) waiting += history.size - history.indexAfter(Math.max(history.flushedTo, memory.common.givenUpTo))
    if (waiting <= heldMost) return
    const span = at - Math.max(failing.since - chunkMs, memory.common.givenUpTo)
    memory.common.givenUpTo = Math.min(at - windowMs, at - span * (heldMost / waiting))
  }

  stepClock(step: ClockStep): void {
    const { common } = this.#options.memory
    common.givenUpTo = movedDate(common.givenUpTo, step)
    this.#countedAt += step.byMs
  }
}
