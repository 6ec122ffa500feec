import { EvenkeelError } from '../model/error.ts'
import type { RingAnswer, RingSpec } from '../model/ring.ts'
import type { Placed } from './algorithm.ts'
import { algorithms } from './algorithms.ts'
import { movesBetween, placeRing, sharesOf } from './placement.ts'
import { parseSpec } from './spec.ts'

const named = (spec: RingSpec, shares: Float64Array): Record<string, number> =>
  Object.fromEntries(spec.nodes.map(({ name }, index) => [name, shares[index]!]))

/** The what-if of two checked specs. */
export function evaluateSpecs(before: RingSpec, after?: RingSpec, keys?: readonly string[]): RingAnswer {
  const a = placeRing(before)
  const answer: RingAnswer = { before: { shares: named(before, sharesOf(before, a)) } }
  const ownersOf = (spec: RingSpec, placed: Placed, side: string) =>
    keys!.map((key, index) => {
      const because = key === '' ? 'expected a key that is not empty' : algorithms[spec.algorithm].refusesKey?.(spec, key)
      if (because) throw new EvenkeelError('bad_request', `keys[${index}]: ${because} (${side})`)
      return spec.nodes[placed.ownerOf(key)]?.name ?? null
    })
  if (keys) answer.owners = { before: ownersOf(before, a, 'before') }
  if (!after) return answer
  const b = placeRing(after)
  answer.after = { shares: named(after, sharesOf(after, b)) }
  answer.movedBetween = movesBetween(before, after, a, b)
  answer.moved = answer.movedBetween.reduce((total, { share }) => total + share, 0)
  if (answer.owners) answer.owners.after = ownersOf(after, b, 'after')
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
