import type { DatabaseSync } from 'node:sqlite'
import { type ClockStep, movedDate } from '../model/clock.ts'
import type { Archive } from './archive.ts'
import type { History } from './history.ts'
import type { Recovery } from './recovery.ts'
import type { Saving } from './saving.ts'
import type { SeriesMemory } from './seriesMemory.ts'

const MINUTE = 60_000
/** Samples that waited for longer than this go into chunks once the disk works again, so many series a transaction. */
const LATE_MS = MINUTE
const LATE_SERIES = 500
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
  #givenUpTo = Number.NEGATIVE_INFINITY

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
    const { archive, chunkMs, drops } = this.#options
    const done: (() => void)[] = []
    for (const history of due) {
      const flushedTo = archive.flush(history, at, drops(at))
      done.push(() => {
        history.flushedTo = flushedTo
        history.dueAt = at + chunkMs
      })
    }
    return done
  }

  /** Of one tick: rows of new series, the recovery row, and the chunks that are due. Call inside a transaction. */
  write(at: number): (() => void)[] {
    const { recovery, memory } = this.#options
    const done = [memory.addRows(NEW_ROWS_MOST)]
    recovery.write(at, memory.changed)
    const due: History[] = []
    // A series' row comes before its chunks.
    if (memory.rowless.length <= NEW_ROWS_MOST) for (const history of memory.all()) if (history.dueAt <= at) due.push(history)
    done.push(...this.flush(due, at))
    return done
  }

  /** After a time without a disk: what waited goes into chunks a few series at a time, not into one row that holds all of it. */
  flushLate(at: number): void {
    const { memory } = this.#options
    const late = memory.changed.filter(({ history, from }) => at - history.atOf(history.indexOf(from)) > LATE_MS)
    if (late.length === 0) return
    const histories = late.map(({ history }) => history)
    this.transaction(() => [memory.addRows()])
    for (let i = 0; i < histories.length; i += LATE_SERIES) this.transaction(() => this.flush(histories.slice(i, i + LATE_SERIES), at))
    memory.saved(new Set(histories))
  }

  /** While the disk fails, samples wait in memory for as long as there is room for them; what is older than the window goes first. */
  boundWaiting(at: number): void {
    const { saving, memory, heldMost, windowMs, chunkMs } = this.#options
    const failing = saving.failing()
    if (failing === null || at - this.#countedAt < COUNT_MS) return
    this.#countedAt = at
    let waiting = 0
    for (const history of memory.all()) waiting += history.size - history.indexAfter(Math.max(history.flushedTo, history.givenUpTo))
    if (waiting <= heldMost) return
    const span = at - Math.max(failing.since - chunkMs, this.#givenUpTo)
    this.#givenUpTo = Math.min(at - windowMs, at - span * (heldMost / waiting))
    for (const history of memory.all()) history.givenUpTo = this.#givenUpTo
  }

  stepClock(step: ClockStep): void {
    this.#givenUpTo = movedDate(this.#givenUpTo, step)
    this.#countedAt += step.byMs
  }
}
