import type { Change } from '../model/change.ts'
import { settingKey } from '../model/setting.ts'
import { heldSteps } from '../model/slowStart.ts'
import { beginWatch } from './begin.ts'
import { claimGroups } from './claim.ts'
import type { ChangesContext } from './context.ts'
import { leave } from './leave.ts'
import { publicError } from './publicError.ts'
import { recoverCommitted } from './recoverCommitted.ts'
import { continueRollback, startRollback } from './rollback.ts'

/** A watch that a crash cut short goes on for at least this long. */
const RESUMED_MS = 45_000

/** Recovery of one change that the end of the last run left in flight: its roll-back, its writes or its watch go on. `how`: what has interrupted it. */
export async function recoverChange(change: Change, context: ChangesContext, how = 'Evenkeel was restarted'): Promise<void> {
  const { watches, mode } = context
  // Locks in memory ended with the last run.
  await claimGroups(change.id, change.steps, context, change.autopilot).catch(() => {})
  if (change.committed && (change.state === 'applying' || change.state === 'awaiting' || change.returned))
    return recoverCommitted(change, context)
  if (mode() !== 'tune') return leave(change.id, context)
  if (change.rollingBack) {
    watches.of(change.id).interrupted = true
    await continueRollback(change, context)
    return
  }
  if (change.state === 'applying') return finishOrUndo(change, context)
  resumeWatch(change, context, how)
}

function resumeWatch(change: Change, { journal, watches, settings, now }: ChangesContext, how: string): void {
  const { id } = change
  const left = change.watchUntil! - now()
  // Never longer than its whole length from here on, whatever the clock was when it began.
  const whole = now() + change.watchUntil! - change.watchFrom!
  const watchUntil = Math.min(whole, Math.max(change.watchUntil!, now() + Math.min(RESUMED_MS, settings.watchMs)))
  const text = left > 0 ? `${how}; the watch goes on.` : `${how} after the end of the watch; the watch is extended a little.`
  journal.note(id, { what: 'recovered', text }, { watchUntil })
  // The live values are read at once: a server that was restarted too holds its configured values again.
  watches.of(id).readAt = Number.NEGATIVE_INFINITY
}

/** Interrupted between its first intent and its watch: what the servers hold decides whether it is watched or undone. */
async function finishOrUndo(change: Change, context: ChangesContext): Promise<void> {
  const { journal, liveSettings } = context
  const { id } = change
  const steps = heldSteps(change)
  try {
    await liveSettings.resume(steps, { change: id })
    const live = await liveSettings.live(steps.map((step) => step.setting))
    if (steps.every((step) => liveSettings.same(step.setting, live.get(settingKey(step.setting)), step.after))) {
      journal.note(id, { what: 'recovered', text: 'Evenkeel was interrupted after the last write; all new values are in place.' })
      beginWatch(id, 'The watch begins.', context)
      return
    }
  } catch (error) {
    const { message } = publicError(error, 'A server cannot be read now.')
    journal.note(id, { what: 'recovered', text: `Evenkeel was interrupted while it wrote. ${message}` })
  }
  const because = 'Evenkeel was interrupted while it wrote: what was written is put back.'
  await startRollback(id, { by: 'Evenkeel', because, automatic: true }, { verdict: 'unjudged' }, context)
}
