import { DRILLS, factorsOf, type Outcome, outcomesOf } from '../../engine/calibration.ts'
import { bandScore } from '../../math/conformal.ts'
import { metricOf } from '../../metrics/registry.ts'
import type { CalibrationView, OutcomeView } from '../../model/answers/calibration.ts'
import { iso } from '../http/iso.ts'
import type { Runtime } from '../runtime.ts'
import { type WarmOutcome, warmOutcomes } from '../warming/outcomes.ts'

const SHOWN = 1_000

/** Every judged prediction beside its outcome, by advisor. */
export function getCalibration({ store, advisors }: Pick<Runtime, 'store' | 'advisors'>): CalibrationView {
  const outcomes = [
    ...outcomesOf(store).map((one) => ({ ...one, at: one.change.at, view: outcomeView(one) })),
    ...warmOutcomes(store).map((one) => ({ ...one, at: one.run.at, view: warmOutcomeView(one) })),
  ].sort((a, b) => a.at - b.at)
  const factors = factorsOf(outcomes)
  const insideOf = (some: readonly Pick<Outcome, 'inside'>[]) => some.filter(({ inside }) => inside).length
  return {
    judged: outcomes.length,
    inside: insideOf(outcomes),
    advisors: [...Map.groupBy(outcomes, ({ advisor }) => advisor)]
      .map(([advisor, own]) => ({
        advisor,
        title: advisor === DRILLS ? 'Drills' : (advisors.find(({ id }) => id === advisor)?.title ?? advisor),
        judged: own.length,
        inside: insideOf(own),
        factor: factors.get(advisor) ?? 1,
      }))
      .sort((a, b) => b.judged - a.judged || (a.advisor < b.advisor ? -1 : 1)),
    outcomes: outcomes
      .slice(-SHOWN)
      .reverse()
      .map(({ view }) => view),
  }
}

function outcomeView({ change, advisor, prediction, measured, inside }: Outcome): OutcomeView {
  const { after, low, high, unit } = prediction
  const [first] = change.steps
  const more = change.steps.length > 1 ? ` and ${change.steps.length - 1} more` : ''
  return {
    change: change.id,
    at: iso(change.at),
    advisor,
    what: change.drill
      ? `without ${change.drill.of}: ${prediction.where.node ? `${prediction.where.node}, ` : ''}${metricOf(prediction.metric).words}`
      : first
        ? `${first.setting.target}: ${first.setting.name} ${first.before} to ${first.after}${more}`
        : '',
    unit,
    after,
    low,
    high,
    measured,
    inside,
    off: Math.sign(measured - after) * bandScore(prediction, measured),
  }
}

function warmOutcomeView({ run, advisor, prediction, measured, inside }: WarmOutcome): OutcomeView {
  const { value: after, low, high } = prediction
  return {
    change: null,
    warming: run.target,
    at: iso(run.at),
    advisor,
    what: `${run.target}: until it is warm, with ${run.perSecond} keys a second by its hook`,
    unit: 'seconds',
    after,
    low,
    high,
    measured,
    inside,
    off: Math.sign(measured - after) * bandScore({ after, low, high }, measured),
  }
}
