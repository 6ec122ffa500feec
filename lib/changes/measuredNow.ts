import type { Change } from '../model/change.ts'
import type { ChangesContext } from './context.ts'
import type { GuardState } from './guards.ts'
import { othersDuring } from './others.ts'
import { effectNow, guardsNow } from './watch.ts'

/** The effect of a change as it is measured at this moment. */
export const effectOfChange = (change: Change, context: ChangesContext) => {
  const { jobs, fleet, settings, now } = context
  const job = change.job && change.prediction ? jobs.of(change) : null
  return effectNow({ change, job, fleet, others: othersDuring(change, context), now: now() }, settings)
}

/** The guards of a watched change at this moment, as its watch sees them; empty of any other. */
export function guardsOfChange(id: string, context: ChangesContext): GuardState[] {
  const { journal, fleet, watches, settings, now } = context
  const change = journal.get(id)
  if (change?.state !== 'watching' || change.watchFrom === undefined) return []
  return guardsNow({ change, fleet, breached: watches.breachedSince(id), others: othersDuring(change, context), now: now() }, settings)
}
