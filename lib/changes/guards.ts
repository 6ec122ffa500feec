import type { Guard, Prediction } from '../model/proposal.ts'
import { labelsMatch } from '../model/series.ts'
import type { Measured1 } from '../model/window.ts'

export type Breach = { guard: Guard; value: number; limit: number }

/** A dip is foreseen only so exactly. */
const DIP_SLACK = 0.05

/** The guard's limit now: while the prediction itself expects a dip (moved keys are misses first), no tighter than that dip. */
export function limitNow(guard: Guard, prediction: Prediction | null, sinceWriteMs: number): number {
  const dip = prediction?.dip
  if (!dip || dip.metric !== guard.metric || sinceWriteMs > dip.forMs || !labelsMatch(guard.where, dip.where)) return guard.limit
  return guard.op === '<' ? Math.min(guard.limit, dip.to * (1 - DIP_SLACK)) : Math.max(guard.limit, dip.to * (1 + DIP_SLACK))
}

/** Since when each guard has been breached without a break. What cannot be measured breaks it: loss of sight is no evidence. */
export type BreachedSince = ReadonlyMap<number, number>

export function watchGuards(
  guards: readonly Guard[],
  prediction: Prediction | null,
  before: BreachedSince,
  measured: (guard: Guard) => Measured1,
  now: number,
  watchFrom: number,
): { since: BreachedSince; breach: Breach | null } {
  const since = new Map<number, number>()
  let breach: Breach | null = null
  for (const [i, guard] of guards.entries()) {
    const seen = measured(guard)
    if (seen.is === 'unjudged') continue
    const limit = limitNow(guard, prediction, now - watchFrom)
    if (guard.op === '>' ? seen.value <= limit : seen.value >= limit) continue
    const from = before.get(i) ?? now
    since.set(i, from)
    if (now - from >= guard.forMs) breach ??= { guard, value: seen.value, limit }
  }
  return { since, breach }
}
