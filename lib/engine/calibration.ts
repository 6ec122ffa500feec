import { bandFactor, bandScore } from '../math/conformal.ts'
import type { Change } from '../model/change.ts'
import type { Bus } from '../model/events.ts'
import type { Draft, Prediction } from '../model/proposal.ts'
import type { Store } from '../model/store.ts'

/** One judged prediction: its band as it was computed, and what was measured. */
export type Outcome = { change: Change; advisor: string; prediction: Prediction; measured: number; score: number; inside: boolean }

/** What is expected of a drill is scored as an advisor's predictions are, under this name. */
export const DRILLS = 'drill'

/** The outcomes of all judged predictions, the oldest first. A change of one's own has no advisor: nothing is learned of it. */
export function outcomesOf({ changes, proposals }: Pick<Store, 'changes' | 'proposals'>): Outcome[] {
  return changes
    .list()
    .flatMap((change) => {
      if (change.drill) return drillOutcomes(change)
      const { prediction, measured, verdict, proposal } = change
      const advisor = proposal && proposals.get(proposal)?.advisor
      if (!advisor || !prediction || !measured || !verdict || verdict === 'unjudged') return []
      return [outcomeOf(change, advisor, prediction, measured.after)]
    })
    .sort((a, b) => a.change.at - b.change.at)
}

function drillOutcomes(change: Change): Outcome[] {
  const { expects, outcomes = [] } = change.drill!
  return expects.flatMap((expected, i) => {
    const outcome = outcomes[i]
    return outcome && outcome.inside !== null ? [outcomeOf(change, DRILLS, expected, outcome.value)] : []
  })
}

function outcomeOf(change: Change, advisor: string, prediction: Prediction, measured: number): Outcome {
  const { after, low, high, widened = 1 } = prediction
  const score = widened * bandScore({ after, low, high }, measured)
  return { change, advisor, prediction, measured, score, inside: measured >= low && measured <= high }
}

/** By what each advisor's bands are to be widened, from its own outcomes. */
export const factorsOf = (outcomes: readonly Pick<Outcome, 'advisor' | 'score'>[]): Map<string, number> =>
  new Map(
    [...Map.groupBy(outcomes, ({ advisor }) => advisor)].map(([advisor, own]) => [advisor, bandFactor(own.map(({ score }) => score))]),
  )

/** A cache of the factors: they change only when a change has been judged. */
export function createCalibration(store: Pick<Store, 'changes' | 'proposals'>, bus: Bus): (advisor: string) => number {
  let factors: Map<string, number> | null = null
  bus.on((event) => {
    if (event.type === 'change' && event.change.verdict) factors = null
  })
  return (advisor) => {
    factors ??= factorsOf(outcomesOf(store))
    return factors.get(advisor) ?? 1
  }
}

/** A draft with its band widened around what it predicts. */
export function widened(draft: Draft, factor: number): Draft {
  return factor <= 1 || 'absentBecause' in draft.predict ? draft : { ...draft, predict: widenedBand(draft.predict, factor) }
}

/** A prediction with its band widened around its value; ratios stay within 0 and 1, everything else above 0. */
export function widenedBand<P extends Prediction>(prediction: P, factor: number): P {
  if (factor <= 1) return prediction
  const { after, low, high, unit } = prediction
  const most = unit === 'ratio' && high <= 1 ? 1 : Number.POSITIVE_INFINITY
  const band = { low: Math.max(Math.min(0, low), after - factor * (after - low)), high: Math.min(most, after + factor * (high - after)) }
  return { ...prediction, ...band, widened: factor }
}
