/** A row that is not known to be in the database. */
export type PendingRow = {
  noun: string
  id: string
  json: string | null
  /** Of the put that it has waited for longest. */
  number: number
  /** What was sent of it without an answer: it may be there. */
  sent: (string | null)[]
}

const BATCH_ROWS = 500
const BATCH_CHARACTERS = 4_000_000

/**
 * The write-behind queue of rows, in the order in which each was first put, with the newest state of each: it holds no more rows than there are
 * documents, however long the database is away.
 */
export class WriteQueue {
  readonly #waiting = new Map<string, PendingRow>()
  readonly #sending = new Map<string, PendingRow>()
  /** The number of the newest put. */
  newest = 0

  put({ noun, id, json }: Pick<PendingRow, 'noun' | 'id' | 'json'>): void {
    const number = ++this.newest
    const before = this.#waiting.get(keyOf({ noun, id }))
    if (before) before.json = json
    else this.#waiting.set(keyOf({ noun, id }), { noun, id, json, number, sent: [] })
  }

  get waiting(): number {
    return this.#waiting.size
  }

  get size(): number {
    return this.#waiting.size + this.#sending.size
  }

  /** The number of the put that has waited for longest. */
  get oldest(): number {
    const first = (rows: Map<string, PendingRow>) => rows.values().next().value?.number ?? Number.POSITIVE_INFINITY
    return Math.min(first(this.#sending), first(this.#waiting))
  }

  get(row: Pick<PendingRow, 'noun' | 'id'>): PendingRow | undefined {
    return this.#waiting.get(keyOf(row))
  }

  /** The database has what was sent earlier; what was put since still waits. */
  landed(row: PendingRow, json: string | null): void {
    if (row.json === json) this.#waiting.delete(keyOf(row))
    else row.sent = []
  }

  /** What was put of it is of no use any more. */
  drop(row: PendingRow): void {
    this.#waiting.delete(keyOf(row))
    this.#sending.delete(keyOf(row))
  }

  /** The rows that are sent next. */
  begin(): PendingRow[] {
    let characters = 0
    for (const [key, row] of this.#waiting) {
      if (this.#sending.size >= BATCH_ROWS || characters > BATCH_CHARACTERS) break
      characters += row.json?.length ?? 0
      this.#sending.set(key, row)
    }
    for (const key of this.#sending.keys()) this.#waiting.delete(key)
    return [...this.#sending.values()]
  }

  /** They are in the database. */
  end(): void {
    this.#sending.clear()
  }

  /** They may be there or not: they wait once more, before all that came later. */
  putBack(): void {
    const later = [...this.#waiting]
    this.#waiting.clear()
    for (const [key, row] of this.#sending) {
      row.sent.push(row.json)
      this.#waiting.set(key, row)
    }
    for (const [key, row] of later) {
      const before = this.#waiting.get(key)
      if (before) before.json = row.json
      else this.#waiting.set(key, row)
    }
    this.#sending.clear()
  }
}

const keyOf = ({ noun, id }: Pick<PendingRow, 'noun' | 'id'>) => `${noun} ${id}`
