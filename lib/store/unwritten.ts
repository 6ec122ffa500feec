import type { RecordKind } from '../model/record.ts'
import type { RecordTable } from './recordTable.ts'

type Unwritten = { kind: RecordKind; target: string; table: RecordTable; ids: Set<string> }

/**
 * Which records are still to be written or erased, those first that have waited longest. By table: tens of thousands wait while a large fleet is first
 * sampled, and a key and an object for each took several times what is in them.
 */
export class UnwrittenRecords {
  readonly #tables = new Map<RecordTable, Unwritten>()
  #size = 0

  get size(): number {
    return this.#size
  }

  add(kind: RecordKind, target: string, table: RecordTable, id: string): void {
    let unwritten = this.#tables.get(table)
    if (!unwritten) {
      unwritten = { kind, target, table, ids: new Set() }
      this.#tables.set(table, unwritten)
    }
    const before = unwritten.ids.size
    unwritten.ids.add(id)
    this.#size += unwritten.ids.size - before
  }

  /** Tells `each` of them, at most so many; what it returns leaves these out from then on. */
  take(most: number, each: (unwritten: Omit<Unwritten, 'ids'>, id: string) => void): () => void {
    const taken: [Unwritten, string][] = []
    for (const unwritten of this.#tables.values()) {
      for (const id of unwritten.ids) {
        if (taken.length >= most) break
        taken.push([unwritten, id])
      }
      if (taken.length >= most) break
    }
    for (const [unwritten, id] of taken) each(unwritten, id)
    return () => {
      for (const [{ table, ids }, id] of taken) {
        if (!ids.delete(id)) continue
        this.#size--
        if (ids.size === 0) this.#tables.delete(table)
      }
    }
  }
}
