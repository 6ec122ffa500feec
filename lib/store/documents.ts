import type { DatabaseSync } from 'node:sqlite'
import type { Table } from '../model/store.ts'
import type { OnDamaged } from './damagedRows.ts'
import { HeldDocuments } from './heldDocuments.ts'
import type { Spare } from './reserve.ts'
import type { Saving } from './saving.ts'
import { readRow } from './shapes.ts'

/** A noun's documents: all in memory, each written to its row when it is put. */
export class Documents<T extends { id: string }> implements Table<T> {
  readonly #held = new HeldDocuments<T>()
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
      if (document !== undefined && document.id === row.id) this.#held.hold(document.id, row.json as string, document)
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
    return this.#held.get(id)
  }

  put(document: T): void {
    const json = JSON.stringify(document)
    if (this.#held.jsonOf(document.id) === json) return
    this.#held.hold(document.id, json)
    this.#saving.put(this.#key(document.id), () => this.#write(document.id, json), this.#spare(document.id, json))
  }

  insist(document: T): void {
    const json = JSON.stringify(document)
    const row = this.#spare(document.id, json)
    this.#saving.insist(() => this.#write(document.id, json), row && { key: this.#key(document.id), row })
    this.#held.hold(document.id, json)
  }

  delete(id: string): boolean {
    if (!this.#held.drop(id)) return false
    this.#saving.put(this.#key(id), () => this.#erase(id), this.#spare(id, null))
    return true
  }

  list(filter?: (document: T) => boolean): T[] {
    return this.#held.list(filter)
  }

  /** Deletes what is over and old. */
  prune(over: (document: T) => boolean): void {
    for (const { id } of this.#held.list(over)) this.delete(id)
  }

  #key(id: string): string {
    return `${this.#noun} ${id}`
  }

  #spare(id: string, json: string | null): Spare | undefined {
    return this.#spared ? { table: this.#noun, id, json } : undefined
  }
}
