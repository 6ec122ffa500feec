import type { BalancePart } from '@/components/charts/geometry.ts'
import type { RingView } from '@/lib/model/answers/ring.ts'

/** A ring's strip: an even share is what each node is due. */
export function ringParts(ring: Pick<RingView, 'nodes'>): BalancePart[] {
  const seen = ring.nodes.every((node) => node.shareSeen !== null)
  return ring.nodes.map((node) => ({ name: node.name, seen: seen ? node.shareSeen : node.shareOwned, expected: 1 / ring.nodes.length }))
}
