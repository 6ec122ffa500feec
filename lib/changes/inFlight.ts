import { type Ref, sameRef } from '../model/ref.ts'
import type { ChangesContext } from './context.ts'

/** The id of the change that is in flight in one of these groups of settings, or null: one change at a time in each. */
export function inFlightIn(
  groups: readonly Ref[],
  { journal, liveSettings }: Pick<ChangesContext, 'journal' | 'liveSettings'>,
): string | null {
  return (
    journal.active().find((change) => liveSettings.groups(change.steps).some((group) => groups.some((one) => sameRef(one, group))))?.id ??
    null
  )
}
