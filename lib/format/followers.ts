import type { RingView } from '../model/answers/ring.ts'

/** How many of a control document's followers are there, as a status: `4 of 4 follow`, `nobody reports`. */
export function followersWord(of: Pick<RingView, 'followers' | 'followersExpected'>): { tone: 'ok' | 'warning' | 'info'; word: string } {
  const fresh = of.followers.filter((follower) => follower.fresh).length
  if (of.followersExpected !== undefined)
    return { tone: fresh >= of.followersExpected ? 'ok' : 'warning', word: `${fresh} of ${of.followersExpected} follow` }
  return fresh > 0 ? { tone: 'ok', word: `${fresh} follow` } : { tone: 'info', word: 'nobody reports' }
}
