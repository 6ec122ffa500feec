import type { RingSpec } from '../../model/ring.ts'
import { type Algorithm, isUp, sum, weightOf } from '../algorithm.ts'
import { gcd } from '../table.ts'
import { haproxyNumber, refusesHaproxyKey, refusesIds } from './haproxy.ts'

/** The weights in force: divided by the greatest divisor that all configured ones share, which is fixed at start; 0 where not usable. */
function scaledWeights(spec: RingSpec): number[] {
  const divisor = spec.nodes.map(weightOf).reduce(gcd, 0) || 1
  return spec.nodes.map((node) => (isUp(node) ? weightOf(node) / divisor : 0))
}

/** HAProxy `hash-type map-based`: a table filled by smooth selection, a key goes to slot `hash mod length`. */
export const haproxyMap: Algorithm = {
  id: 'haproxy-map',
  weightMin: 0,
  weightMax: 256,
  size: (spec) => sum(scaledWeights(spec)),
  refuses: refusesIds,
  refusesKey: refusesHaproxyKey,
  place(spec) {
    const weights = scaledWeights(spec)
    const usable = weights.flatMap((weight, index) => (weight > 0 ? [index] : []))
    const total = sum(weights)
    const owners = new Int32Array(total)
    const scores = new Int32Array(weights.length)
    for (let slot = 0; slot < total; slot++) {
      let best = -1
      let bestTurns = 0
      for (const index of usable) {
        scores[index]! += weights[index]!
        const turns = Math.trunc((scores[index]! + total) / total)
        if (best < 0 || turns > bestTurns) {
          best = index
          bestTurns = turns
        }
      }
      owners[slot] = best
      scores[best]! -= total
    }
    const space = { kind: 'table' as const, owners: total === 0 ? Int32Array.of(-1) : owners }
    const { number, hash } = haproxyNumber(spec)
    return { number, space, ownerOf: (key) => space.owners[hash(key) % space.owners.length]! }
  },
}
