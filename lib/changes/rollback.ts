import { count } from '../format/format.ts'
import type { Change } from '../model/change.ts'
import { heldSteps } from '../model/slowStart.ts'
import type { ChangesContext } from './context.ts'
import { endChange, endInDrift, endRolledBack } from './end.ts'
import { publicError } from './publicError.ts'
import { refresh } from './refresh.ts'
import { returnByFile } from './returnByFile.ts'
import { driftText } from './step.ts'
import { nothingUndone, type Undone, undo } from './undo.ts'

/** Begins a roll-back. The decision is journaled first, so that a crash or an unreachable server does not leave it half-done. */
export async function startRollback(
  id: string,
  why: { by: string; because: string; automatic: boolean },
  patch: Partial<Change>,
  context: ChangesContext,
): Promise<string | undefined> {
  const change = context.journal.note(
    id,
    { what: 'note', text: `Rolling back: ${why.because}`, by: why.by },
    { ...patch, rollingBack: { ...why, at: context.now() } },
  )
  return continueRollback(change, context)
}

/** One try of a roll-back that was begun. Returns why it is to be tried again, or nothing when it has ended. */
export async function continueRollback(change: Change, context: ChangesContext): Promise<string | undefined> {
  const { journal, liveSettings, settings, watches } = context
  const { id } = change
  if (change.committed) return returnByFile(change, context)
  const undone = change.job
    ? await undoJob(change, context)
    : ((await resumeInterrupted(change, context)) ?? (await undo(id, heldSteps(change), liveSettings, journal)))
  refresh(change, context)
  if (undone.failed.length > 0) {
    const watch = watches.of(id)
    if (undone.unsaved) watch.unsavedAt = context.now()
    const since = Math.max(journal.get(id)!.rollingBack!.at, watch.unsavedAt)
    if (context.now() - since < settings.undoMs) return undone.because ?? 'its server cannot be written now'
    const names = undone.failed.map((step) => `${step.setting.name} on ${step.setting.target}`).join(', ')
    const outcome = `Could not be rolled back: ${undone.because}`
    endChange(id, { what: 'failed', text: outcome }, { state: 'failed', outcome, needsPerson: `Put back by hand: ${names}.` }, context)
    return
  }
  if (undone.drifted.length > 0) {
    await endInDrift(id, undone.drifted, driftText(undone.drifted), context)
    return
  }
  endRolledBack(change, context)
}

/** Undoes a job item by item, from the undo that was stored before each of its batches. */
async function undoJob(change: Change, { jobs, journal }: ChangesContext): Promise<Undone> {
  try {
    const { restored, left, lost } = await jobs.putBack(change)
    const others = left > 0 ? `; ${count(left)} have expired or were set by another writer since, and were left alone` : ''
    const damaged = lost > 0 ? `; the undo of ${count(lost)} cannot be read any more, and these were left alone` : ''
    journal.note(change.id, { what: 'written', text: `${count(restored)} were put back${others}${damaged}` })
    return nothingUndone()
  } catch (error) {
    const { code, message } = publicError(error, 'A server cannot be written now.')
    return { ...nothingUndone(), failed: change.steps, because: message, ...(code === 'unavailable' && { unsaved: true }) }
  }
}

/** After a crash within a roll-back: makes the server load its file again. Null when that is done, or was not needed. */
async function resumeInterrupted(change: Change, { watches, liveSettings }: ChangesContext): Promise<Undone | null> {
  const watch = watches.of(change.id)
  if (!watch.interrupted) return null
  const back = change.steps.map((step) => ({ ...step, before: step.after, after: step.before }))
  try {
    await liveSettings.resume(back, { change: change.id })
    watch.interrupted = false
    return null
  } catch (error) {
    const { code, message } = publicError(error, 'A server cannot be read now.')
    return { ...nothingUndone(), failed: change.steps, because: message, ...(code === 'unavailable' && { unsaved: true }) }
  }
}
