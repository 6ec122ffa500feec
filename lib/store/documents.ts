import type { DatabaseSync } from 'node:sqlite'
import type { Table } from '../model/store.ts'
import type { OnDamaged } from './damagedRows.ts'
import type { Spare } from './reserve.ts'
import type { Saving } from './saving.ts'
import { readRow } from './shapes.ts'

/**
 * A noun's documents: all in memory, each written to its row when it is put. What is held is frozen: `list` hands out thousands without a copy
 * of each, `get` a copy that may be changed and put back.
 */
export class Documents<T extends { id: string }> implements Table<T> {
  readonly #kept = new Map<string, { document: T; json: string }>()
  readonly #write: (id: string, json: string) => void
  readonly #erase: (id: string) => void
  readonly #noun: string
  readonly #saving: Saving
  readonly #spared: boolean

  /** `spared`: the reserve keeps what the database has no room for. */
  constructor(db: DatabaseSync, noun: string, saving: Saving, onDamaged: OnDamaged, spared = false) {
    this.#noun = noun
    this.#saving = saving
    this.#spared = spared
    for (const row of db.prepare('SELECT id, json FROM document WHERE noun = ? ORDER BY number').all(noun)) {
      const document = readRow<T>(noun, row.json)
      if (document !== undefined && document.id === row.id) this.#hold(document.id, document, row.json as string)
      else onDamaged(noun, String(row.id))
    }
    const write = db.prepare(
      'INSERT INTO document (noun, id, json) VALUES (?, ?, ?) ON CONFLICT (noun, id) DO UPDATE SET json = excluded.json',
    )
    const erase = db.prepare('DELETE FROM document WHERE noun = ? AND id = ?')
    this.#write = (id, json) => write.run(noun, id, json)
    this.#erase = (id) => erase.run(noun, id)
  }

  get(id: string): T | null {
    const kept = this.#kept.get(id)
    return kept ? (JSON.parse(kept.json) as T) : null
  }

  put(document: T): void {
    const json = JSON.stringify(document)
    if (this.#kept.get(document.id)?.json === json) return
    this.#hold(document.id, JSON.parse(json) as T, json)
    this.#saving.put(this.#key(document.id), () => this.#write(document.id, json), this.#spare(document.id, json))
  }

  insist(document: T): void {
    const json = JSON.stringify(document)
    const row = this.#spare(document.id, json)
    this.#saving.insist(() => this.#write(document.id, json), row && { key: this.#key(document.id), row })
    this.#hold(document.id, JSON.parse(json) as T, json)
  }

  delete(id: string): boolean {
    if (!this.#kept.delete(id)) return false
    this.#saving.put(this.#key(id), () => this.#erase(id), this.#spare(id, null))
    return true
  }

  list(filter: (document: T) => boolean = () => true): T[] {
    const out: T[] = []
    for (const { document } of this.#kept.values()) if (filter(document)) out.push(document)
    return out.reverse()
  }

  /** Deletes what is over and old. */
  prune(over: (document: T) => boolean): void {
    for (const [id, { document }] of this.#kept) if (over(document)) this.delete(id)
  }

  #hold(id: string, document: T, json: string): void {
    this.#kept.set(id, { document: frozen(document), json })
  }

  #key(id: string): string {
    return `${this.#noun} ${id}`
  }

  #spare(id: string, json: string | null): Spare | undefined {
    return this.#spared ? { table: this.#noun, id, json } : undefined
  }
}

/** A value of JSON that nobody can change any more. */
function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  for (const member of Object.values(value)) frozen(member)
  return Object.freeze(value)
}
