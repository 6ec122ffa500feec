import type { RingSpec } from '../../model/ring.ts'
import { sharesOf } from '../../rings/placement.ts'

/** A cache: placing a ring's points takes milliseconds, the page asks each second, and rings rarely change. */
const known = new Map<string, Map<string, number>>()
/** Exact share of the hash space by node; empty for a ring that cannot be placed. */
export function ownedShares(spec: RingSpec): Map<string, number> {
  const key = JSON.stringify(spec)
  const found = known.get(key)
  if (found) return found
  let shares = new Map<string, number>()
  try {
    const placed = sharesOf(spec)
    shares = new Map(spec.nodes.map((node, index) => [node.name, placed[index] ?? 0]))
  } catch {
    // A ring that cannot be placed is shown without shares; its error says why.
  }
  if (known.size > 64) known.clear()
  known.set(key, shares)
  return shares
}
