import { expect } from 'vitest'
import type { ChangeView } from '../lib/model/answers/change.ts'
import type { ProposalView } from '../lib/model/answers/proposal.ts'
import { found, type startEvenkeel } from './liveCache.ts'

type Evenkeel = Pick<Awaited<ReturnType<typeof startEvenkeel>>, 'call'>
type Predicted = ProposalView & { prediction: NonNullable<ProposalView['prediction']> }

/** The first open proposal of an advisor that comes with a prediction. */
export const proposed = ({ call }: Evenkeel, advisor: string, withinMs: number): Promise<Predicted> =>
  found(
    'the proposal',
    async () => {
      const { items } = (await call('GET', 'proposals?state=open')).body as { items: ProposalView[] }
      return items.find((one): one is Predicted => one.advisor === advisor && one.prediction !== null)
    },
    withinMs,
  )

/** Applies a proposal; the id of its change. */
export const apply = async ({ call }: Evenkeel, { id }: ProposalView): Promise<string> =>
  (await call('POST', `proposals/${id}/apply`)).body.change

/** A change as soon as it is judged. */
export const judged = ({ call }: Evenkeel, change: string, withinMs: number): Promise<ChangeView> =>
  found(
    'the verdict',
    async () => {
      const { body } = await call('GET', `changes/${change}`)
      return body.verdict && body
    },
    withinMs,
  )

/** That a change was kept as improved and measured within what was predicted; returns both as a line for the log of the run. */
export function expectPredicted({ steps, prediction }: Predicted, ended: ChangeView): string {
  const { before, after, low, high, holds } = prediction
  const set = steps.map(({ setting, after }) => `${setting.target} ${after}`).join(', ')
  const line = `${set}: ${before} -> ${after} (${low} to ${high}), measured ${ended.measured?.after}: ${ended.outcome}`
  expect(ended, line).toMatchObject({ state: 'kept', verdict: 'improved' })
  expect(ended.measured!.after, line).toBeGreaterThanOrEqual(low)
  // More than what was to hold is no error of the prediction.
  if (!holds) expect(ended.measured!.after, line).toBeLessThanOrEqual(high)
  return line
}
