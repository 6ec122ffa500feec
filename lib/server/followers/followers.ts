import type { Iso } from '../../model/answers/shape.ts'
import { isFresh } from '../../model/follower.ts'
import type { RingFollower } from '../../model/topology.ts'
import { iso } from '../http/iso.ts'

export const followerViews = (
  followers: readonly RingFollower[],
  now: number,
): { name: string; version: number; seenAt: Iso; fresh: boolean }[] =>
  followers.map((follower) => ({ ...follower, seenAt: iso(follower.seenAt), fresh: isFresh(follower, now) }))
