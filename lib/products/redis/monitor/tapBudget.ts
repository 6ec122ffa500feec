import type { Vitals } from '../vitals.ts'
import type { ReferenceTap } from './tap.ts'

/** MONITOR costs Redis up to 3.3 µs a command: 1 % of a core. */
const OPS_MAX = 3_000
const CPU_MAX = 0.6
/** Of the server's answers, in a row, and over what is usual without it. */
const SLOW_ANSWERS = 5
const SLOW_LEAST_MS = 20
const SLOW_TIMES = 5
const USUAL_ANSWERS = 20
const BEFORE_START = 3
const [REST_MS, REST_MOST_MS] = [60_000, 900_000]
/** After so long without a stop the next rest is a short one again. */
const PROVED_MS = 600_000

/** When the references' MONITOR may run on one server. Times are by the monotonic clock. */
export type TapBudget = {
  tap: ReferenceTap | null
  /** How long PING took without it, and of late with it, ms. */
  usual: number[]
  slow: number
  restUntil: number
  restMs: number
  because: string
}
export const freshBudget = (): TapBudget => ({ tap: null, usual: [], slow: 0, restUntil: 0, restMs: REST_MS, because: '' })

/** Why the server is not listened to now, or null. */
export function overBudget({ opsPerSecond, cpu }: Pick<Vitals, 'opsPerSecond' | 'cpu'>): string | null {
  if (opsPerSecond > OPS_MAX)
    return `the server is too busy to listen to all it does: ${opsPerSecond} commands a second, at most ${OPS_MAX}`
  if (cpu !== null && cpu > CPU_MAX) return `the server is too busy: ${Math.round(cpu * 100)} % of a core`
  return null
}

/** Takes how long the server took to answer. With the tap open: a reason to close it, or null. */
export function noteAnswer(budget: TapBudget, ms: number): string | null {
  const usual = median(budget.usual)
  if (!budget.tap) {
    budget.usual = [ms, ...budget.usual].slice(0, USUAL_ANSWERS)
    budget.slow = 0
    return null
  }
  budget.slow = ms > Math.max(SLOW_LEAST_MS, SLOW_TIMES * usual) ? budget.slow + 1 : 0
  return budget.slow >= SLOW_ANSWERS ? `the server answers in ${Math.round(ms)} ms, without it in ${usual.toFixed(1)} ms` : null
}

/** It is known how fast the server answers without the tap. */
export const mayStart = ({ usual }: TapBudget) => usual.length >= BEFORE_START

/** Closes the tap and lets the server rest, each time twice as long. */
export function rest(budget: TapBudget, because: string, now: number): void {
  const proved = budget.tap && now - budget.tap.since > PROVED_MS
  budget.tap?.stop(because)
  budget.tap = null
  budget.because = because
  budget.restMs = proved ? REST_MS : budget.restMs
  budget.restUntil = now + budget.restMs
  budget.restMs = Math.min(REST_MOST_MS, budget.restMs * 2)
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0
