import type { Estimate, Simulated } from './simulate.ts'

/**
 * Standard errors on each side. Two hold 95 of 100 where only the choice of the keys counts; that choice also changes what the cache is
 * contended for, which made errors 1.0 to 1.5 times as large (five traces, four policies, shares of 3 to 50 % against all keys).
 */
const SAMPLING_ERRORS = 2.5
/**
 * Where fills are refused, a client that reads and fills in one script gets so much less: memory counts as full for the whole script, even if
 * the read has just freed an expired key (measured: 0.7 to 1.2 points).
 */
const REFUSED_IN_SCRIPT = 0.01
/** No band is wider: of a trace, of a live server. What would be is either too little to tell or cut. */
const WIDEST = 0.15
const WIDEST_STEADY = 0.1

export type Band = { low: number; high: number }

/** Where the ratio of a real server lies in at least 95 of 100 cases; null: the sample is too small to say so within a useful width. */
export function bandOf(simulated: Simulated, modelError: number, steady: boolean): Band | null {
  const widest = steady ? WIDEST_STEADY : WIDEST
  if (2 * SAMPLING_ERRORS * simulated.samplingError > widest) return null
  const { below, above } = sidesOf(simulated, modelError, simulated.outcome.refused > 0)
  const { hitRatio } = simulated
  return { low: clamped(hitRatio - Math.min(widest / 2, below)), high: clamped(hitRatio + Math.min(widest / 2, above)) }
}

/** How far the ratio of a real server may lie below and above. */
export function sidesOf({ hitRatio, low, high, samplingError, unseen }: Estimate, modelError: number, refuses: boolean) {
  const sampling = SAMPLING_ERRORS * samplingError
  return {
    below: hitRatio - low + modelError + (refuses ? REFUSED_IN_SCRIPT : 0) + sampling,
    above: high - hitRatio + unseen + modelError + sampling,
  }
}

const clamped = (ratio: number) => Math.min(1, Math.max(0, ratio))
