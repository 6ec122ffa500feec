import { type Labels, labelsMatch } from '../model/series.ts'

/** The things with one value of one label: mostly it is one, and a set for each would be larger than the thing. */
type Some<T> = T | Set<T>
type Group<T> = { all: Set<T>; by: Map<string, Map<string, Some<T>>> }

/** What stands under a key, made when it is missing. */
function at<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const there = map.get(key)
  if (there !== undefined) return there
  const made = make()
  map.set(key, made)
  return made
}

/** Things with a metric and labels, found in the number of matches and not of things: by label and value. Things are no sets. */
export class Labelled<T extends { readonly metric: string; readonly labels: Labels }> {
  readonly #groups = new Map<string, Group<T>>()

  add(thing: T): void {
    const group = at(this.#groups, thing.metric, (): Group<T> => ({ all: new Set(), by: new Map() }))
    group.all.add(thing)
    for (const [name, value] of Object.entries(thing.labels)) {
      const values = at(group.by, name, () => new Map<string, Some<T>>())
      const some = values.get(value)
      if (some === undefined) values.set(value, thing)
      else if (some instanceof Set) some.add(thing)
      else if (some !== thing) values.set(value, new Set([some, thing]))
    }
  }

  delete(thing: T): void {
    const group = this.#groups.get(thing.metric)
    if (!group?.all.delete(thing)) return
    for (const [name, value] of Object.entries(thing.labels)) {
      const values = group.by.get(name)
      const some = values?.get(value)
      if (some instanceof Set) some.delete(thing)
      if (some === thing || (some instanceof Set && some.size === 0)) values?.delete(value)
      if (values?.size === 0) group.by.delete(name)
    }
    if (group.all.size === 0) this.#groups.delete(thing.metric)
  }

  metrics(): string[] {
    return [...this.#groups.keys()]
  }

  /** Those of the metric whose labels include the wanted ones. */
  find(metric: string, wanted: Labels = {}): T[] {
    const group = this.#groups.get(metric)
    if (!group) return []
    let smallest: Some<T> = group.all
    let names = 0
    for (const name in wanted) {
      names++
      const some = group.by.get(name)?.get(wanted[name]!)
      if (some === undefined) return []
      if (sizeOf(some) < sizeOf(smallest)) smallest = some
    }
    if (!(smallest instanceof Set)) return names < 2 || labelsMatch(smallest.labels, wanted) ? [smallest] : []
    if (names < 2) return [...smallest]
    const out: T[] = []
    for (const thing of smallest) if (labelsMatch(thing.labels, wanted)) out.push(thing)
    return out
  }
}

const sizeOf = (some: unknown): number => (some instanceof Set ? some.size : 1)
