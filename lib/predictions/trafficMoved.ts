import { shareByWeight } from '../metrics/traffic.ts'
import type { TrafficMoved } from '../model/brakes.ts'
import { poolRef, type Ref, refText } from '../model/ref.ts'
import { documentOf, poolOf } from '../model/setting.ts'
import type { Pool, Ring, Topology } from '../model/topology.ts'
import { ownedShares } from '../rings/ownedShares.ts'
import { sharesExpected } from './sharesExpected.ts'
import { type PlannedStep, poolWith, ringWith } from './stepsApplied.ts'

/**
 * Which part of the traffic of each pool and ring these steps move: the total variation distance between the predicted shares of its servers
 * (weights and states) or nodes (points) before and after. The measure of the brake `changes.trafficPerHour`, and of any other limit of one
 * step. A pool that is balanced by load, or by a hash that is not known, counts by its weights. Limits of requests, TTLs and memory move no
 * traffic. Pure.
 */
export function trafficMoved(steps: readonly PlannedStep[], topology: Topology): TrafficMoved[] {
  const moved = new Map<string, TrafficMoved>()
  for (const { setting } of steps) {
    const document = documentOf(setting, topology)
    const found = document ? ('nodes' in document ? document : null) : poolOf(setting, topology.pools)
    if (!found) continue
    const of = refText(refOf(found))
    if (moved.has(of)) continue
    const [before, after] = (['before', 'after'] as const).map((side) =>
      'spec' in found ? ownedShares(ringWith(found, steps, side)) : promised(poolWith(found, steps, side)),
    ) as [Map<string, number>, Map<string, number>]
    const share = totalVariation(before, after)
    if (share > 0) moved.set(of, { of, share })
  }
  return [...moved.values()]
}

const refOf = (one: Pool | Ring): Ref => ('spec' in one ? { ring: one.name } : poolRef(one))

const promised = (pool: Pool) => sharesExpected(pool) ?? shareByWeight(pool)

/** Half the sum of the differences: what the ones lose, and the others get. Of a side without any share, all that the other side has. */
function totalVariation(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): number {
  let [lost, won] = [0, 0]
  for (const name of new Set([...before.keys(), ...after.keys()])) {
    const difference = (after.get(name) ?? 0) - (before.get(name) ?? 0)
    if (difference > 0) won += difference
    else lost -= difference
  }
  return Math.min(1, Math.max(lost, won))
}
