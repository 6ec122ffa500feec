import type { DatabaseSync } from 'node:sqlite'
import { tablesOf } from './schema.ts'

/** What of a damaged table was saved. `whole` is false when a part of it could not be read: how many rows that was nobody knows. */
export type Saved = { table: string; rows: number; whole: boolean }

/** Rows between two unreadable places that are asked for one by one. */
const SINGLY_MOST = 200_000

type Row = Record<string, unknown>

/**
 * Copies row by row what can still be read of a damaged database into a fresh one. A table is read from its beginning up to the first page
 * that cannot be read, then from its end back to the last such page, then what lies between by number.
 */
export function salvage(from: DatabaseSync, to: DatabaseSync): Saved[] {
  const triggers = to.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").all()
  // Rows come in whatever order they can be read in.
  for (const { name } of triggers) to.exec(`DROP TRIGGER ${name as string}`)
  const there = tablesOf(from)
  const saved: Saved[] = []
  to.exec('BEGIN')
  for (const [table, columns] of tablesOf(to)) {
    to.exec(`DELETE FROM ${table}`)
    const known = there.get(table)
    saved.push(known ? copy(from, to, table, columns.filter((column) => known.includes(column))) : { table, rows: 0, whole: false }) // biome-ignore format: one line
  }
  to.exec('COMMIT')
  for (const { sql } of triggers) to.exec(sql as string)
  return saved
}

function copy(from: DatabaseSync, to: DatabaseSync, table: string, columns: string[]): Saved {
  const insert = to.prepare(
    `INSERT OR IGNORE INTO ${table} (${columns.join(', ')}) VALUES (${columns.map((column) => `$${column}`).join(', ')})`,
  )
  let rows = 0
  const keep = (row: Row) => {
    const { rowid: _, ...values } = row
    try {
      rows += Number(insert.run(values as Record<string, never>).changes)
      return true
    } catch {
      // A value that no column of this table takes: it costs its row.
      return false
    }
  }
  let whole = true
  const read = (sql: string, until: (row: Row) => boolean = () => false): Row | null => {
    let last: Row | null = null
    try {
      for (const row of from.prepare(sql).iterate()) {
        if (until(row)) return last
        whole = keep(row) && whole
        last = row
      }
    } catch {
      whole = false
    }
    return last
  }

  const numbered = hasRowid(from, table)
  const select = `SELECT ${numbered ? 'rowid AS rowid, ' : ''}${columns.join(', ')} FROM ${table} NOT INDEXED`
  const order = numbered ? ['rowid'] : primaryKey(from, table)
  const forth = read(`${select} ORDER BY ${order.join(', ')}`)
  if (whole) return { table, rows, whole }
  const back = read(`${select} ORDER BY ${order.map((column) => `${column} DESC`).join(', ')}`, (row) => numbered && Number(row.rowid) <= Number(forth?.rowid ?? 0)) // biome-ignore format: one line
  if (numbered && back) {
    const [first, last] = [Number(forth?.rowid ?? 0) + 1, Number(back.rowid) - 1]
    for (let n = first; n <= Math.min(last, first + SINGLY_MOST); n++) read(`${select} WHERE rowid = ${n}`)
  }
  return { table, rows, whole: false }
}

function hasRowid(db: DatabaseSync, table: string): boolean {
  return db.prepare('SELECT wr FROM pragma_table_list WHERE name = ?').get(table)?.wr === 0
}

const primaryKey = (db: DatabaseSync, table: string) =>
  db
    .prepare('SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk')
    .all(table)
    .map((column) => column.name as string)
