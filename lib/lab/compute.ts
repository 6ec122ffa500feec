import type { RingSpec } from '../model/ring.ts'
import type { SolverAnswer, SolverQuestion } from '../model/ringSolver.ts'
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
  const [was, will] = [placesOf(before, keys), placesOf(after, keys)]
  return {
    ...compareRings(before, after, traffic),
    arcs: { before: arcsOf(before).arcs, after: arcsOf(after).arcs },
    found: keys.map((key, at) => ({ key, before: was[at]!, after: will[at]! })),
  }
}

function placesOf(spec: RingSpec, keys: readonly string[]): Place[] {
  if (keys.length === 0) return []
  const placed = placeRing(spec)
  return keys.map((key) => {
    const because = algorithms[spec.algorithm].refusesKey?.(spec, key)
    return because ? { because } : (spec.nodes[placed.ownerOf(key)]?.name ?? null)
  })
}

/** Past this many steps a comparison may take longer than 50 ms on a slow machine. */
const INLINE_MAX = 20_000

/** Whether a comparison should not be made where the page is drawn. */
export function isHeavy(question: CompareQuestion): boolean {
  const cost = (spec: RingSpec) => algorithms[spec.algorithm].size(spec) + spec.nodes.length ** 2
  return cost(question.before) + cost(question.after) > INLINE_MAX
}
