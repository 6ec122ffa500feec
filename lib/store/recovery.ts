import type { DatabaseSync } from 'node:sqlite'
import { decodeColumns, encodeColumns, POWERS, scaleOfOne } from './codec.ts'
import type { OnDamaged } from './damagedRows.ts'
import type { History } from './history.ts'

/** Rows of one epoch build on each other; the first of each series in an epoch stands alone, so that older epochs can go. */
const EPOCH_ROWS = 60
/** In the place of a scale: the value is no decimal and stands in a column of its own. */
const NO_DECIMAL = 15

/** How a series stands in its newest row. */
type Known = { epoch: number; scale: number; whole: number }

/**
 * One row a tick (of very many series a few) with the samples that no chunk holds yet, each as its difference from the last: after a crash at
 * most one tick is missing.
 */
export class Recovery {
  readonly #db: DatabaseSync
  readonly #now: () => number
  readonly #write: (number: number, epoch: number, at: number, data: Uint8Array) => void
  #room = new Float64Array(0)
  #number: number
  #epoch: number

  constructor(db: DatabaseSync, now: () => number) {
    this.#db = db
    this.#now = now
    const last = db.prepare('SELECT coalesce(max(number), 0) AS number, coalesce(max(epoch), 0) AS epoch FROM recovery').get()!
    this.#number = Number(last.number)
    this.#epoch = Number(last.epoch) + 1
    const write = db.prepare('INSERT INTO recovery (number, epoch, at, data) VALUES (?, ?, ?, ?)')
    this.#write = (number, epoch, at, data) => write.run(number, epoch, at, data)
  }

  /** Writes the samples of each series that were not saved yet. Call inside a transaction. */
  write(tickedAt: number, changed: readonly History[]): void {
    if (changed.length === 0) return
    // A row is as new as the newest sample in it: one may have come since the tick began. Not newer than now, whatever time a source with a
    // clock of its own gives its samples: of a time that has not come yet a start drops the whole row.
    const newest = changed.reduce((newest, { lastAt }) => Math.max(newest, lastAt), tickedAt)
    const at = Math.ceil(Math.max(tickedAt, Math.min(newest, this.#now())))
    if (++this.#number % EPOCH_ROWS === 0) this.#epoch++
    const size = changed.reduce((sum, history) => sum + history.size - history.indexOf(history.unsavedFrom), 0)
    const [ids, times, scales, wholes, doubles] = this.#columnsOf(size)
    let n = 0
    for (const history of changed) {
      if (history.rowEpoch !== this.#epoch) {
        history.rowEpoch = this.#epoch
        history.rowScale = 0
        history.rowWhole = 0
      }
      for (let i = history.indexOf(history.unsavedFrom); i < history.size; i++, n++) {
        const value = history.reading(i)
        ids[n] = history.id
        times[n] = history.atOf(i) - at
        const scale = scaleOfOne(value, history.rowScale)
        scales[n] = scale ?? NO_DECIMAL
        doubles[n] = scale === null ? value : 0
        if (scale === null) {
          wholes[n] = 0
          continue
        }
        const whole = Math.round(value * POWERS[scale]!)
        wholes[n] = whole - (scale === history.rowScale ? history.rowWhole : 0)
        history.rowScale = scale
        history.rowWhole = whole
      }
    }
    this.#write(this.#number, this.#epoch, at, encodeColumns([ids, times, scales, wholes, doubles]))
  }

  /** Five columns for the next row, in the room of the last one's. */
  #columnsOf(size: number): [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array] {
    if (this.#room.length < 5 * size) this.#room = new Float64Array(5 * size)
    const column = (n: number) => this.#room.subarray(n * size, (n + 1) * size)
    return [column(0), column(1), column(2), column(3), column(4)]
  }

  /** What was last written may not be there (the transaction failed): the next row builds on nothing. */
  restart(): void {
    this.#epoch++
  }

  /** Every sample of the rows, in the order they were written. What follows a damaged row in its epoch is left out. */
  *read(onDamaged: OnDamaged): Generator<{ id: number; at: number; value: number }> {
    const known = new Map<number, Known>()
    let damaged = -1
    for (const row of this.#db.prepare('SELECT number, epoch, at, data FROM recovery ORDER BY number').iterate()) {
      const epoch = Number(row.epoch)
      if (epoch === damaged) continue
      let columns: Float64Array[]
      try {
        columns = decodeColumns(row.data as Uint8Array, 5)
      } catch {
        damaged = epoch
        onDamaged('recovery', String(row.number))
        continue
      }
      const [ids, times, scales, wholes, doubles] = columns as [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array]
      for (let n = 0; n < ids.length; n++) {
        const id = ids[n]!
        const at = Number(row.at) + times[n]!
        const scale = scales[n]!
        if (scale === NO_DECIMAL) {
          yield { id, at, value: doubles[n]! }
          continue
        }
        const last = known.get(id)
        const whole = wholes[n]! + (last?.epoch === epoch && last.scale === scale ? last.whole : 0)
        known.set(id, { epoch, scale, whole })
        yield { id, at, value: whole / 10 ** scale }
      }
    }
  }

  /** Drops the epochs that hold nothing but flushed samples. */
  prune(oldestPending: number): void {
    this.#db
      .prepare('DELETE FROM recovery WHERE epoch < coalesce((SELECT min(epoch) FROM recovery WHERE at >= ?), ?)')
      .run(Math.floor(Math.min(oldestPending, Number.MAX_SAFE_INTEGER)), this.#epoch)
  }

  /** Forgets rows of a time that has not come yet: the clock was set back since. */
  dropAfter(at: number): void {
    if (this.#db.prepare('DELETE FROM recovery WHERE at > ?').run(Math.ceil(at)).changes > 0) this.restart()
  }

  /** After everything was flushed. */
  clear(): void {
    this.#db.exec('DELETE FROM recovery')
  }
}
