import { type Labels, labelsMatch } from '../model/series.ts'
import { ByLabel } from './byLabel.ts'

/** Of one target's things of a metric more than this are indexed by their other labels too. */
const FEW = 16

type Has = { readonly metric: string; readonly labels: Labels }

/** The things of one metric and target: mostly it is one, and a list of its own for each would be larger than its place in the index. */
type Some<T extends Has> = T | T[] | ByLabel<T>

/** An index of things with a metric and labels: by target and metric, and where one target has many of a metric by their other labels. Things are no lists. */
export class Labelled<T extends Has> {
  /** A number for each metric. A target's things lie in a list by these: a map for each would be three times as large. */
  readonly #numbers = new Map<string, number>()
  /** Of each number, how many targets have things of its metric; one of none goes to the next new metric. */
  readonly #counts: number[] = []
  readonly #targets = new Map<string | undefined, (Some<T> | undefined)[]>()

  add(thing: T): void {
    const number = this.#numberOf(thing.metric)
    const { target } = thing.labels
    let places = this.#targets.get(target)
    if (!places) {
      places = []
      this.#targets.set(target, places)
    }
    const some = places[number]
    if (some === undefined) {
      places[number] = thing
      this.#counts[number]!++
    } else if (some instanceof ByLabel) some.add(thing)
    else if (!Array.isArray(some)) {
      if (some !== thing) places[number] = [some, thing]
    } else if (!some.includes(thing)) {
      if (some.length < FEW) some.push(thing)
      else places[number] = new ByLabel([...some, thing])
    }
  }

  delete(thing: T): void {
    const number = this.#numbers.get(thing.metric)
    const { target } = thing.labels
    const places = this.#targets.get(target)
    const some = number === undefined ? undefined : places?.[number]
    if (number === undefined || !places || some === undefined) return
    if (some instanceof ByLabel) some.delete(thing)
    else if (Array.isArray(some)) {
      const at = some.indexOf(thing)
      if (at >= 0) some.splice(at, 1)
    }
    if (some !== thing && sizeOf(some) > 0) return
    places[number] = undefined
    if (--this.#counts[number]! === 0) this.#numbers.delete(thing.metric)
    if (places.every((place) => place === undefined)) this.#targets.delete(target)
  }

  *all(): Generator<T> {
    for (const places of this.#targets.values())
      for (const some of places) {
        if (some instanceof ByLabel || Array.isArray(some)) yield* some
        else if (some !== undefined) yield some
      }
  }

  /** Those of the metric whose labels include the wanted ones. */
  find(metric: string, wanted: Labels = {}): T[] {
    const number = this.#numbers.get(metric)
    if (number === undefined) return []
    if (wanted.target !== undefined) return matching(this.#targets.get(wanted.target)?.[number], wanted)
    const out: T[] = []
    for (const places of this.#targets.values()) for (const thing of matching(places[number], wanted)) out.push(thing)
    return out
  }

  #numberOf(metric: string): number {
    const there = this.#numbers.get(metric)
    if (there !== undefined) return there
    const unused = this.#numbers.size < this.#counts.length ? this.#counts.indexOf(0) : -1
    const number = unused < 0 ? this.#counts.push(0) - 1 : unused
    this.#numbers.set(metric, number)
    return number
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
