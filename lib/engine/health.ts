import type { TargetState } from '../model/topology.ts'
import type { Failure } from './reason.ts'

/** The health of a target, from the outcomes of its vital probe. */
export type Health = {
  state: TargetState
  since: number
  /** Failures in a row, and how many of them were refusals. */
  failures: number
  refusals: number
  error?: string
}

/** Timeouts in a row until a target is down: one lost answer is a lost packet. */
const SILENT_MAX = 3
/** Refused connections in a row until a target is down: a second one rules out the moment of a restart's listen(). */
const REFUSALS_MAX = 2
/** Polls at the usual rhythm before the back-off begins: a restart takes seconds, and asking a dead port costs nothing. */
const QUICK_RETRIES = 10
const RETRY_MAX_MS = 15_000

export const unknownHealth = (now: number): Health => ({ state: 'unknown', since: now, failures: 0, refusals: 0 })

/**
 * The state table of a target's health.
 *
 * | outcome of a vital poll | up | down | unknown |
 * |---|---|---|---|
 * | answered | up | up | up |
 * | refused, twice in a row | down | down | down |
 * | silent, three times in a row | down | down | down |
 * | unreadable, three times in a row | unknown | unknown | unknown |
 * | fewer | up | down | unknown, and why |
 */
export function nextHealth(before: Health, outcome: 'answered' | Failure, now: number): Health {
  // As nearly all are: it stays what it is.
  if (outcome === 'answered' && before.state === 'up' && before.failures === 0 && before.refusals === 0) return before
  if (outcome === 'answered') return { state: 'up', since: before.state === 'up' ? before.since : now, failures: 0, refusals: 0 }
  const failures = before.failures + 1
  const refusals = outcome.how === 'refused' ? before.refusals + 1 : 0
  const enough = refusals >= REFUSALS_MAX || failures >= SILENT_MAX
  const state = !enough ? before.state : outcome.how === 'unreadable' ? 'unknown' : 'down'
  const health: Health = { state, since: state === before.state ? before.since : now, failures, refusals }
  return state === 'up' ? health : { ...health, error: outcome.reason }
}

/** Exponential back-off of polls: the usual rhythm at first, then twice as long each time, up to 15 s. */
export function retryMs(failures: number, everyMs: number): number {
  if (failures <= QUICK_RETRIES) return everyMs
  return Math.max(everyMs, Math.min(RETRY_MAX_MS, everyMs * 2 ** (failures - QUICK_RETRIES)))
}
