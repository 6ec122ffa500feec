import { type Labels, labelsMatch } from '../model/series.ts'

/** The things with one value of one label: mostly it is one, and a set for each would be larger than the thing. */
type Some<T> = T | Set<T>

/** Many things with the same metric and target, found in the number of matches and not of things: by their other labels and values. Things are no sets. */
export class ByLabel<T extends { readonly labels: Labels }> {
  readonly #all = new Set<T>()
  readonly #by = new Map<string, Map<string, Some<T>>>()

  constructor(things: Iterable<T>) {
    for (const thing of things) this.add(thing)
  }

  get size(): number {
    return this.#all.size
  }

  [Symbol.iterator](): Iterator<T> {
    return this.#all.values()
  }

  add(thing: T): void {
    this.#all.add(thing)
    for (const [name, value] of Object.entries(thing.labels)) {
      if (name === 'target') continue
      let values = this.#by.get(name)
      if (!values) {
        values = new Map()
        this.#by.set(name, values)
      }
      const some = values.get(value)
      if (some === undefined) values.set(value, thing)
      else if (some instanceof Set) some.add(thing)
      else if (some !== thing) values.set(value, new Set([some, thing]))
    }
  }

  delete(thing: T): void {
    if (!this.#all.delete(thing)) return
    for (const [name, value] of Object.entries(thing.labels)) {
      const values = this.#by.get(name)
      const some = values?.get(value)
      if (some instanceof Set) some.delete(thing)
      if (some === thing || (some instanceof Set && some.size === 0)) values?.delete(value)
      if (values?.size === 0) this.#by.delete(name)
    }
  }

  /** Those whose labels include the wanted ones. */
  find(wanted: Labels): T[] {
    let smallest: Some<T> = this.#all
    for (const name in wanted) {
      if (name === 'target') continue
      const some = this.#by.get(name)?.get(wanted[name]!)
      if (some === undefined) return []
      if (sizeOf(some) < sizeOf(smallest)) smallest = some
    }
    if (!(smallest instanceof Set)) return labelsMatch(smallest.labels, wanted) ? [smallest] : []
    const out: T[] = []
    for (const thing of smallest) if (labelsMatch(thing.labels, wanted)) out.push(thing)
    return out
  }
}

const sizeOf = (some: unknown): number => (some instanceof Set ? some.size : 1)
