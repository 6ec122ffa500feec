import type { RateLimit } from '../../model/notice.ts'

/** How far a route has used its limit up. `sentAt`: epoch ms of the notices in the limit's span, oldest first. */
export type LimitState = {
  sentAt: readonly number[]
  /** When what is over the limit is sent as one digest (epoch ms). While there is one, everything on the route waits for it. */
  digestAt?: number
  /** Digests since the route last kept within its limit. */
  digests: number
}

export const UNUSED: LimitState = { sentAt: [], digests: 0 }

const DIGEST_AFTER_MS = 60_000
/** Within 100 s of the first that waits for it, however long the flood lasts. */
const DIGEST_MAX_MS = 90_000

/**
 * A sliding-window rate limit with a digest. `due`: how many notices each group has to send now. Answers how many groups may send, whether all that
 * is due goes as a digest, and the state after it. While a flood lasts digests come further and further apart, so that they do not become the
 * flood, and a minute and a half at most, because the worst finding of the night may wait for one.
 */
export function limited(
  limit: RateLimit | null,
  state: LimitState,
  due: readonly number[],
  at: number,
): { send: number; digest: boolean; state: LimitState } {
  if (limit === null) return { send: due.length, digest: false, state: UNUSED }
  const sentAt = state.sentAt.filter((sent) => sent > at - limit.perMs)
  if (state.digestAt !== undefined) {
    if (at < state.digestAt) return { send: 0, digest: false, state: { ...state, sentAt } }
    const digest = due.length > 0
    return { send: 0, digest, state: { sentAt: digest ? [...sentAt, at] : sentAt, digests: state.digests + (digest ? 1 : 0) } }
  }
  const digests = sentAt.length < limit.count ? 0 : state.digests
  let send = 0
  const sent = [...sentAt]
  // The end and the beginning of one group's story are not torn apart: the last one that may send can be one over.
  while (send < due.length && sent.length < limit.count) for (let left = due[send++]!; left > 0; left--) sent.push(at)
  if (send === due.length) return { send, digest: false, state: { sentAt: sent, digests } }
  const waitMs = Math.min(DIGEST_MAX_MS, DIGEST_AFTER_MS * 2 ** Math.max(0, digests - 1))
  return { send, digest: false, state: { sentAt: sent, digests, digestAt: at + waitMs } }
}

/** When a notice that is due now would be sent as part of a digest (epoch ms); null where the limit has room for it. */
export function digestTimeOf(limit: RateLimit | null, state: LimitState, at: number): number | null {
  if (limit === null) return null
  if (state.digestAt !== undefined) return Math.max(at, state.digestAt)
  return limited(limit, state, [1], at).state.digestAt ?? null
}
