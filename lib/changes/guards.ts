import type { Guard, Prediction } from '../model/proposal.ts'
import { labelsMatch } from '../model/series.ts'
import type { Measurement } from '../model/window.ts'

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

/** A guard beside what it reads now. */
export type GuardState = {
  guard: Guard
  seen: Measurement
  /** The limit in force: the guard's own unless it is loosened. */
  limit: number
  /** The prediction's own dip is expected at this moment, and lies beyond the guard's limit. */
  loosened: boolean
  /** Since when the limit in force has been passed without a break (epoch ms); null: calm, or not seen. */
  breachedSince: number | null
  /** Passed for so long that the change rolls back. */
  breached: boolean
}

/** The state of each guard of a change: what the watch decides by and what people are shown, so that nobody sees a breach that rolls nothing back. */
export function guardStates(
  guards: readonly Guard[],
  prediction: Prediction | null,
  before: BreachedSince,
  measured: (guard: Guard) => Measurement,
  now: number,
  watchFrom: number,
): GuardState[] {
  return guards.map((guard, i) => {
    const seen = measured(guard)
    const limit = limitNow(guard, prediction, now - watchFrom)
    const passed = seen.is === 'measured' && (guard.op === '>' ? seen.value > limit : seen.value < limit)
    const breachedSince = passed ? (before.get(i) ?? now) : null
    return {
      guard,
      seen,
      limit,
      loosened: limit !== guard.limit,
      breachedSince,
      breached: breachedSince !== null && now - breachedSince >= guard.forMs,
    }
  })
}

/** What the watch remembers of these states until its next look. */
export const breachedSinceOf = (states: readonly GuardState[]): BreachedSince =>
  new Map(states.flatMap(({ breachedSince }, i) => (breachedSince === null ? [] : [[i, breachedSince] as const])))

/** The first guard that rolls back, or null. */
export function breachOf(states: readonly GuardState[]): Breach | null {
  for (const { guard, seen, limit, breached } of states) if (breached && seen.is === 'measured') return { guard, value: seen.value, limit }
  return null
}
