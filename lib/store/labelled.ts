import { type Labels, labelsMatch } from '../model/series.ts'
import { ByLabel } from './byLabel.ts'

/** Of one target's things of a metric more than this are indexed by their other labels too. */
const FEW = 16

type Has = { readonly metric: string; readonly labels: Labels }

/** The things of one metric and target: mostly it is one, and a list of its own for each would be larger than its place in the index. */
type Some<T extends Has> = T | T[] | ByLabel<T>

/** An index of things with a metric and labels: by metric and target, and where one target has many of a metric by their other labels. Things are no lists. */
export class Labelled<T extends Has> {
  readonly #metrics = new Map<string, Map<string | undefined, Some<T>>>()

  add(thing: T): void {
    let targets = this.#metrics.get(thing.metric)
    if (!targets) {
      targets = new Map()
      this.#metrics.set(thing.metric, targets)
    }
    const { target } = thing.labels
    const some = targets.get(target)
    if (some === undefined) targets.set(target, thing)
    else if (some instanceof ByLabel) some.add(thing)
    else if (!Array.isArray(some)) {
      if (some !== thing) targets.set(target, [some, thing])
    } else if (!some.includes(thing)) {
      if (some.length < FEW) some.push(thing)
      else targets.set(target, new ByLabel([...some, thing]))
    }
  }

  delete(thing: T): void {
    const targets = this.#metrics.get(thing.metric)
    const { target } = thing.labels
    const some = targets?.get(target)
    if (!targets || some === undefined) return
    if (some instanceof ByLabel) some.delete(thing)
    else if (Array.isArray(some)) {
      const at = some.indexOf(thing)
      if (at >= 0) some.splice(at, 1)
    }
    if (some === thing || sizeOf(some) === 0) targets.delete(target)
    if (targets.size === 0) this.#metrics.delete(thing.metric)
  }

  metrics(): string[] {
    return [...this.#metrics.keys()]
  }

  *all(): Generator<T> {
    for (const targets of this.#metrics.values())
      for (const some of targets.values()) {
        if (some instanceof ByLabel || Array.isArray(some)) yield* some
        else yield some
      }
  }

  /** Those of the metric whose labels include the wanted ones. */
  find(metric: string, wanted: Labels = {}): T[] {
    const targets = this.#metrics.get(metric)
    if (!targets) return []
    if (wanted.target !== undefined) return matching(targets.get(wanted.target), wanted)
    const out: T[] = []
    for (const some of targets.values()) for (const thing of matching(some, wanted)) out.push(thing)
    return out
  }
}

const sizeOf = (some: unknown): number => (some instanceof ByLabel ? some.size : Array.isArray(some) ? some.length : 1)

/** Those of one target whose other labels include the wanted ones: a list of its own. */
function matching<T extends Has>(some: Some<T> | undefined, wanted: Labels): T[] {
  if (some === undefined) return []
  if (some instanceof ByLabel) return some.find(wanted)
  const others = hasOthers(wanted)
  if (Array.isArray(some)) return others ? some.filter(({ labels }) => labelsMatch(labels, wanted)) : some.slice()
  return !others || labelsMatch(some.labels, wanted) ? [some] : []
}

/** Whether labels beside the target are wanted. */
function hasOthers(wanted: Labels): boolean {
  for (const name in wanted) if (name !== 'target') return true
  return false
}
