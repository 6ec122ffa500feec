import type { DatabaseSync } from 'node:sqlite'
import type { Labels } from '../model/series.ts'
import { archiveStatements } from './archiveStatements.ts'
import { decodeColumns, encodeColumns } from './codec.ts'
import type { History } from './history.ts'
import { addSample, COARSE_MS, coarser, decodeRollups, encodeRollups, FINE_MS, type Rollup } from './rollup.ts'
import { readRow, type Spoilt } from './shapes.ts'

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

const RAW = 0
const FINE = 1
const COARSE = 2
/** How much time one blob of stretches holds. */
const FINE_BLOCK = 6 * HOUR
const COARSE_BLOCK = DAY

export type SeriesRow = { id: number; metric: string; labels: Labels; stepMs: number; lastAt: number }
export type Columns = { at: Float64Array; value: Float64Array }

/** Chunks that were unpacked lately. */
const UNPACKED_MOST = 2_048

/** Where the stretches of a series end (what is later lies in chunks alone), and the latest time of which it ever had a sample. */
type Done = { fineTo: number; coarseTo: number; lastAt: number }

/**
 * The samples on the disk: of each series one blob for ten minutes of samples, one for six hours of 10 s stretches and one for a day of 5 min
 * stretches, each made of the finer ones once its time is over.
 */
export class Archive {
  readonly #retention: Retention
  readonly #unpacked = new Map<number, Columns>()
  readonly #done = new Map<number, Done>()
  readonly #statements: ReturnType<typeof archiveStatements>
  readonly #spoilt: Spoilt
  #nextId: number
  #swept = 0

  constructor(db: DatabaseSync, retention: Retention, spoilt: Spoilt) {
    this.#spoilt = spoilt
    this.#retention = { ...retention, rawMs: Math.max(RAW_LEAST, retention.rawMs), fineMs: Math.max(FINE_LEAST, retention.fineMs) }
    this.#statements = archiveStatements(db)
    this.#nextId = Number(this.#statements.lastId.get()!.id) + 1
  }

  /** Null for a series whose labels are damaged: its samples are nobody's. */
  #row(row: Record<string, unknown>): SeriesRow | null {
    const labels = readRow<[string, string][]>('labels', row.labels)
    if (!labels) {
      this.#spoilt('series', String(row.id))
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

  /** Null for a chunk that is damaged: a gap. */
  #unpack<T>(row: Record<string, unknown>, unpack: (data: Uint8Array) => T): T | null {
    try {
      return unpack(row.data as Uint8Array)
    } catch {
      this.#spoilt('chunk', String(row.rowid))
      return null
    }
  }

  newId(): number {
    return this.#nextId++
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
    const from = history.movedTo > history.flushedTo ? this.#lastBefore(id, history.movedTo) : Number.NEGATIVE_INFINITY
    const { at, value } = history.columns(history.indexAfter(Math.max(history.flushedTo, from)), history.size)
    if (at.length === 0) return history.flushedTo
    const [first, last] = [at[0]!, at[at.length - 1]!]
    const { lastAt, fineTo } = this.#doneOf(id)
    if (first <= lastAt || first < fineTo) this.#makeWay(id, first, last)
    this.#statements.write.run(id, RAW, Math.floor(first), encodeColumns([at, value]))
    this.#statements.heard.run(Math.ceil(last), Math.round(stepMs), id)
    this.#done.set(id, { ...this.#doneOf(id), lastAt: Math.max(lastAt, Math.ceil(last)) })
    this.#condense(id, metric, stepMs, now)
    if (drop) this.#drop(id, now)
    return last
  }

  /** The last flushed sample up to that moment. */
  #lastBefore(id: number, moment: number): number {
    let last = Number.NEGATIVE_INFINITY
    for (const { at } of this.samples(id, moment, moment)) last = at.findLast((one) => one <= moment) ?? last
    return last
  }

  /**
   * A clock that was set back comes to a time once more: the samples that were written of it first make way for the later ones, and its
   * stretches are made again while there are samples to make them of.
   */
  #makeWay(id: number, first: number, last: number): void {
    for (const row of this.#statements.read.all({ id, level: RAW, from: Math.floor(first), to: Math.ceil(last) })) {
      const [at, value] = decodeColumns(row.data as Uint8Array, 2) as [Float64Array, Float64Array]
      const parts = [at.findIndex((one) => one >= first), at.findLastIndex((one) => one <= last) + 1]
      const [before, after] = [parts[0]! < 0 ? at.length : parts[0]!, parts[1]!]
      if (before === at.length || after === 0) continue
      this.#unpacked.delete(Number(row.rowid))
      this.#statements.erase.run(Number(row.rowid))
      for (const [from, to] of [
        [0, before],
        [after, at.length],
      ] as const)
        if (from < to)
          this.#statements.write.run(id, RAW, Math.floor(at[from]!), encodeColumns([at.subarray(from, to), value.subarray(from, to)]))
    }
    const { lastAt, fineTo, coarseTo } = this.#doneOf(id)
    if (first >= fineTo || fineTo - first > this.#retention.rawMs - FINE_BLOCK) return
    const done = { lastAt, fineTo: downTo(first, FINE_BLOCK), coarseTo: Math.min(coarseTo, downTo(first, COARSE_BLOCK)) }
    this.#statements.condensed.run(done.fineTo, done.coarseTo, id)
    this.#done.set(id, done)
  }

  /** How far stretches reach: until then `rollups` answers, from then on `samples`. */
  stretchesTo(id: number): number {
    return this.#doneOf(id).fineTo
  }

  /** Every sample of [from, to] that was flushed, chunk by chunk in the order of time, the one before `from` among them when it is near. */
  *samples(id: number, from: number, to: number): Generator<Columns> {
    for (const row of this.#statements.read.all({ id, level: RAW, from: Math.floor(from), to: Math.ceil(to) })) {
      const number = Number(row.rowid)
      let columns = this.#unpacked.get(number)
      if (columns) this.#unpacked.delete(number)
      else {
        const unpacked = this.#unpack(row, (data) => decodeColumns(data, 2))
        if (!unpacked) continue
        const [at, value] = unpacked
        columns = { at: at!, value: value! }
        if (this.#unpacked.size >= UNPACKED_MOST) this.#unpacked.delete(this.#unpacked.keys().next().value!)
      }
      this.#unpacked.set(number, columns)
      yield columns
    }
  }

  /** Stretches that begin in [from, to), of 5 min where `coarse` and they are made, else of 10 s. */
  *rollups(id: number, metric: string, from: number, to: number, coarse: boolean): Generator<Rollup> {
    const { coarseTo, fineTo } = this.#doneOf(id)
    const boundary = coarse ? Math.max(from, Math.min(to, coarseTo)) : from
    yield* this.#stretches(id, metric, COARSE, from, boundary)
    yield* this.#stretches(id, metric, FINE, boundary, Math.min(to, fineTo))
  }

  /** Looks at some series in turn, and does for those that fell silent what flushing does for the others. Call inside a transaction now and then. */
  sweep(now: number): void {
    const rows = this.#statements.after.all(this.#swept)
    this.#swept = rows.length === 0 ? 0 : Number(rows[rows.length - 1]!.id)
    for (const row of rows) {
      const [id, lastAt] = [Number(row.id), Number(row.last_at)]
      if (lastAt === 0 || lastAt > now - HOUR) continue
      this.#condense(id, row.metric as string, Number(row.step_ms), now)
      this.#drop(id, now)
      if (lastAt > now - this.#retention.coarseMs) continue
      this.#statements.forget.run(id)
      this.#done.delete(id)
    }
  }

  /** A series that left memory: what is known of it is read again when it comes back. */
  forget(id: number): void {
    this.#done.delete(id)
  }

  /** What was last written is not there: the transaction failed. */
  restart(): void {
    this.#done.clear()
    this.#unpacked.clear()
  }

  #condense(id: number, metric: string, stepMs: number, now: number): void {
    const { fineTo, coarseTo, lastAt } = this.#doneOf(id)
    // Not all series at midnight.
    if (now < fineTo + FINE_BLOCK + ((id * 0.618_034) % 1) * (FINE_BLOCK / 4)) return
    const fineEnd = downTo(now, FINE_BLOCK)
    for (const [start, rollups] of blocks(this.#rolledUp(id, stepMs, fineTo, fineEnd), FINE_BLOCK))
      this.#replace(id, FINE, start, encodeRollups(rollups, metric, FINE_MS))
    const coarseEnd = downTo(fineEnd, COARSE_BLOCK)
    if (coarseEnd > coarseTo)
      for (const [start, rollups] of blocks(coarser([...this.#stretches(id, metric, FINE, coarseTo, coarseEnd)], COARSE_MS), COARSE_BLOCK))
        this.#replace(id, COARSE, start, encodeRollups(rollups, metric, COARSE_MS))
    this.#statements.condensed.run(fineEnd, coarseEnd, id)
    this.#done.set(id, { fineTo: fineEnd, coarseTo: coarseEnd, lastAt })
  }

  #replace(id: number, level: typeof FINE | typeof COARSE, start: number, data: Uint8Array): void {
    this.#statements.eraseBlock.run(id, level, start)
    this.#statements.write.run(id, level, start, data)
  }

  /** 10 s stretches of the flushed samples of [from, to). */
  #rolledUp(id: number, stepMs: number, from: number, to: number): Rollup[] {
    const out: Rollup[] = []
    let before: { at: number; value: number } | null = null
    for (const { at, value } of this.samples(id, from - 1, to)) {
      for (let i = 0; i < at.length && at[i]! < to; i++) {
        const sample = { at: at[i]!, value: value[i]! }
        if (sample.at >= from) addSample(out, sample, before, stepMs, FINE_MS)
        before = sample
      }
    }
    return out
  }

  *#stretches(id: number, metric: string, level: typeof FINE | typeof COARSE, from: number, to: number): Generator<Rollup> {
    if (from >= to) return
    for (const row of this.#statements.read.all({ id, level, from: Math.floor(from), to: Math.ceil(to) }))
      for (const rollup of this.#unpack(row, (data) => decodeRollups(data, metric, level === FINE ? FINE_MS : COARSE_MS)) ?? [])
        if (rollup.at >= from && rollup.at < to) yield rollup
  }

  #drop(id: number, now: number): void {
    this.#statements.drop.run(id, RAW, Math.floor(now - this.#retention.rawMs))
    this.#statements.drop.run(id, FINE, Math.floor(now - this.#retention.fineMs))
    this.#statements.drop.run(id, COARSE, Math.floor(now - this.#retention.coarseMs - COARSE_BLOCK))
  }

  #doneOf(id: number): Done {
    let done = this.#done.get(id)
    if (!done) {
      const row = this.#statements.done.get(id)
      done = { fineTo: Number(row?.fine_to ?? 0), coarseTo: Number(row?.coarse_to ?? 0), lastAt: Number(row?.last_at ?? 0) }
      this.#done.set(id, done)
    }
    return done
  }
}

const downTo = (ms: number, block: number) => Math.floor(ms / block) * block

/** Stretches in the order of time, by the block that they lie in. */
function blocks(rollups: readonly Rollup[], block: number): Map<number, Rollup[]> {
  const out = new Map<number, Rollup[]>()
  for (const rollup of rollups) {
    const start = downTo(rollup.at, block)
    const there = out.get(start)
    if (there) there.push(rollup)
    else out.set(start, [rollup])
  }
  return out
}

/** The labels as they stand in the file: pairs in the order of their names, so that equal sets are equal texts. */
const labelsJson = (labels: Labels) => JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)))
