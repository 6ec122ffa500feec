import { EvenkeelError } from '../model/error.ts'
import type { RingAnswer, RingSpec } from '../model/ring.ts'
import type { Placed } from './algorithm.ts'
import { algorithms } from './algorithms.ts'
import { boundedShares } from './boundedLoad.ts'
import { movesBetween, placeRing, sharesOf } from './placement.ts'
import { parseSpec } from './spec.ts'

const named = (spec: RingSpec, shares: Float64Array): Record<string, number> =>
  Object.fromEntries(spec.nodes.map(({ name }, index) => [name, shares[index]!]))

/** Shares, and with a bound what becomes of them. */
function sideOf(spec: RingSpec, placed: Placed): RingAnswer['before'] {
  const owned = sharesOf(spec, placed)
  const factor = spec.options?.hashBalanceFactor
  if (factor === undefined) return { shares: named(spec, owned) }
  const { most, shares, spilled } = boundedShares(spec, owned, factor)
  return { shares: named(spec, owned), bounded: { factor, most: named(spec, most), shares: named(spec, shares), spilled } }
}

/** For each key the nodes that it goes on to; undefined without a bound. */
const spillsOf = (spec: RingSpec, { spillOf }: Placed, keys: readonly string[]): string[][] | undefined =>
  spillOf && keys.map((key) => spillOf(key).map((index) => spec.nodes[index]!.name))

/** The what-if of two checked specs. */
export function evaluateSpecs(before: RingSpec, after?: RingSpec, keys?: readonly string[]): RingAnswer {
  const a = placeRing(before)
  const answer: RingAnswer = { before: sideOf(before, a) }
  const ownersOf = (spec: RingSpec, placed: Placed, side: string) =>
    keys!.map((key, index) => {
      const because = key === '' ? 'expected a key that is not empty' : algorithms[spec.algorithm].refusesKey?.(spec, key)
      if (because) throw new EvenkeelError('bad_request', `keys[${index}]: ${because} (${side})`)
      return spec.nodes[placed.ownerOf(key)]?.name ?? null
    })
  if (keys) answer.owners = { before: ownersOf(before, a, 'before') }
  const spill = keys && spillsOf(before, a, keys)
  if (answer.owners && spill) answer.owners.spill = { before: spill }
  if (!after) return answer
  const b = placeRing(after)
  answer.after = sideOf(after, b)
  answer.movedBetween = movesBetween(before, after, a, b)
  answer.moved = answer.movedBetween.reduce((total, { share }) => total + share, 0)
  if (answer.owners) {
    answer.owners.after = ownersOf(after, b, 'after')
    const spilled = spillsOf(after, b, keys!)
    if (spilled) answer.owners.spill = { ...answer.owners.spill, after: spilled }
  }
  return answer
}

/**
 * The what-if, as `POST rings/evaluate` takes it: shares of each ring, and exactly which share of the keys changes hands.
 * @throws bad_request naming the field, or invalid past the limits
 */
export function evaluate(question: { before: unknown; after?: unknown; keys?: unknown }): RingAnswer {
  const before = parseSpec(question.before, 'before')
  const after = question.after === undefined ? undefined : parseSpec(question.after, 'after')
  const { keys } = question
  if (keys !== undefined && !(Array.isArray(keys) && keys.every((key) => typeof key === 'string')))
    throw new EvenkeelError('bad_request', 'keys: expected a list of texts')
  return evaluateSpecs(before, after, keys)
}
