import type { DatabaseSync } from 'node:sqlite'
import type { Labels } from '../model/series.ts'
import { type ArchiveStatements, archiveStatements, COARSE, FINE, RAW } from './archiveStatements.ts'
import { Chunks, type Columns } from './chunks.ts'
import type { OnDamaged } from './damagedRows.ts'
import type { History } from './history.ts'
import { ProgressCache } from './progress.ts'
import type { Rollup } from './rollup.ts'
import { readRow } from './shapes.ts'
import { COARSE_BLOCK, downTo, FINE_BLOCK, Stretches } from './stretches.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

/** How long each fineness is kept, in ms. */
export type Retention = {
  /** Every sample. Default 3 days, at least 12 hours: stretches are made of them. */
  rawMs: number
  /** Stretches of 10 s. Default 14 days, at least 2. */
  fineMs: number
  /** Stretches of 5 min. Default 400 days. */
  coarseMs: number
}
export const RETENTION: Retention = { rawMs: 3 * DAY, fineMs: 14 * DAY, coarseMs: 400 * DAY }
const RAW_LEAST = 12 * HOUR
const FINE_LEAST = 2 * DAY
/** More series than this do not wait for their rows at once. */
const ROWLESS_MOST = 1_000_000

export type SeriesRow = { id: number; metric: string; labels: Labels; stepMs: number; lastAt: number }

/** The series on the disk: their rows, chunks of samples and stretches, each dropped when it is older than its fineness is kept. */
export class Archive {
  readonly #retention: Retention
  readonly #statements: ArchiveStatements
  readonly #progress: ProgressCache
  readonly #chunks: Chunks
  readonly #stretches: Stretches
  readonly #onDamaged: OnDamaged
  #nextId: number
  #swept = 0

  constructor(db: DatabaseSync, retention: Retention, onDamaged: OnDamaged) {
    const statements = archiveStatements(db)
    this.#onDamaged = onDamaged
    this.#retention = { ...retention, rawMs: Math.max(RAW_LEAST, retention.rawMs), fineMs: Math.max(FINE_LEAST, retention.fineMs) }
    this.#statements = statements
    this.#progress = new ProgressCache(statements)
    this.#chunks = new Chunks(statements, onDamaged)
    this.#stretches = new Stretches({ statements, chunks: this.#chunks, progress: this.#progress, onDamaged })
    this.#nextId = Number(statements.lastId.get()!.id) + 1
  }

  newId(): number {
    return this.#nextId++
  }

  /** Gives no new series this number: recovery rows hold samples of one that had it and no row yet. One far away is that of a damaged row. */
  reserveId(id: number): void {
    if (Number.isInteger(id) && id < this.#nextId + ROWLESS_MOST) this.#nextId = Math.max(this.#nextId, id + 1)
  }

  /** The row of a series that was known before, whatever the order of its labels. */
  find(metric: string, labels: Labels): SeriesRow | null {
    const row = this.#statements.find.get(metric, labelsJson(labels))
    return row ? this.#row(row) : null
  }

  byId(id: number): SeriesRow | null {
    const row = this.#statements.byId.get(id)
    return row ? this.#row(row) : null
  }

  /** Every series of that metric (of all metrics when null) with a flushed sample since then, but for those to skip. */
  since(metric: string | null, from: number, skip: (id: number) => boolean = () => false): SeriesRow[] {
    const rows = metric === null ? this.#statements.since.all(Math.floor(from)) : this.#statements.named.all(metric, Math.floor(from))
    return rows.filter((row) => !skip(Number(row.id))).flatMap((row) => this.#row(row) ?? [])
  }

  /** Call inside a transaction, before anything else of that series is written. */
  addSeries(history: History): void {
    const first = history.columns(0, 1).at[0] ?? 0
    this.#statements.add.run(
      history.id,
      history.metric,
      labelsJson(history.labels),
      Math.round(history.stepMs),
      downTo(first, FINE_BLOCK),
      downTo(first, COARSE_BLOCK),
    )
  }

  /**
   * Writes what the series has beyond its chunks, makes the stretches that are due, and drops what is older than its fineness is kept unless
   * told not to. Call inside a transaction; the moment that was flushed to, which it returns, counts once that is committed.
   */
  flush(history: History, now: number, drop = true): number {
    const { id, metric, stepMs } = history
    const from = history.movedTo > history.flushedTo ? this.#chunks.lastBefore(id, history.movedTo) : Number.NEGATIVE_INFINITY
    const columns = history.columns(history.indexAfter(Math.max(history.flushedTo, from)), history.size)
    const { at } = columns
    if (at.length === 0) return history.flushedTo
    const [first, last] = [at[0]!, at[at.length - 1]!]
    const { lastAt, fineTo } = this.#progress.of(id)
    if (first <= lastAt || first < fineTo) this.#makeWay(id, first, last)
    this.#chunks.write(id, columns)
    this.#statements.reached.run(Math.ceil(last), Math.round(stepMs), id)
    this.#progress.reached(id, Math.max(lastAt, Math.ceil(last)))
    this.#stretches.condense(id, metric, stepMs, now)
    if (drop) this.#drop(id, now)
    return last
  }

  /** How far stretches reach: until then `rollups` answers, from then on `samples`. */
  stretchesTo(id: number): number {
    return this.#progress.of(id).fineTo
  }

  /** Every sample of [from, to] that was flushed, chunk by chunk in the order of time, the one before `from` among them when it is near. */
  samples(id: number, from: number, to: number): Generator<Columns> {
    return this.#chunks.samples(id, from, to)
  }

  /** Stretches that begin in [from, to), of 5 min where `coarse` and they are made, else of 10 s. */
  rollups(id: number, metric: string, from: number, to: number, coarse: boolean): Generator<Rollup> {
    return this.#stretches.rollups(id, metric, from, to, coarse)
  }

  /** Looks at some series in turn, and does for those that fell silent what flushing does for the others. Call inside a transaction now and then. */
  sweep(now: number): void {
    const rows = this.#statements.after.all(this.#swept)
    this.#swept = rows.length === 0 ? 0 : Number(rows[rows.length - 1]!.id)
    for (const row of rows) {
      const [id, lastAt] = [Number(row.id), Number(row.last_at)]
      if (lastAt === 0 || lastAt > now - HOUR) continue
      this.#stretches.condense(id, row.metric as string, Number(row.step_ms), now)
      this.#drop(id, now)
      if (lastAt > now - this.#retention.coarseMs) continue
      this.#statements.forget.run(id)
      this.#progress.forget(id)
    }
  }

  /** A series that left memory: what is known of it is read again when it comes back. */
  forget(id: number): void {
    this.#progress.forget(id)
  }

  /** Empties the caches: the transaction failed, and what was last written is not there. */
  restart(): void {
    this.#progress.clear()
    this.#chunks.clear()
  }

  /**
   * A clock that was set back comes to a time once more: the samples that were written of it first make way for the later ones, and its
   * stretches are made again while there are samples to make them of.
   */
  #makeWay(id: number, first: number, last: number): void {
    this.#chunks.cutOut(id, first, last)
    const { fineTo } = this.#progress.of(id)
    if (first >= fineTo || fineTo - first > this.#retention.rawMs - FINE_BLOCK) return
    this.#stretches.redoFrom(id, first)
  }

  #drop(id: number, now: number): void {
    this.#statements.drop.run(id, RAW, Math.floor(now - this.#retention.rawMs))
    this.#statements.drop.run(id, FINE, Math.floor(now - this.#retention.fineMs))
    this.#statements.drop.run(id, COARSE, Math.floor(now - this.#retention.coarseMs - COARSE_BLOCK))
  }

  /** Null for a series whose labels are damaged: its samples are nobody's. */
  #row(row: Record<string, unknown>): SeriesRow | null {
    const labels = readRow<[string, string][]>('labels', row.labels)
    if (!labels) {
      this.#onDamaged('series', String(row.id))
      return null
    }
    return {
      id: Number(row.id),
      metric: row.metric as string,
      labels: Object.fromEntries(labels),
      stepMs: Number(row.step_ms),
      lastAt: Number(row.last_at),
    }
  }
}

/** The labels as they stand in the file: pairs in the order of their names, so that equal sets are equal texts. */
const labelsJson = (labels: Labels) => JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)))
