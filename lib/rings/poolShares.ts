import type { Pool } from '../model/topology.ts'
import { boundedShares } from './boundedLoad.ts'
import { sharesOf } from './placement.ts'
import { poolRing } from './poolRing.ts'
import { ringMemo } from './ringMemo.ts'

const sharesByName = ringMemo((spec) => {
  const parts = sharesOf(spec)
  return new Map(spec.nodes.map(({ name }, i) => [name, parts[i]!]))
})

/** The share of the keys that each server of a hashing pool owns, exactly, with the weights and states of this moment; null where nothing says how it hashes. */
export function poolShares(pool: Pool): Map<string, number> | null {
  const spec = poolRing(pool)
  return spec && sharesByName(spec)
}

const spillsByName = ringMemo((spec) => {
  const owned = sharesOf(spec)
  const factor = spec.options?.hashBalanceFactor
  if (factor === undefined) return null
  const { most, shares } = boundedShares(spec, owned, factor)
  return new Map(spec.nodes.map(({ name }, i) => [name, { owned: owned[i]!, most: most[i]!, share: shares[i]! }]))
})

/** What each server owns, takes at most, and is left with once what is beyond has gone on, of a pool whose ring has a bound on load; null of others. */
export function poolSpills(pool: Pool): Map<string, { owned: number; most: number; share: number }> | null {
  const spec = poolRing(pool)
  return spec && spillsByName(spec)
}
