const PATTERNS_MAX = 10_000

/** Names of patterns, each with one place from 1 on; 0 where there are too many. */
export class PatternNames {
  readonly names: string[] = []
  readonly #places = new Map<string, number>()

  placeOf(name: string): number {
    const known = this.#places.get(name)
    if (known !== undefined) return known
    if (this.names.length >= PATTERNS_MAX) return 0
    this.#places.set(name, this.names.push(name))
    return this.names.length
  }
}
