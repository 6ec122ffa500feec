import { EvenkeelError } from '../model/error.ts'
import { claimGroups } from './claim.ts'
import type { ChangesContext } from './context.ts'
import { inFlightIn } from './inFlight.ts'
import { demandChange } from './keep.ts'
import { effectOfChange } from './measuredNow.ts'
import { startRollback } from './rollback.ts'
import { measuredOf } from './watch.ts'

/** A person's roll-back of a change that is watched or was kept. Answers why it is to be tried again, or nothing when it has ended. */
export async function rollBackChange(id: string, by: string, because: string, context: ChangesContext): Promise<string | undefined> {
  const { liveSettings, watches } = context
  const change = demandChange(id, 'rollBack', context)
  const other = inFlightIn(liveSettings.groups(change.steps), context)
  if (other && other !== id) throw new EvenkeelError('busy', `Change ${other} is in flight there.`)
  await claimGroups(id, change.steps, context)
  const { effect } = effectOfChange(change, context)
  const measured = change.state === 'watching' ? measuredOf(effect) : {}
  // A change that was ended in observe mode may have left its server without the reload of its file.
  if (change.undo) watches.of(id).interrupted = true
  return startRollback(id, { by, because, automatic: false }, measured, context)
}
