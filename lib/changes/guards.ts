import type { Guard, Prediction } from '../model/proposal.ts'
import { labelsMatch } from '../model/series.ts'
import type { Measurement } from '../model/window.ts'

export type Breach = { guard: Guard; value: number; limit: number }

/** Tolerance of a predicted dip: it is foreseen only so exactly. */
const DIP_SLACK = 0.05

/** The limit of a guard in force now: its own, or the predicted dip while one is expected (moved keys are misses first). */
export function limitNow(guard: Guard, prediction: Prediction | null, sinceWriteMs: number): number {
  const dip = prediction?.dip
  if (!dip || dip.metric !== guard.metric || sinceWriteMs > dip.forMs || !labelsMatch(guard.where, dip.where)) return guard.limit
  return guard.op === '<' ? Math.min(guard.limit, dip.to * (1 - DIP_SLACK)) : Math.max(guard.limit, dip.to * (1 + DIP_SLACK))
}

/** Since when each guard, by its index, has been breached without a break. A gap in the measurements is a break: loss of sight is no evidence. */
export type BreachedSince = ReadonlyMap<number, number>

/** A guard beside what it reads now. */
export type GuardState = {
  guard: Guard
  seen: Measurement
  /** The limit in force: the guard's own unless it is loosened. */
  limit: number
  /** The prediction's own dip is expected at this moment, and lies beyond the guard's limit. */
  loosened: boolean
  /** The limit is passed, but by siblings in the same way: it is not of the change, and nothing is rolled back for it. What reads they share it. */
  shared: string | null
  /** Since when the limit in force has been passed without a break (epoch ms); null: calm, shared by siblings, or not seen. */
  breachedSince: number | null
  /** Passed for so long that the change rolls back. */
  breached: boolean
}

/** The state of each guard of a change. The watch decides by it and people are shown it, so that nobody sees a breach that rolls nothing back. */
export function guardStates(
  guards: readonly Guard[],
  prediction: Prediction | null,
  before: BreachedSince,
  read: {
    measured(guard: Guard): Measurement
    /** The same without what siblings share of it; null where they share nothing, or there are none. */
    shared?(guard: Guard, value: number): { value: number; text: string } | null
  },
  now: number,
  watchFrom: number,
): GuardState[] {
  return guards.map((guard, i) => {
    const seen = read.measured(guard)
    const limit = limitNow(guard, prediction, now - watchFrom)
    const passes = (value: number) => (guard.op === '>' ? value > limit : value < limit)
    const passed = seen.is === 'measured' && passes(seen.value)
    const own = passed ? (read.shared?.(guard, seen.value) ?? null) : null
    const shared = own !== null && !passes(own.value) ? own.text : null
    const breachedSince = passed && shared === null ? (before.get(i) ?? now) : null
    return {
      guard,
      seen,
      limit,
      loosened: limit !== guard.limit,
      shared,
      breachedSince,
      breached: breachedSince !== null && now - breachedSince >= guard.forMs,
    }
  })
}

/** The part of these states that a watch carries over to its next tick. */
export const breachedSinceOf = (states: readonly GuardState[]): BreachedSince =>
  new Map(states.flatMap(({ breachedSince }, i) => (breachedSince === null ? [] : [[i, breachedSince] as const])))

/** The first guard that rolls back, or null. */
export function breachOf(states: readonly GuardState[]): Breach | null {
  for (const { guard, seen, limit, breached } of states) if (breached && seen.is === 'measured') return { guard, value: seen.value, limit }
  return null
}
