import { bandScore } from '../../math/conformal.ts'
import type { Store } from '../../model/store.ts'
import { type Share, WARM_RUN_PREFIX, type WarmRun } from '../../model/warming.ts'

/** What is expected of a run is scored as the predictions of this remedy. */
export const WARMING = 'cache-warming'

/** One judged run: its band as it was computed, and what was measured, in seconds. */
export type WarmOutcome = { run: WarmRun; advisor: string; prediction: Share; measured: number; score: number; inside: boolean }

/** The outcomes of all runs that were not cut short, the oldest first. */
export const warmOutcomes = ({ memory }: Pick<Store, 'memory'>): WarmOutcome[] =>
  memory
    .keys(WARM_RUN_PREFIX)
    .flatMap((key) => memory.get<WarmRun>(key) ?? [])
    .flatMap((run): WarmOutcome[] => {
      const { expects, measured } = run
      if (!expects || !measured || 'because' in measured || measured.inside === null) return []
      const { value, low, high, widened = 1 } = expects.withHook
      const prediction = { value, low, high }
      const score = widened * bandScore({ after: value, low, high }, measured.seconds)
      return [{ run, advisor: WARMING, prediction, measured: measured.seconds, score, inside: measured.inside }]
    })
    .sort((a, b) => a.run.at - b.run.at)
