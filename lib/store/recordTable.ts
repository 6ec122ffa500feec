import type { RecordOf, TargetRecord } from '../model/record.ts'
import type { HeldText } from './heldText.ts'

/** The newest answer of a probe as it is kept: it changes with each poll, and pages ask for few. */
export type Held = Pick<RecordOf<'raw'>, 'kind' | 'id' | 'target' | 'at'> & { held: HeldText }
export type Row = TargetRecord | Held

export const isHeld = (row: Row): row is Held => 'held' in row
export const told = (row: Row): TargetRecord =>
  isHeld(row) ? { kind: 'raw', id: row.id, at: row.at, text: row.held.text, target: row.target } : row

/** Larger tables have an index by id. */
const SEARCHED_MOST = 256
/** Up to so many rows a list is copied to be one longer: one that is pushed to gets room for 17. */
const EXACT_MOST = 16

/**
 * The records of one kind of one target, by id. Most are few, and looked through as quickly as a Map is asked: five Maps for each of thousands of
 * targets would take more than what is in them.
 */
export class RecordTable {
  #rows: Row[] = []
  /** Where each id stands; null: not known. */
  #places: Map<string, number> | null = null
  #newestFirst: readonly TargetRecord[] | null = null

  get size(): number {
    return this.#rows.length
  }

  get(id: string): Row | undefined {
    return this.#rows[this.#placeOf(id)]
  }

  /** In place of the one with that id, or as the last. */
  set(row: Row): void {
    const place = this.#placeOf(row.id)
    if (place >= 0) this.#rows[place] = row
    else {
      if (this.#rows.length < EXACT_MOST) this.#rows = [...this.#rows, row]
      else this.#rows.push(row)
      this.#places?.set(row.id, this.#rows.length - 1)
    }
    this.changed()
  }

  /** What its rows say is not as it was sorted. */
  changed(): void {
    this.#newestFirst = null
  }

  rows(): readonly Row[] {
    return this.#rows
  }

  /** Drops those that are older than that, and beyond so many the oldest; returns them. */
  bound(most: number, oldest: number): Row[] {
    const dropped = this.#rows.toSorted(byAge).filter(({ at }, i) => i >= most || at < oldest)
    if (dropped.length === 0) return dropped
    const gone = new Set(dropped)
    this.#rows = this.#rows.filter((row) => !gone.has(row))
    this.#places = null
    this.changed()
    return dropped
  }

  newestFirst(): readonly TargetRecord[] {
    if (this.#rows.length < 2) return this.#rows.map(told)
    this.#newestFirst ??= this.#rows.map(told).sort(byAge)
    return this.#newestFirst
  }

  #placeOf(id: string): number {
    const rows = this.#rows
    if (rows.length <= SEARCHED_MOST) {
      for (let i = 0; i < rows.length; i++) if (rows[i]!.id === id) return i
      return -1
    }
    this.#places ??= new Map(rows.map((row, i) => [row.id, i]))
    return this.#places.get(id) ?? -1
  }
}

export const byAge = (one: Row, other: Row): number => other.at - one.at
