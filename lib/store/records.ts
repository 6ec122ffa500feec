import type { DatabaseSync } from 'node:sqlite'
import { type ClockStep, movedDate } from '../model/clock.ts'
import type { NewRecord, RecordKind, RecordOf, TargetRecord } from '../model/record.ts'
import type { OnDamaged } from './damagedRows.ts'
import { HeldText } from './heldText.ts'
import { byAge, isHeld, RecordTable, type Row, told } from './recordTable.ts'
import { readRow } from './shapes.ts'
import { UnwrittenRecords } from './unwritten.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

/** How many of a kind a target keeps, for how long, and whether they outlive the process. `pauseMs`: one that changes sooner is not written each time. */
const BOUNDS: Record<RecordKind, { most: number; ms: number; lasting: boolean; pauseMs?: number }> = {
  slow: { most: 1_000, ms: 7 * DAY, lasting: true },
  large: { most: 1_000, ms: 7 * DAY, lasting: true },
  latency: { most: 200, ms: 7 * DAY, lasting: true },
  'hot-key': { most: 200, ms: DAY, lasting: true },
  // Two days of ten minutes each, of keys and of patterns.
  'key-sampling': { most: 600, ms: 2 * DAY, lasting: true },
  'big-key': { most: 200, ms: 7 * DAY, lasting: true },
  'key-pattern': { most: 200, ms: 7 * DAY, lasting: true },
  // Of a cache each second, up to 10 kB: a start samples anew within seconds.
  'ttl-histogram': { most: 4, ms: HOUR, lasting: true, pauseMs: 60_000 },
  curve: { most: 50, ms: HOUR, lasting: true },
  staleness: { most: 50, ms: HOUR, lasting: true },
  'slot-load': { most: 1, ms: HOUR, lasting: false },
  fact: { most: 500, ms: Number.POSITIVE_INFINITY, lasting: true },
  setting: { most: 100, ms: HOUR, lasting: false },
  'client-buffer': { most: 8, ms: HOUR, lasting: false },
  'role-change': { most: 100, ms: 7 * DAY, lasting: true },
  raw: { most: 20, ms: HOUR, lasting: false },
}
/** Sorting out the surplus at each put would cost more than keeping a little too much. */
const SLACK = 1.2

/** Those that pause are looked through this often. */
const LOOK_MS = 10_000

type Pending = { kind: RecordKind; target: string; id: string }

/** Facts that are no numbers, in bounded tables. Written with the next tick; equal facts are not written again. */
export class Records {
  readonly #kinds = new Map<RecordKind, Map<string, RecordTable>>()
  readonly #unwritten = new UnwrittenRecords()
  /** Those that pause: when each was written last, and which have changed since. */
  readonly #writtenAt = new Map<string, number>()
  readonly #pausing = new Map<string, Pending>()
  #lookedAt = Number.NEGATIVE_INFINITY
  /** Of all targets, by kind. */
  readonly #newestFirst = new Map<RecordKind, readonly TargetRecord[]>()
  readonly #write: (record: TargetRecord) => void
  readonly #erase: (kind: string, target: string, id: string) => void

  constructor(db: DatabaseSync, onDamaged: OnDamaged) {
    for (const row of db.prepare('SELECT id, json FROM record').all()) {
      const record = readRow<TargetRecord>('record', row.json)
      if (!record || !(record.kind in BOUNDS)) {
        onDamaged('record', String(row.id))
        continue
      }
      this.#table(record.kind, record.target).set(record)
    }
    const write = db.prepare(
      'INSERT INTO record (kind, target, id, at, json) VALUES (?, ?, ?, ?, ?) ON CONFLICT (kind, target, id) DO UPDATE SET at = excluded.at, json = excluded.json',
    )
    const erase = db.prepare('DELETE FROM record WHERE kind = ? AND target = ? AND id = ?')
    this.#write = (record) => write.run(record.kind, record.target, record.id, Math.round(record.at), JSON.stringify(record))
    this.#erase = (kind, target, id) => erase.run(kind, target, id)
  }

  put(target: string, records: readonly NewRecord[]): void {
    let kind: RecordKind | null = null
    let table!: RecordTable
    for (const fresh of records) {
      // Those of one kind come together.
      if (fresh.kind !== kind) {
        kind = fresh.kind
        table = this.#table(kind, target)
        table.changed()
        this.#newestFirst.delete(kind)
      }
      const before = table.get(fresh.id)
      if (before?.kind === 'fact' && fresh.kind === 'fact' && before.value === fresh.value) {
        // Nearly all of them, at each poll of each target: no new object for each.
        before.at = fresh.at
        continue
      }
      if (fresh.kind === 'raw' && before && isHeld(before)) {
        before.at = fresh.at
        before.held.set(fresh.text)
        continue
      }
      table.set(rowOf(fresh, target))
      if (BOUNDS[kind].lasting) this.#changed(kind, target, fresh)
      if (table.size > BOUNDS[kind].most * SLACK) this.#bound(kind, target, table, Number.NEGATIVE_INFINITY)
    }
  }

  list<K extends RecordKind>(kind: K, target?: string): RecordOf<K>[] {
    return [...(target === undefined ? this.#all(kind) : (this.#kinds.get(kind)?.get(target)?.newestFirst() ?? []))] as RecordOf<K>[]
  }

  #all(kind: RecordKind): readonly TargetRecord[] {
    const known = this.#newestFirst.get(kind)
    if (known) return known
    const tables = this.#kinds.get(kind)?.values() ?? []
    const all = [...tables].flatMap((table) => table.rows().map(told)).sort(byAge)
    this.#newestFirst.set(kind, all)
    return all
  }

  /** How many facts are still to be written. */
  get changed(): number {
    return this.#unwritten.size
  }

  /** Those whose pause is over are to be written with this tick; all of them at the end. */
  wake(at: number): void {
    if (Math.abs(at - this.#lookedAt) < LOOK_MS) return
    this.#lookedAt = at
    for (const [key, pending] of this.#pausing) {
      if (Math.abs(at - this.#writtenAt.get(key)!) < BOUNDS[pending.kind].pauseMs!) continue
      this.#writtenAt.set(key, at)
      this.#mark(pending.kind, pending.target, pending.id)
    }
  }

  /** Writes what changed, at most so many. Call inside a transaction, and what it returns once that is committed. */
  flush(most = Number.POSITIVE_INFINITY): () => void {
    return this.#unwritten.take(most, ({ kind, target, table }, id) => {
      const row = table.get(id)
      if (row) this.#write(told(row))
      else this.#erase(kind, target, id)
    })
  }

  /** After the clock was set back: what was seen is not of a time that has not come yet. */
  stepClock(step: ClockStep): void {
    for (const [kind, tables] of this.#kinds)
      for (const [target, table] of tables)
        for (const row of table.rows()) {
          const at = movedDate(row.at, step)
          if (at === row.at) continue
          table.changed()
          if (isHeld(row)) {
            row.at = at
            continue
          }
          table.set({ ...row, at })
          if (BOUNDS[kind].lasting) this.#mark(kind, target, row.id)
        }
    this.#newestFirst.clear()
  }

  /** Drops what is too old. */
  prune(now: number): void {
    for (const [kind, tables] of this.#kinds) for (const [target, table] of tables) this.#bound(kind, target, table, now - BOUNDS[kind].ms)
  }

  #bound(kind: RecordKind, target: string, table: RecordTable, oldest: number): void {
    const dropped = table.bound(BOUNDS[kind].most, oldest)
    if (dropped.length === 0) return
    this.#newestFirst.delete(kind)
    if (BOUNDS[kind].lasting) for (const { id } of dropped) this.#mark(kind, target, id)
  }

  #changed(kind: RecordKind, target: string, { id, at }: Pick<TargetRecord, 'id' | 'at'>): void {
    const { pauseMs } = BOUNDS[kind]
    if (pauseMs !== undefined) {
      const key = keyOf(kind, target, id)
      const last = this.#writtenAt.get(key)
      if (last !== undefined && Math.abs(at - last) < pauseMs) {
        this.#pausing.set(key, { kind, target, id })
        return
      }
      this.#writtenAt.set(key, at)
    }
    this.#mark(kind, target, id)
  }

  #mark(kind: RecordKind, target: string, id: string): void {
    if (BOUNDS[kind].pauseMs !== undefined) this.#pausing.delete(keyOf(kind, target, id))
    this.#unwritten.add(kind, target, this.#table(kind, target), id)
  }

  #table(kind: RecordKind, target: string): RecordTable {
    let tables = this.#kinds.get(kind)
    if (!tables) {
      tables = new Map()
      this.#kinds.set(kind, tables)
    }
    let table = tables.get(target)
    if (!table) {
      table = new RecordTable()
      tables.set(target, table)
    }
    return table
  }
}

/** Those of which a cache has hundreds are written out: V8 keeps the fields that a spread adds to an object in a second one beside it. */
function rowOf(fresh: NewRecord, target: string): Row {
  if (fresh.kind === 'raw') return { kind: 'raw', id: fresh.id, target, at: fresh.at, held: new HeldText(fresh.text) }
  if (fresh.kind === 'fact') return { kind: 'fact', id: fresh.id, target, at: fresh.at, value: fresh.value }
  if (fresh.kind === 'big-key') {
    const { id, at, key, type, bytes } = fresh
    return { kind: 'big-key', id, target, at, key, type, bytes }
  }
  return { ...fresh, target } as TargetRecord
}

const keyOf = (kind: RecordKind, target: string, id: string) => JSON.stringify([kind, target, id])
