import type { Point } from '../model/series.ts'
import { NONE, Rooms } from './rooms.ts'

/** Columns of a row that are doubles, and those that are whole numbers of 32 bits. */
export const [LAST, FLUSHED_TO, HELD_FROM, DUE_AT, ROW_WHOLE, DOUBLES] = [0, 1, 2, 3, 4, 5]
export const [SIZE, OPEN, FIRST_MOMENT, DROPPED, FELL, UNSAVED_FROM, ROW_EPOCH, ROW_SCALE, INTS] = [0, 1, 2, 3, 4, 5, 6, 7, 8]
const ROWS_MOST = 256

/** A table of the numbers of some series, a row each: as fields of an object those with a fraction, or beyond 31 bits, would be boxes of their own. */
export class Sheet {
  readonly common: Common
  readonly doubles: Float64Array
  readonly ints: Int32Array
  readonly #rows: number
  /** So many rows were taken, and these given back. */
  #taken = 0
  readonly #free: number[] = []

  constructor(common: Common, rows: number) {
    this.common = common
    this.doubles = new Float64Array(rows * DOUBLES)
    this.ints = new Int32Array(rows * INTS)
    this.#rows = rows
  }

  get isFull(): boolean {
    return this.#free.length === 0 && this.#taken === this.#rows
  }

  /** The row of a series that has no sample. */
  take(): number {
    const row = this.#free.pop() ?? this.#taken++
    this.doubles.fill(Number.NEGATIVE_INFINITY, row * DOUBLES + FLUSHED_TO, row * DOUBLES + DUE_AT)
    this.doubles[row * DOUBLES + LAST] = 0
    this.doubles[row * DOUBLES + DUE_AT] = 0
    this.doubles[row * DOUBLES + ROW_WHOLE] = 0
    this.ints.fill(0, row * INTS, (row + 1) * INTS)
    for (const column of [OPEN, FELL, UNSAVED_FROM, ROW_EPOCH]) this.ints[row * INTS + column] = NONE
    return row
  }

  give(row: number): void {
    this.#free.push(row)
  }
}

/** Reads the window of a series from the disk. */
export interface Reads {
  read(series: object): void
}

/** What all series of a store have in common. */
export class Common {
  /** Of one series that left memory. */
  readonly gone: boolean
  readonly rooms = new Rooms()
  /** Reads what memory no longer has: samples of a series of [from, to). */
  older: ((id: number, from: number, to: number) => Point[]) | null = null
  /** Samples before are dropped when room is needed, though no chunk has them: the disk has failed for too long. */
  givenUpTo = Number.NEGATIVE_INFINITY
  /** Samples up to there were moved along with the clock, of series that were: what the disk holds of their time already stands. */
  readonly moved = new Map<object, number>()
  /** Of series whose provider tells them late, by how many ms. Few have this or the next: as fields all would pay for them. */
  readonly late = new Map<object, number>()
  /** Of series whose window is still on the disk alone, what reads it. */
  readonly unread = new Map<object, Reads>()
  #rows = 1
  /** Sheets with free rows. */
  readonly #sheets: Sheet[] = []

  constructor(gone = false) {
    this.gone = gone
  }

  /** The sheet that has a row for the next series. */
  sheet(): Sheet {
    while (this.#sheets.length > 0) {
      const sheet = this.#sheets[this.#sheets.length - 1]!
      if (!sheet.isFull) return sheet
      this.#sheets.pop()
    }
    const sheet = new Sheet(this, this.#rows)
    this.#rows = Math.min(ROWS_MOST, 2 * this.#rows)
    this.#sheets.push(sheet)
    return sheet
  }

  /** A row is given back. */
  release(sheet: Sheet, row: number): void {
    if (sheet.isFull) this.#sheets.push(sheet)
    sheet.give(row)
  }
}
