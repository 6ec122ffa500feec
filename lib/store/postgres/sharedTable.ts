import { EvenkeelError } from '../../model/error.ts'
import type { Memory, SavingFailure, Table } from '../../model/store.ts'
import { HeldDocuments } from '../heldDocuments.ts'
import { readRow } from '../shapes.ts'

/** Where rows go; the row is in the mirror already. */
export type Outgoing = { put(noun: string, id: string, json: string | null): void; failing(): SavingFailure | null }

/** The mirror of a noun's documents: all in memory, each sent to the database when it is put, and replaced by what other replicas write. */
export class SharedTable<T extends { id: string }> implements Table<T> {
  readonly #held = new HeldDocuments<T>()
  readonly #noun: string
  readonly #outgoing: Outgoing

  constructor(noun: string, outgoing: Outgoing) {
    this.#noun = noun
    this.#outgoing = outgoing
  }

  get(id: string): T | null {
    return this.#held.get(id)
  }

  put(document: T): void {
    const json = JSON.stringify(document)
    if (this.#held.jsonOf(document.id) === json) return
    this.#held.hold(document.id, json)
    this.#outgoing.put(this.#noun, document.id, json)
  }

  /** What depends on it waits for `durable` besides: here it is refused while it is known that nothing can be committed. */
  insist(document: T): void {
    const failing = this.#outgoing.failing()
    if (failing) throw new EvenkeelError('unavailable', `Nothing that is new can be written down: ${failing.because}. ${failing.mend}`)
    this.put(document)
  }

  delete(id: string): boolean {
    if (!this.#held.drop(id)) return false
    this.#outgoing.put(this.#noun, id, null)
    return true
  }

  list(filter?: (document: T) => boolean): T[] {
    return this.#held.list(filter)
  }

  /** Deletes what is over and old. */
  prune(over: (document: T) => boolean): void {
    for (const { id } of this.#held.list(over)) this.delete(id)
  }

  /** What the database has: false for a row that nobody could read. */
  take(id: string, json: string | null): boolean {
    if (json === null) {
      this.#held.drop(id)
      return true
    }
    const document = readRow<T>(this.#noun, json)
    if (document === undefined || document.id !== id) return false
    this.#held.hold(id, json, document)
    return true
  }
}

/** The mirror of the small things by key. */
export class SharedMemory implements Memory {
  readonly #kept = new Map<string, string>()
  readonly #outgoing: Outgoing

  constructor(outgoing: Outgoing) {
    this.#outgoing = outgoing
  }

  get<T>(key: string): T | null {
    const json = this.#kept.get(key)
    return json === undefined ? null : (JSON.parse(json) as T)
  }

  put(key: string, value: unknown): void {
    const json = JSON.stringify(value ?? null)
    if (this.#kept.get(key) === json) return
    this.#kept.set(key, json)
    this.#outgoing.put('memory', key, json)
  }

  delete(key: string): void {
    if (this.#kept.delete(key)) this.#outgoing.put('memory', key, null)
  }

  keys(prefix: string): string[] {
    return [...this.#kept.keys()].filter((key) => key.startsWith(prefix)).sort()
  }

  take(key: string, json: string | null): boolean {
    if (json === null) this.#kept.delete(key)
    else if (readRow('memory', json) === undefined) return false
    else this.#kept.set(key, json)
    return true
  }
}
