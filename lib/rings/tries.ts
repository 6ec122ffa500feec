import type { RingSpec } from '../model/ring.ts'
import { isUp } from './algorithm.ts'

/** Clients that hash again when a server is dead: the owner of the first of `tries` hashes whose server is up, else −1. */
export function firstUp(spec: RingSpec, tries: number, ownerOf: (attempt: number) => number): number {
  for (let attempt = 0; attempt < tries; attempt++) {
    const owner = ownerOf(attempt)
    if (owner >= 0 && isUp(spec.nodes[owner]!)) return owner
  }
  return -1
}

/**
 * Shares where dead nodes keep their part and its keys are hashed again, `tries` look-ups in all: own · (1 + d + d² + …), d the dead part.
 * `first` has nobody's share last, and so has the answer. Estimates: each further hash is taken as independent.
 */
export function sharesAfterTries(spec: RingSpec, first: Float64Array, tries: number): Float64Array {
  const dead = spec.nodes.reduce((sum, node, index) => sum + (isUp(node) ? 0 : first[index]!), 0)
  let factor = 0
  for (let attempt = 0; attempt < tries; attempt++) factor += dead ** attempt
  const shares = first.map((share, index) => (index < spec.nodes.length && isUp(spec.nodes[index]!) ? share * factor : 0))
  shares[spec.nodes.length] = Math.max(0, 1 - shares.reduce((sum, share) => sum + share, 0))
  return shares
}
