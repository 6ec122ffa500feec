import { Breaker } from '../breaker.ts'
import type { Vitals } from '../vitals.ts'
import { openTaps, type ReferenceTap } from './tap.ts'

/** Each stream is up to 3,000 lines a second of 3 to 5 µs: so many take a fifth of one of Evenkeel's cores, the nodes of a large Cluster would take all. */
export const TAPS_MAX = 16
/** MONITOR costs Redis up to 3.3 µs a command: 1 % of a core. */
const OPS_MAX = 3_000
const CPU_MAX = 0.6

/** The references' MONITOR on one server, and whether it may run. */
export type TapBudget = { tap: ReferenceTap | null; breaker: Breaker }
export const freshBudget = (): TapBudget => ({ tap: null, breaker: new Breaker() })

/** Why the server is not listened to now, or null. */
export function overBudget({ opsPerSecond, cpu }: Pick<Vitals, 'opsPerSecond' | 'cpu'>): string | null {
  if (opsPerSecond > OPS_MAX)
    return `the server is too busy to listen to all it does: ${opsPerSecond} commands a second, at most ${OPS_MAX}`
  if (cpu !== null && cpu > CPU_MAX) return `the server is too busy: ${Math.round(cpu * 100)} % of a core`
  return null
}

/** Why no further server is listened to, or null. */
export const noMoreTaps = ({ tap }: Pick<TapBudget, 'tap'>): string | null =>
  tap === null && openTaps() >= TAPS_MAX
    ? `${TAPS_MAX} servers are listened to, as many as may be at once: this one is when another stops`
    : null

/** Closes the tap and lets the server rest. */
export function rest(budget: TapBudget, because: string, now: number): void {
  budget.tap?.stop(because)
  budget.tap = null
  budget.breaker.rest(because, now)
}
