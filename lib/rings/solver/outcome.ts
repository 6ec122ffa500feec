import type { RingSpec } from '../../model/ring.ts'
import { movesBetween, placeRing } from '../placement.ts'
import { parseSpec } from '../spec.ts'
import type { Demand } from './demand.ts'

/** What the traffic does when one ring becomes another: load by node, and the part of it that changes hands. */
export type Outcome = { loads: Float64Array; moved: number }

/** Computed from both rings as they would be placed, whatever way the second was found. */
export function outcomeOf(before: RingSpec, after: RingSpec, demand: Demand, placed = placeRing(before)): Outcome {
  const checked = parseSpec(after)
  const then = placeRing(checked)
  const loads = Float64Array.from(demand.spread)
  let moved = 0
  const index = new Map(before.nodes.map(({ name }, i) => [name, i]))
  for (const { from, to, share } of movesBetween(before, checked, placed, then)) {
    if (from === null) continue
    const i = index.get(from)!
    const traffic = demand.owned[i]! > 0 ? share * (demand.spread[i]! / demand.owned[i]!) : 0
    loads[i]! -= traffic
    if (to !== null) loads[index.get(to)!]! += traffic
    moved += traffic
  }
  for (const { key, weight } of demand.keys) {
    const owner = then.ownerOf(key)
    if (owner >= 0) loads[owner]! += weight
    if (owner !== placed.ownerOf(key)) moved += weight
  }
  return { loads, moved }
}
