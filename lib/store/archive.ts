import type { DatabaseSync } from 'node:sqlite'
import type { Labels } from '../model/series.ts'
import { decodeColumns, encodeColumns } from './codec.ts'
import type { History } from './history.ts'
import { COARSE_MS, coarser, decodeRollups, encodeRollups, FINE_MS, type Rollup, rollUp } from './rollup.ts'

const DAY = 86_400_000

/** How long each fineness is kept, in ms. */
export type Retention = {
  /** Every sample. Default 3 days. */
  rawMs: number
  /** Stretches of 10 s. Default 14 days. */
  fineMs: number
  /** Stretches of 5 min. Default 400 days. */
  coarseMs: number
}
export const RETENTION: Retention = { rawMs: 3 * DAY, fineMs: 14 * DAY, coarseMs: 400 * DAY }

const RAW = 0
const FINE = 1
const COARSE = 2
const WIDTH = { [FINE]: FINE_MS, [COARSE]: COARSE_MS }

export type SeriesRow = { id: number; metric: string; labels: Labels; stepMs: number; lastAt: number }
export type Columns = { at: Float64Array; value: Float64Array }

/** Chunks that were unpacked lately. */
const UNPACKED_MOST = 2_048

/** The samples on the disk: one blob a series and ten minutes, with its 10 s stretches beside it, and a day's 5 min stretches in one. */
export class Archive {
  readonly #retention: Retention
  readonly #unpacked = new Map<number, Columns>()
  readonly #coarseTo = new Map<number, number>()
  readonly #statements: ReturnType<typeof prepare>
  #nextId: number
  #swept = 0

  constructor(db: DatabaseSync, retention: Retention) {
    this.#retention = retention
    this.#statements = prepare(db)
    this.#nextId = Number(this.#statements.lastId.get()!.id) + 1
  }

  newId(): number {
    return this.#nextId++
  }

  /** The row of a series that was known before, whatever the order of its labels. */
  find(metric: string, labels: Labels): SeriesRow | null {
    const row = this.#statements.find.get(metric, labelsJson(labels))
    return row ? rowOf(row) : null
  }

  byId(id: number): SeriesRow | null {
    const row = this.#statements.byId.get(id)
    return row ? rowOf(row) : null
  }

  /** Every series of that metric (of all metrics when null) with a flushed sample since then, but for those to skip. */
  since(metric: string | null, from: number, skip: (id: number) => boolean = () => false): SeriesRow[] {
    const rows = metric === null ? this.#statements.since.all(Math.floor(from)) : this.#statements.named.all(metric, Math.floor(from))
    return rows.filter((row) => !skip(Number(row.id))).map(rowOf)
  }

  /** Call inside a transaction, before anything else of that series is written. */
  addSeries(history: History): void {
    const first = history.columns(0, 1).at[0] ?? 0
    this.#statements.add.run(
      history.id,
      history.metric,
      labelsJson(history.labels),
      Math.round(history.stepMs),
      Math.floor(first / DAY) * DAY,
    )
  }

  /**
   * Writes what the series has beyond its chunks, its 10 s stretches, and once a day the 5 min stretches of the day before; drops what is
   * older than its fineness is kept. Call inside a transaction; the moment that was flushed to counts once that is committed.
   */
  flush(history: History, now: number): number {
    const first = history.indexAfter(history.flushedTo)
    const { at, value } = history.columns(first, history.size)
    if (at.length === 0) return history.flushedTo
    const last = at[at.length - 1]!
    const { id, metric, stepMs } = history
    const start = Math.floor(at[0]!)
    this.#statements.write.run(id, RAW, start, encodeColumns([at, value]))
    const before = first > 0 ? history.columns(first - 1, first) : null
    const fine = rollUp(at, value, before && { at: before.at[0]!, value: before.value[0]! }, stepMs, FINE_MS)
    this.#statements.write.run(id, FINE, start, encodeRollups(fine, metric, FINE_MS))
    this.#statements.heard.run(Math.ceil(last), Math.round(stepMs), id)
    this.#coarsen(id, metric, now)
    this.#drop(id, now)
    return last
  }

  /** Every sample of [from, to] that was flushed, chunk by chunk in the order of time, the one before `from` among them when it is near. */
  *samples(id: number, from: number, to: number): Generator<Columns> {
    for (const row of this.#statements.read.all({ id, level: RAW, from: Math.floor(from), to: Math.ceil(to) })) {
      const number = Number(row.rowid)
      let columns = this.#unpacked.get(number)
      if (columns) this.#unpacked.delete(number)
      else {
        const [at, value] = decodeColumns(row.data as Uint8Array, 2)
        columns = { at: at!, value: value! }
        if (this.#unpacked.size >= UNPACKED_MOST) this.#unpacked.delete(this.#unpacked.keys().next().value!)
      }
      this.#unpacked.set(number, columns)
      yield columns
    }
  }

  /** Flushed stretches that begin in [from, to), of 5 min where `coarse` and a day is complete, else of 10 s. Two may begin at one moment. */
  *rollups(id: number, metric: string, from: number, to: number, coarse: boolean): Generator<Rollup> {
    const boundary = coarse ? Math.min(to, this.#coarseTo_(id)) : from
    for (const [level, start, end] of [
      [COARSE, from, boundary],
      [FINE, Math.max(from, boundary), to],
    ] as const) {
      if (start >= end) continue
      for (const row of this.#statements.read.all({ id, level, from: Math.floor(start), to: Math.ceil(end) }))
        for (const rollup of decodeRollups(row.data as Uint8Array, metric, WIDTH[level]))
          if (rollup.at >= start && rollup.at < end) yield rollup
    }
  }

  /** Looks at some series in turn, heard of or not, and drops what of them is too old. Call inside a transaction now and then. */
  sweep(now: number): void {
    const rows = this.#statements.after.all(this.#swept)
    this.#swept = rows.length === 0 ? 0 : Number(rows[rows.length - 1]!.id)
    for (const row of rows) {
      const id = Number(row.id)
      this.#coarsen(id, row.metric as string, now)
      this.#drop(id, now)
      if (Number(row.last_at) < now - this.#retention.coarseMs && Number(row.last_at) > 0) {
        this.#statements.forget.run(id)
        this.#coarseTo.delete(id)
      }
    }
  }

  /** What was last written is not there: the transaction failed. */
  restart(): void {
    this.#coarseTo.clear()
  }

  #coarsen(id: number, metric: string, now: number): void {
    const done = this.#coarseTo_(id)
    // Not all series at midnight.
    if (now < done + DAY + ((id * 0.618_034) % 1) * (DAY / 4)) return
    const today = Math.floor(now / DAY) * DAY
    const days = new Map<number, Rollup[]>()
    for (const rollup of coarser([...this.rollups(id, metric, done, today, false)], COARSE_MS)) {
      const day = Math.floor(rollup.at / DAY) * DAY
      const of = days.get(day)
      if (of) of.push(rollup)
      else days.set(day, [rollup])
    }
    for (const [day, rollups] of days) this.#statements.write.run(id, COARSE, day, encodeRollups(rollups, metric, COARSE_MS))
    this.#statements.coarsened.run(today, id)
    this.#coarseTo.set(id, today)
  }

  #drop(id: number, now: number): void {
    // A chunk is of at most some ten minutes, a coarse one of a day: what begins a day before the bound has ended before it.
    this.#statements.drop.run(id, RAW, Math.floor(now - this.#retention.rawMs))
    this.#statements.drop.run(id, FINE, Math.floor(now - Math.max(this.#retention.fineMs, 2 * DAY)))
    this.#statements.drop.run(id, COARSE, Math.floor(now - this.#retention.coarseMs - DAY))
  }

  #coarseTo_(id: number): number {
    let to = this.#coarseTo.get(id)
    if (to === undefined) {
      to = Number(this.#statements.coarseTo.get(id)?.coarse_to ?? 0)
      this.#coarseTo.set(id, to)
    }
    return to
  }
}

/** The labels as they stand in the file: pairs in the order of their names, so that equal sets are equal texts. */
const labelsJson = (labels: Labels) => JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)))

const rowOf = (row: Record<string, unknown>): SeriesRow => ({
  id: Number(row.id),
  metric: row.metric as string,
  labels: Object.fromEntries(JSON.parse(row.labels as string) as [string, string][]),
  stepMs: Number(row.step_ms),
  lastAt: Number(row.last_at),
})

const prepare = (db: DatabaseSync) => ({
  lastId: db.prepare('SELECT coalesce(max(id), 0) AS id FROM series'),
  find: db.prepare('SELECT * FROM series WHERE metric = ? AND labels = ?'),
  byId: db.prepare('SELECT * FROM series WHERE id = ?'),
  since: db.prepare('SELECT * FROM series WHERE last_at >= ?'),
  named: db.prepare('SELECT * FROM series WHERE metric = ? AND last_at >= ?'),
  after: db.prepare('SELECT id, metric, last_at FROM series WHERE id > ? ORDER BY id LIMIT 200'),
  add: db.prepare('INSERT INTO series (id, metric, labels, step_ms, last_at, coarse_to) VALUES (?, ?, ?, ?, 0, ?)'),
  heard: db.prepare('UPDATE series SET last_at = ?, step_ms = ? WHERE id = ?'),
  forget: db.prepare('DELETE FROM series WHERE id = ?'),
  coarseTo: db.prepare('SELECT coarse_to FROM series WHERE id = ?'),
  coarsened: db.prepare('UPDATE series SET coarse_to = ? WHERE id = ?'),
  write: db.prepare('INSERT INTO chunk (series, level, from_at, data) VALUES (?, ?, ?, ?)'),
  drop: db.prepare('DELETE FROM chunk WHERE series = ? AND level = ? AND from_at < ?'),
  // Chunks of a series do not overlap: of those that begin before the range, only the last may reach into it.
  read: db.prepare(`SELECT rowid, data FROM chunk WHERE series = $id AND level = $level AND from_at <= $to AND from_at >= coalesce(
    (SELECT max(from_at) FROM chunk WHERE series = $id AND level = $level AND from_at <= $from), $from) ORDER BY from_at`),
})
