/** A prediction's band: `low` ≤ `after` ≤ `high`. */
export type Band = { after: number; low: number; high: number }

/** Below this many outcomes there is no quantile of nine in ten. */
const OUTCOMES_LEAST = 9
/** So many of the newest outcomes make the quantile: a fleet changes over months. */
const OUTCOMES_MOST = 60
/** Step of the adaptation: an outcome outside counts until some twenty inside have made up for it. */
const STEP = 0.05
const [LEVEL_LEAST, LEVEL_MOST] = [0.005, 0.5]
/** An outcome of a band without a width lies beyond any factor. */
const SCORE_MOST = 100

/** Nonconformity score of an outcome: how far it lies from the prediction, in widths of the band on its side. At most 1: inside. */
export function bandScore({ after, low, high }: Band, measured: number): number {
  const width = measured < after ? after - low : high - after
  const off = Math.abs(measured - after)
  if (off === 0) return 0
  return width > 0 ? Math.min(SCORE_MOST, off / width) : SCORE_MOST
}

/** What is learned of the outcomes so far: the miscoverage that is aimed at next, and the newest scores. */
export type Calibration = { level: number; recent: readonly number[] }

/** Nine of ten outcomes are to lie inside. */
const COVERAGE = 0.9
export const UNCALIBRATED: Calibration = { level: 1 - COVERAGE, recent: [] }

/**
 * One step of adaptive conformal inference (Gibbs and Candès, NeurIPS 2021, arXiv:2106.00170): an outcome outside of its band lets the next
 * ones be wider, one inside a little narrower, so that in the long run nine of ten lie inside, whatever their distribution and however it
 * drifts. `score` is that of the band before it was multiplied.
 */
export function learned(calibration: Calibration, score: number): Calibration {
  const { level, recent } = calibration
  const missed = score > factorOf(calibration) ? 1 : 0
  const next = recent.length < OUTCOMES_LEAST ? level : level + STEP * (1 - COVERAGE - missed)
  return { level: Math.min(LEVEL_MOST, Math.max(LEVEL_LEAST, next)), recent: [...recent.slice(1 - OUTCOMES_MOST), score] }
}

/** The factor by which the next band is to be multiplied; 1 until there are enough outcomes. Bands never become narrower than they were computed. */
export const factorOf = ({ level, recent }: Calibration): number =>
  recent.length < OUTCOMES_LEAST ? 1 : Math.max(1, quantile(recent, level))

/** The same of all scores, the oldest first. */
export const bandFactor = (scores: readonly number[]): number => factorOf(scores.reduce(learned, UNCALIBRATED))

/** The conformal quantile: of n scores the ⌈(n + 1)(1 − level)⌉-th smallest, the largest where there are too few. */
const quantile = (scores: readonly number[], level: number): number =>
  scores.toSorted((a, b) => a - b)[Math.min(scores.length, Math.ceil((scores.length + 1) * (1 - level))) - 1]!
