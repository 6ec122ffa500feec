/** The variance of what would be worth an alarm, in units of the variance of noise: the mixture is most sensitive near its root, 5.5 deviations. */
const PRIOR = 30

/** The evidence in ratios of likelihoods, as its logarithm, that allows one false alarm in so many looks on average. */
export const evidenceFor = (looks: number): number => Math.log(Math.max(1, looks))

/**
 * An e-value, as its logarithm: how many times likelier a deviation of `t` estimated standard errors is under a change (of a size that a normal
 * distribution spreads) than under none, for one side. The t mixture of anytime-valid t-tests (Wang and Ramdas, arXiv:2310.03722; Pérez-Ortiz
 * et al., Annals of Statistics 2024), which in the limit of many degrees of freedom is the normal mixture of Robbins and of mixture SPRT (Howard
 * et al., Annals of Statistics 2021, eq. 14; Johari et al. 2017, Lindon et al., arXiv:2205.14762): its mean without a change is 1.
 *
 * By Shin, Ramdas and Rinaldo (E-detectors, arXiv:2203.03532) the sum of the e-values of all stretches that end now exceeds A without a change
 * no more often than once in A looks on average, however often one looks. One stretch is less than the sum: so an alarm at `e ≥ A` keeps the rate.
 */
export function logEvidence(t: number, freedom: number): number {
  if (!(t > 0)) return Number.NEGATIVE_INFINITY
  const kept = 1 / (1 + PRIOR)
  const fit = Number.isFinite(freedom) ? ((freedom + 1) / 2) * (Math.log1p((t * t) / freedom) - Math.log1p((t * t * kept) / freedom)) : (t * t * (1 - kept)) / 2 // biome-ignore format: one line
  // Two sides in one: noise is as likely on either.
  return Math.LN2 + Math.log(kept) / 2 + fit
}

/** The deviation, in estimated standard errors, at which `logEvidence` reaches so much; infinite where so few degrees of freedom never can. */
export function deviationFor(evidence: number, freedom: number): number {
  const kept = 1 / (1 + PRIOR)
  const needed = evidence - Math.LN2 - Math.log(kept) / 2
  if (needed <= 0) return 0
  if (!Number.isFinite(freedom)) return Math.sqrt((2 * needed) / (1 - kept))
  const times = Math.exp((2 * needed) / (freedom + 1))
  return times * kept >= 1 ? Number.POSITIVE_INFINITY : Math.sqrt((freedom * (times - 1)) / (1 - times * kept))
}

/** A variance with the degrees of freedom that it is known with; infinitely many where it is given. */
export type Variance = { value: number; freedom: number }

/** The sum of independent parts, with the degrees of freedom of Satterthwaite (1946): the parts that are well known count for more. */
export function sumOf(parts: readonly Variance[]): Variance {
  const value = parts.reduce((sum, part) => sum + part.value, 0)
  const unsure = parts.reduce((sum, part) => sum + part.value ** 2 / part.freedom, 0)
  return { value, freedom: unsure > 0 ? value ** 2 / unsure : Number.POSITIVE_INFINITY }
}

/** A variance seen in few values, moderated by what such variances usually are (empirical Bayes; Smyth 2004): of no values it is the usual one. */
export const moderated = (seen: Variance, usual: Variance): Variance => ({
  value: (seen.value * seen.freedom + usual.value * usual.freedom) / (seen.freedom + usual.freedom),
  freedom: seen.freedom + usual.freedom,
})

/** The share of deviations that may be faults of the past, and a normal deviation's quantile there. */
const CLEAN = 0.8
const CLEAN_Z = 1.2816

/**
 * The variance of a difference between neighbouring blocks, from what it was in the past (placebo tests): whatever moves the blocks besides
 * counting, over the same lengths of time, is in it, so that neither overdispersion nor autocorrelation is taken for a change. Robust: a fifth
 * of the past may be faults. `blocks`: how many of the differences share no data.
 */
export function placeboVariance(differences: readonly number[], blocks: number): Variance {
  if (differences.length === 0) return { value: 0, freedom: 0 }
  const sizes = differences.map(Math.abs).sort((a, b) => a - b)
  const scale = sizes[Math.min(sizes.length - 1, Math.floor(CLEAN * sizes.length))]! / CLEAN_Z
  return { value: scale * scale, freedom: blocks }
}

/** Events, and what they are counted over: seconds, requests, writes. */
export type Count = { events: number; exposure: number }

/**
 * By how many standard errors of counting the events now are more than those before, for the exposure: the signed root of the deviance of two
 * Poisson counts (McCullagh and Nelder). It is nearly normal for few events too, of which an ordinary standard error knows nothing.
 */
export function countDeviation(now: Count, before: Count): number {
  if (!(now.exposure > 0 && before.exposure > 0)) return 0
  const all = now.events + before.events
  const expected = (all * now.exposure) / (now.exposure + before.exposure)
  const deviance = 2 * (gain(now.events, expected) + gain(before.events, all - expected))
  return Math.sign(now.events - expected) * Math.sqrt(Math.max(0, deviance))
}

const gain = (seen: number, expected: number) => (seen > 0 ? seen * Math.log(seen / expected) : 0)
