import type { RingFollower } from '../model/topology.ts'
import type { Iso } from '../model/views.ts'
import { iso } from './time.ts'

/** Followers report every few seconds; three missed reports are one too many. */
export const FOLLOWER_FRESH_MS = 30_000

export const isFresh = (follower: RingFollower, now: number) => now - follower.seenAt <= FOLLOWER_FRESH_MS

export const followerViews = (
  followers: readonly RingFollower[],
  now: number,
): { name: string; version: number; seenAt: Iso; fresh: boolean }[] =>
  followers.map((follower) => ({ ...follower, seenAt: iso(follower.seenAt), fresh: isFresh(follower, now) }))
