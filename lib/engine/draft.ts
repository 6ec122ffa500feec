import { type Draft, type Proposal, sameAdvice } from '../model/proposal.ts'

/** Hysteresis of proposals: a new weight within this part of the old one is the same advice, because traffic is noisy and a person may be reading. */
const AFTER_WITHIN = 0.15

/** Gains below this part, where the prediction's own interval does not exclude none, are not worth a person's click. */
const MARGINAL = 0.1

/** True when a draft's gain is within its own noise: what is left to gain of a remedy that has worked already. */
export function isMarginal({ predict }: Draft): boolean {
  if ('absentBecause' in predict || predict.holds) return false
  const { before, after, low, high } = predict
  return low <= before && before <= high && Math.abs(after - before) < MARGINAL * Math.abs(before)
}

/** True when a draft is equivalent to the open proposal: the same settings from the same live values, and an effect inside the open one's band. */
export function saysTheSame(open: Proposal, draft: Draft): boolean {
  if (open.patchOnly !== draft.patchOnly) return false
  if (!sameAdvice(open.steps, draft.steps, AFTER_WITHIN)) return false
  if ('absentBecause' in draft.predict) return open.prediction === null
  const { metric, after } = draft.predict
  return open.prediction?.metric === metric && open.prediction.low <= after && after <= open.prediction.high
}
