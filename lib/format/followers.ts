import type { RingView } from '../model/answers/ring.ts'

/** How many of a control document's followers are there, as a status: `4 of 4 follow`, `5 follow, 4 expected`, `nobody reports`. */
export function followersWord(of: Pick<RingView, 'followers' | 'followersExpected'>): { tone: 'ok' | 'warning' | 'info'; word: string } {
  const fresh = of.followers.filter((follower) => follower.fresh).length
  const expected = of.followersExpected
  if (expected !== undefined && fresh > expected) return { tone: 'ok', word: `${fresh} follow, ${expected} expected` }
  if (expected !== undefined) return { tone: fresh === expected ? 'ok' : 'warning', word: `${fresh} of ${expected} follow` }
  return fresh > 0 ? { tone: 'ok', word: `${fresh} follow` } : { tone: 'info', word: 'nobody reports' }
}
