import type { BalancePart } from '@/components/charts/geometry.ts'
import type { Tone } from '@/components/ui/status.tsx'
import type { RingView } from '@/lib/model/views.ts'

/** A ring's strip: an even share is what each node is due. */
export function ringParts(ring: Pick<RingView, 'nodes'>): BalancePart[] {
  const seen = ring.nodes.every((node) => node.shareSeen !== null)
  return ring.nodes.map((node) => ({ name: node.name, seen: seen ? node.shareSeen : node.shareOwned, expected: 1 / ring.nodes.length }))
}

/** `4 of 4 follow`, `nobody reports`. */
export function followersWord(ring: Pick<RingView, 'followers' | 'followersExpected'>): { tone: Tone; word: string } {
  const fresh = ring.followers.filter((follower) => follower.fresh).length
  if (ring.followersExpected !== undefined)
    return { tone: fresh >= ring.followersExpected ? 'ok' : 'warning', word: `${fresh} of ${ring.followersExpected} follow` }
  return fresh > 0 ? { tone: 'ok', word: `${fresh} follow` } : { tone: 'info', word: 'nobody reports' }
}
