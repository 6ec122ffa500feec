import type { Change } from '../model/change.ts'
import type { ChangesContext } from './context.ts'
import type { GuardState } from './guards.ts'
import { effectNow, guardsNow } from './watch.ts'

/** The effect of a change as it is measured at this moment. */
export const effectOfChange = (change: Change, { jobs, fleet, settings, now }: ChangesContext) =>
  effectNow({ change, job: change.job && change.prediction ? jobs.of(change) : null, fleet, now: now() }, settings)

/** The guards of a watched change at this moment, as its watch sees them; empty of any other. */
export function guardsOfChange(id: string, { journal, fleet, watches, settings, now }: ChangesContext): GuardState[] {
  const change = journal.get(id)
  if (change?.state !== 'watching' || change.watchFrom === undefined) return []
  return guardsNow({ change, fleet, breached: watches.breachedSince(id), now: now() }, settings)
}
