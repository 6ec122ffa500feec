import type { RingSpec } from '../../model/ring.ts'
import type { KeyWeight } from '../../model/ringSolver.ts'
import type { Placed } from '../algorithm.ts'
import { placeRing, sharesOf } from '../placement.ts'

/**
 * Where the traffic falls: known keys as points, and the rest of what each node sees spread evenly over its own part of the ring. All are
 * fractions of the whole.
 */
export type Demand = {
  keys: readonly KeyWeight[]
  /** Share owned by each node, and the share of traffic it sees, by position. */
  owned: Float64Array
  seen: Float64Array
  /** The part of `seen` that no key stands for. */
  spread: Float64Array
}

/** @param seen share of traffic by node name; without it traffic is as even as the ring */
export function demandOf(
  spec: RingSpec,
  seen: Readonly<Record<string, number>> | undefined,
  keys: readonly KeyWeight[] = [],
  placed: Placed = placeRing(spec),
): Demand {
  const owned = sharesOf(spec, placed).slice(0, spec.nodes.length)
  const total = spec.nodes.reduce((sum, { name }) => sum + (seen?.[name] ?? 0), 0)
  const known = keys.reduce((sum, { weight }) => sum + weight, 0)
  const onNode = new Float64Array(spec.nodes.length)
  for (const { key, weight } of keys) {
    const owner = placed.ownerOf(key)
    if (owner >= 0) onNode[owner]! += weight
  }
  const shares = spec.nodes.map(({ name }, i) =>
    seen && total > 0 ? (seen[name] ?? 0) / total : onNode[i]! + Math.max(0, 1 - known) * owned[i]!,
  )
  return {
    keys,
    owned,
    seen: Float64Array.from(shares),
    spread: Float64Array.from(shares, (share, i) => Math.max(0, share - onNode[i]!)),
  }
}

/** max over mean of the loads. */
export const imbalanceOf = (loads: ArrayLike<number>, nodes = loads.length): number => {
  let max = 0
  let sum = 0
  for (let i = 0; i < loads.length; i++) {
    max = Math.max(max, loads[i]!)
    sum += loads[i]!
  }
  return sum > 0 ? (max * nodes) / sum : 1
}
