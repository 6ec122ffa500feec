import type { Draft, Proposal, Step } from '../model/proposal.ts'

/** A new weight within this part of the old one is the same advice: traffic is noisy and a person is reading. */
const AFTER_WITHIN = 0.15

/** Gains below this part, where the prediction's own interval does not exclude none, are not worth a person's click. */
const MARGINAL = 0.1

/** True when a draft promises next to nothing: the last drops of a remedy that has worked already. */
export function isMarginal({ predict }: Draft): boolean {
  if ('absentBecause' in predict) return false
  const { before, after, low, high } = predict
  return low <= before && before <= high && Math.abs(after - before) < MARGINAL * Math.abs(before)
}

/** True when a draft says what the open proposal says: the same settings from the same live values, and an effect inside the open one's band. */
export function saysTheSame(open: Proposal, draft: Draft): boolean {
  if (open.patchOnly !== draft.patchOnly) return false
  // A knob that only one of them turns is one that the other leaves where it is: 160 -> 159 or not at all is the same advice.
  const knobs = new Map<string, { before?: string; old?: string; next?: string }>()
  const key = ({ setting }: Step) => `${setting.target} ${setting.name}`
  for (const step of open.steps) knobs.set(key(step), { before: step.before, old: step.after })
  for (const step of draft.steps) {
    const knob = knobs.get(key(step))
    if (knob && knob.before !== step.before) return false
    knobs.set(key(step), { ...knob, before: step.before, next: step.after })
  }
  for (const { before, old = before, next = before } of knobs.values())
    if (!near(Number(old), Number(next), AFTER_WITHIN, old === next)) return false
  if ('absentBecause' in draft.predict) return open.prediction === null
  const { metric, after } = draft.predict
  return open.prediction?.metric === metric && open.prediction.low <= after && after <= open.prediction.high
}

function near(a: number, b: number, within: number, same: boolean): boolean {
  return same || Math.abs(a - b) <= within * Math.max(Math.abs(a), Math.abs(b))
}
