import type { RingSpec } from '../model/ring.ts'
import type { SolverAnswer, SolverQuestion } from '../model/ringSolver.ts'
import type { Placed } from '../rings/algorithm.ts'
import { COUNTED_KEYS, countsKeys } from '../rings/algorithms/rendezvous.ts'
import { algorithms } from '../rings/algorithms.ts'
import { type Comparison, compareRings, type Traffic } from '../rings/compare.ts'
import { type Arc, arcsOf } from '../rings/drawing.ts'
import { placeRing } from '../rings/placement.ts'

/** A ring and its edit, as the page compares them. Specs are checked before. */
export type CompareQuestion = { is: 'compare'; before: RingSpec; after: RingSpec; traffic: Traffic; keys: readonly string[] }
/** What the page asks of a ring: a comparison, here or in a worker; or a solution, which only the worker computes (answer.ts). */
export type LabQuestion = CompareQuestion | { is: 'solve'; question: SolverQuestion }

/** Where a key goes: a node's name, null for nobody, or why it is no key here. */
export type Place = string | null | { because: string }
export type Compared = Comparison & {
  arcs: { before: Arc[]; after: Arc[] }
  /** In the order of the keys asked for. */
  found: { key: string; before: Place; after: Place }[]
}
export type LabAnswer = { is: 'compare'; answer: Compared } | { is: 'solve'; answer: SolverAnswer }

/** Compares a ring with its edit: shares, what moves, both circles, and where each key goes. */
export function compare({ before, after, traffic, keys }: CompareQuestion): Compared {
  const [a, b] = [placeRing(before), placeRing(after)]
  const [was, will] = [placesOf(before, a, keys), placesOf(after, b, keys)]
  return {
    ...compareRings(before, after, traffic, a, b),
    arcs: { before: arcsOf(before, a).arcs, after: arcsOf(after, b).arcs },
    found: keys.map((key, at) => ({ key, before: was[at]!, after: will[at]! })),
  }
}

function placesOf(spec: RingSpec, placed: Placed, keys: readonly string[]): Place[] {
  return keys.map((key) => {
    const because = algorithms[spec.algorithm].refusesKey?.(spec, key)
    return because ? { because } : (spec.nodes[placed.ownerOf(key)]?.name ?? null)
  })
}

/** Past this many steps a comparison may take longer than 50 ms on a slow machine. */
const INLINE_MAX = 20_000

/** Whether a comparison should not be made where the page is drawn. */
export function isHeavy(question: CompareQuestion): boolean {
  const cost = (spec: RingSpec) => (countsKeys(spec) ? COUNTED_KEYS : algorithms[spec.algorithm].size(spec)) + spec.nodes.length ** 2
  return cost(question.before) + cost(question.after) > INLINE_MAX
}
