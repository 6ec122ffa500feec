import type { Change } from '../model/change.ts'
import type { Prediction } from '../model/proposal.ts'
import { type Ref, sameRef } from '../model/ref.ts'
import { labelsKey } from '../model/series.ts'
import type { ChangesContext } from './context.ts'
import { isActive } from './journal.ts'

type Known = Pick<ChangesContext, 'journal' | 'liveSettings'>

const isIn = ({ steps }: Change, groups: readonly Ref[], { liveSettings }: Known) =>
  liveSettings.groups(steps).some((group) => groups.some((one) => sameRef(one, group)))

/** The id of the change that is in flight in one of these groups of settings, or null: one change at a time in each. */
export const inFlightIn = (groups: readonly Ref[], known: Known): string | null =>
  known.journal.active().find((change) => isIn(change, groups, known))?.id ?? null

/** The id of a change in flight that predicts the same measurement, or null: of two at once nobody could tell which one had moved it. */
export function inFlightOn(prediction: Prediction | null | undefined, { journal }: Pick<Known, 'journal'>): string | null {
  if (!prediction) return null
  const { metric, where } = prediction
  const same = (other: Prediction | null) => other?.metric === metric && labelsKey(other.where) === labelsKey(where)
  // One that is not at its server yet moves nothing, and may take a day to arrive.
  return journal.active().find(({ state, prediction }) => state !== 'awaiting' && same(prediction))?.id ?? null
}

/** Runs `work`. `change`: one that was in flight in these groups at any moment meanwhile, although it may have ended since. */
export async function inFlightDuring<T>(
  groups: readonly Ref[],
  work: () => Promise<T>,
  context: Known & Pick<ChangesContext, 'bus'>,
): Promise<{ done: T; change: string | null }> {
  let change = inFlightIn(groups, context)
  const unsubscribe = context.bus.on((event) => {
    if (event.type === 'change' && isActive(event.change) && isIn(event.change, groups, context)) change = event.change.id
  })
  try {
    const done = await work()
    return { done, change }
  } finally {
    unsubscribe()
  }
}
