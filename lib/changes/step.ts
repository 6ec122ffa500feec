import { capital, interval, text } from '../format/format.ts'
import { metricOf } from '../metrics/registry.ts'
import type { Change, ChangeVerdict, Judged } from '../model/change.ts'
import type { Unit } from '../model/finding.ts'
import { isRising } from '../model/slowStart.ts'
import type { Effect } from './effect.ts'
import type { Breach } from './guards.ts'
import type { Drifted } from './undo.ts'

/** The observations of a watch up to now, which its next step is decided by. */
export type Seen = {
  drifted: Drifted[]
  breach: Breach | null
  /** From when on the effect was measured; null while the numbers still hold time before the write. */
  settledAt: number | null
  /** Until when numbers have been told: before now, where the source is late. */
  until?: number
  effect: Effect
  /** No guard's limit is passed just now, and nothing else holds a slow start. */
  calm: boolean
}

export type Decision =
  | { is: 'wait' }
  | { is: 'rise' }
  | { is: 'drift'; outcome: string }
  | { is: 'roll back'; verdict: ChangeVerdict; outcome: string; judged?: Judged }
  | { is: 'keep'; verdict: ChangeVerdict; outcome: string; needsPerson?: string; judged?: Judged }

/**
 * The decision table of a watched change. The first line that applies:
 *
 * | seen | before the end of the watch | at its end |
 * |---|---|---|
 * | another writer's value | drift | drift |
 * | a guard was breached for its time | roll back, regressed | roll back, regressed |
 * | a weight that still rises | rise when it is time and all is calm | rise |
 * | no prediction | wait | keep, unjudged |
 * | better (measured for `measureMs`) | keep, improved | keep, improved |
 * | worse (measured for `measureMs`) | roll back, regressed | roll back, regressed |
 * | even (measured for `measureMs`) | exact: roll back, no effect; lossy: wait | exact: roll back; lossy: keep; no effect |
 * | unclear, unseen or not settled | wait | keep, unjudged, for a person |
 *
 * Before the end an effect is what a confidence sequence is clear of, which holds however often one looks; at the end what an interval says.
 * What costs nothing to take back shows at once: only that is judged to have no effect early. A cache fills, and shows its effect by and by.
 */
export function nextStep(change: Change, seen: Seen, now: number, measureMs: number): Decision {
  if (seen.drifted.length > 0) return { is: 'drift', outcome: driftText(seen.drifted) }
  if (seen.breach) return { is: 'roll back', verdict: 'regressed', outcome: breachText(seen.breach) }
  const over = now >= (change.watchUntil ?? 0)
  if (isRising(change)) return over || (seen.calm && now >= (change.slowStart?.nextAt ?? 0)) ? { is: 'rise' } : { is: 'wait' }
  const { prediction } = change
  if (!prediction)
    return over
      ? { is: 'keep', verdict: 'unjudged', outcome: 'No effect was predicted, so none was judged; no guard was breached.' }
      : { is: 'wait' }
  const { effect, settledAt, until = now } = seen
  if (settledAt === null) return over ? unjudged('the measurement still includes time from before the change') : { is: 'wait' }
  if (effect.is === 'unseen') return over ? unjudged(effect.because) : { is: 'wait' }
  const measured = over || until - settledAt >= measureMs
  const outcome = effectText(change, effect)
  const judged = judgedAt(change, effect, now)
  if (effect.is === 'better' && measured) return { is: 'keep', verdict: 'improved', outcome, judged }
  if (effect.is === 'worse' && measured) return { is: 'roll back', verdict: 'regressed', outcome, judged }
  if (!over && !(effect.is === 'even' && measured && change.reversal === 'exact')) return { is: 'wait' }
  if (effect.is === 'unclear') return { ...unjudged(effect.because), outcome: `${outcome} ${capital(effect.because)}.`, judged }
  if (change.reversal === 'exact')
    return { is: 'roll back', verdict: 'no_effect', outcome: `${outcome} No effect as predicted: rolled back.`, judged }
  return {
    is: 'keep',
    verdict: 'no_effect',
    outcome: `${outcome} No effect as predicted; kept, because a roll-back would lose something again.`,
    needsPerson: 'It had no measurable effect, and rolling back is not free. Decide whether it stays.',
    judged,
  }
}

function unjudged(because: string): Decision & { is: 'keep' } {
  return {
    is: 'keep',
    verdict: 'unjudged',
    outcome: `Kept, not judged: ${because}.`,
    needsPerson: `Its effect could not be judged: ${because}. Decide whether it stays.`,
  }
}

export function effectText({ prediction }: Pick<Change, 'prediction'>, effect: Effect): string {
  if (!prediction || effect.is === 'unseen') return ''
  const { unit, metric, after } = prediction
  const { baseline, now } = effect
  const beside = effect.siblings ? ` ${capital(effect.siblings)}.` : ''
  return `${capital(metricOf(metric).words)}: ${text(baseline.value, unit)} before, ${text(now.value, unit)} after (${interval(now.low, now.high, unit)}); ${text(after, unit)} was predicted.${beside}`
}

/** When the verdict was taken, and why not later. */
function judgedAt({ prediction, watchFrom, watchUntil }: Change, effect: Exclude<Effect, { is: 'unseen' }>, now: number): Judged {
  const { unit, event } = prediction!
  const { moved, least, siblings } = effect
  const [from, until] = [watchFrom ?? now, watchUntil ?? now]
  const shifts = `the movement is ${signed(moved.low, unit)} to ${signed(moved.high, unit)}${siblings ? ' beside its siblings' : ''}`
  const limit = `${prediction!.holds ? signed(least, unit) : text(Math.abs(least), unit)} ${prediction!.holds ? 'was allowed' : 'counts as an effect'}`
  const because =
    now >= until
      ? `the watch is over: ${shifts} (95 %); ${limit}`
      : event
        ? `the event has come again: ${shifts} (95 %); ${limit}`
        : `the evidence stands: ${shifts}, with 95 % certainty however often one looks; ${limit}`
  return { afterMs: Math.max(0, now - from), ofMs: until - from, because, ...(siblings && { siblings }) }
}

const signed = (value: number, unit: Unit) => `${value < 0 ? '−' : '+'}${text(Math.abs(value), unit)}`

export const driftText = (drifted: readonly Drifted[]) =>
  `${drifted.map(({ step, live }) => `${step.setting.name} on ${step.setting.target} is ${live}, not ${step.after}`).join('; ')}: another writer has set it. It was left alone.`

const limitText = ({ guard, value, limit }: Breach) =>
  `Guard: ${metricOf(guard.metric).words} ${text(value, guard.unit)} ${guard.op === '>' ? 'above' : 'below'} ${text(limit, guard.unit)}`

const breachText = (breach: Breach) => `${limitText(breach)} for ${breach.guard.forMs / 1000} s (${breach.guard.why}).`

/** A guard that siblings breach too: the limit is passed, and it is not rolled back for it. */
export const sharedText = (breach: Breach, siblings: string) =>
  `${limitText(breach)}, but ${siblings}: it is not of this change, and not rolled back for it.`
