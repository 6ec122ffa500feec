import type { Change } from '../model/change.ts'
import type { Step } from '../model/proposal.ts'
import { settingKey } from '../model/setting.ts'
import { lastStage, type SlowStart, stepsBetween } from '../model/slowStart.ts'
import type { ChangesContext } from './context.ts'
import { byTarget, toEdit } from './edits.ts'
import { publicError } from './publicError.ts'
import { refresh } from './refresh.ts'
import { startRollback } from './rollback.ts'
import { heldNow } from './watch.ts'

/** The next stage of a slow start; at the end of the watch (`over`) the last one, and what cannot be brought there is rolled back. */
export async function riseOnce(change: Change, over: boolean, context: ChangesContext): Promise<void> {
  const { journal, watches, fleet, log } = context
  const { id } = change
  const { stage } = change.slowStart!
  const held = heldNow(change, fleet)
  if (over && held) journal.note(id, { what: 'note', text: `The watch ends while ${held}: it gets its whole weight.` })
  try {
    await riseTo(id, over ? lastStage(change.slowStart!) : stage + 1, context)
  } catch (error) {
    // It may have been another writer: the next read of the live values shows that; else the stage is tried again.
    watches.of(id).readAt = Number.NEGATIVE_INFINITY
    const { message } = publicError(error, 'A server could not be written.')
    log.warn({ change: id, err: error }, 'a stage of a slow start was not written')
    if (over)
      await startRollback(id, { by: 'Evenkeel', because: `Its weight could not be raised: ${message}`, automatic: true }, {}, context)
  }
}

/** Raises weights to a stage. Each stage's intent is journaled before its write; one that a crash or a lost answer left open is finished first. */
export async function riseTo(id: string, to: number, context: ChangesContext): Promise<void> {
  const { journal, liveSettings } = context
  for (;;) {
    const { slowStart } = journal.get(id)!
    if (!slowStart || slowStart.stage >= to) return
    const next = slowStart.writing ?? to
    const steps = stepsBetween(slowStart, slowStart.stage, next)
    const text = `Slow start, stage ${next + 1} of ${lastStage(slowStart) + 1}: ${steps.map(stepText).join(', ')}`
    // Without this entry a stage written just before a crash would look like another writer's value.
    if (slowStart.writing === undefined) journal.insist(id, { what: 'intent', text }, { slowStart: { ...slowStart, writing: next } })
    for (const [target, own] of byTarget(steps)) {
      const live = await liveSettings.live(own.map((step) => step.setting))
      const edits = own.filter((step) => !liveSettings.same(step.setting, live.get(settingKey(step.setting)), step.after)).map(toEdit)
      if (edits.length > 0) await liveSettings.write(target, edits, { change: id })
    }
    noteStage(id, next, context)
  }
}

function noteStage(id: string, stage: number, context: ChangesContext): void {
  const { journal, now } = context
  // Read anew: the clock may have been set during the write.
  const { writing: _, nextAt, ...slowStart } = journal.get(id)!.slowStart!
  const done = stage === lastStage(slowStart)
  const dates = done ? { doneAt: now() } : { nextAt: Math.max(now(), nextAt ?? 0) + slowStart.everyMs }
  const reached: SlowStart = { ...slowStart, stage, ...dates }
  const change = journal.note(
    id,
    { what: 'written', text: done ? 'The whole weight stands' : `Stage ${stage + 1} stands` },
    { slowStart: reached },
  )
  refresh(change, context)
}

const stepText = ({ setting, before, after }: Step) => `${setting.name} ${before} → ${after}`
