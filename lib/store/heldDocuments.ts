/**
 * A noun's documents in memory, in the order in which they came. What is held is frozen: `list` hands out thousands without a copy of each, `get` a
 * copy that may be changed and put back.
 */
export class HeldDocuments<T extends { id: string }> {
  readonly #kept = new Map<string, { document: T; json: string }>()

  get(id: string): T | null {
    const kept = this.#kept.get(id)
    return kept ? (JSON.parse(kept.json) as T) : null
  }

  jsonOf(id: string): string | undefined {
    return this.#kept.get(id)?.json
  }

  list(filter: (document: T) => boolean = () => true): T[] {
    const out: T[] = []
    for (const { document } of this.#kept.values()) if (filter(document)) out.push(document)
    return out.reverse()
  }

  /** Keeps what `json` holds, and no reference to what is given. */
  hold(id: string, json: string, document: T = JSON.parse(json) as T): void {
    this.#kept.set(id, { document: frozen(document), json })
  }

  drop(id: string): boolean {
    return this.#kept.delete(id)
  }
}

/** A value of JSON that nobody can change any more. */
function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  for (const member of Object.values(value)) frozen(member)
  return Object.freeze(value)
}
