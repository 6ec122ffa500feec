import type { Pool } from '../model/topology.ts'
import { sharesOf } from './placement.ts'
import { poolRing } from './poolRing.ts'

/** Rings of so many pools are remembered: they are asked for at every tick and change with a weight or a state only. */
const KEPT = 200
const known = new Map<string, Map<string, number>>()

/** The share of the keys that each server of a hashing pool owns, exactly, with the weights and states of this moment; null where nothing says how it hashes. */
export function poolShares(pool: Pool): Map<string, number> | null {
  const spec = poolRing(pool)
  if (!spec) return null
  const id = JSON.stringify(spec)
  const before = known.get(id)
  if (before) return before
  const parts = sharesOf(spec)
  const shares = new Map(spec.nodes.map(({ name }, i) => [name, parts[i]!]))
  if (known.size >= KEPT) known.delete(known.keys().next().value!)
  known.set(id, shares)
  return shares
}
