import type { RingSpec } from '../model/ring.ts'
import { algorithms } from '../rings/algorithms.ts'
import { type Comparison, compareRings, type Traffic } from '../rings/compare.ts'
import { type Arc, arcsOf } from '../rings/drawing.ts'
import { placeRing } from '../rings/evaluate.ts'
import { type SolverAnswer, type SolverQuestion, solveRing } from '../rings/solver.ts'

/** What the page asks of a ring, here or in a thread of its own. Specs are checked before. */
export type LabQuestion =
  | { is: 'compare'; before: RingSpec; after: RingSpec; traffic: Traffic; keys: readonly string[] }
  | { is: 'solve'; question: Omit<SolverQuestion, 'now'> }

/** Where a key goes: a node's name, null for nobody, or why it is no key here. */
export type Place = string | null | { because: string }
export type Compared = Comparison & {
  arcs: { before: Arc[]; after: Arc[] }
  /** In the order of the keys asked for. */
  found: { key: string; before: Place; after: Place }[]
}
export type LabAnswer = { is: 'compare'; answer: Compared } | { is: 'solve'; answer: SolverAnswer }

export function answer(question: LabQuestion): LabAnswer {
  if (question.is === 'solve') return { is: 'solve', answer: solveRing(question.question) }
  const { before, after, traffic, keys } = question
  const [was, will] = [placesOf(before, keys), placesOf(after, keys)]
  return {
    is: 'compare',
    answer: {
      ...compareRings(before, after, traffic),
      arcs: { before: arcsOf(before).arcs, after: arcsOf(after).arcs },
      found: keys.map((key, at) => ({ key, before: was[at]!, after: will[at]! })),
    },
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

/** Whether a question should not be answered where the page is drawn. */
export function isHeavy(question: LabQuestion): boolean {
  if (question.is === 'solve') return true
  const cost = (spec: RingSpec) => algorithms[spec.algorithm].size(spec) + spec.nodes.length ** 2
  return cost(question.before) + cost(question.after) > INLINE_MAX
}
