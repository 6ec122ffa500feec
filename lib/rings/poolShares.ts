import type { Pool } from '../model/topology.ts'
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
