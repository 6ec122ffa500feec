import type { RingSpec } from '../model/ring.ts'
import { sharesOf } from './placement.ts'
import { ringMemo } from './ringMemo.ts'

/** Exact share of the hash space by node; empty for a ring that cannot be placed. */
export const ownedShares = ringMemo((spec: RingSpec): Map<string, number> => {
  try {
    const placed = sharesOf(spec)
    return new Map(spec.nodes.map((node, index) => [node.name, placed[index] ?? 0]))
  } catch {
    // A ring that cannot be placed is shown without shares; its error says why.
    return new Map()
  }
})
