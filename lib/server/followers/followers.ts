import type { FollowerView } from '../../model/answers/follower.ts'
import { isFresh } from '../../model/follower.ts'
import type { RingFollower } from '../../model/topology.ts'
import { iso } from '../http/iso.ts'

export const followerViews = (followers: readonly RingFollower[], now: number): FollowerView[] =>
  followers.map((follower) => ({ ...follower, seenAt: iso(follower.seenAt), fresh: isFresh(follower, now) }))
