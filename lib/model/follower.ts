import type { RingFollower } from './topology.ts'

/** The reference follower reports every 2 seconds; one that has not reported for this long, in ms, may be gone. */
export const FOLLOWER_FRESH_MS = 15_000

/** Whether a follower of a control document counts as there. `now` and `seenAt` in epoch ms. */
export const isFresh = (follower: Pick<RingFollower, 'seenAt'>, now: number): boolean => now - follower.seenAt < FOLLOWER_FRESH_MS

/** How many of them are there. */
export const freshFollowers = (followers: readonly Pick<RingFollower, 'seenAt'>[], now: number): number =>
  followers.filter((follower) => isFresh(follower, now)).length
