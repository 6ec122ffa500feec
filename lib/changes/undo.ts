import { EvenkeelError } from '../model/error.ts'
import type { Step } from '../model/proposal.ts'
import { settingKey } from '../model/setting.ts'
import type { HeldStep } from '../model/slowStart.ts'
import { byTarget } from './edits.ts'
import type { Journal } from './journal.ts'
import type { LiveSettings } from './liveSettings.ts'

export type Drifted = { step: Step; live: string }
export type Undone = {
  /** Written back now. */
  restored: Step[]
  /** Held their old value already. */
  untouched: Step[]
  /** Set by another writer since: left alone. */
  drifted: Drifted[]
  /** Could not be read or written now; why, of the last one. */
  failed: Step[]
  because?: string
  /** It failed because nothing can be written down now: no server was asked. */
  unsaved?: true
}

export const nothingUndone = (): Undone => ({ restored: [], untouched: [], drifted: [], failed: [] })

/**
 * A compare-and-set of every step back to `before`, where the server still holds the change's own value; the last written first. Idempotent: it
 * reads before it writes, so it may be called again after any interruption. The intent is journaled before each write.
 */
export async function undo(id: string, steps: readonly HeldStep[], liveSettings: LiveSettings, journal: Journal): Promise<Undone> {
  const undone = nothingUndone()
  for (const [target, own] of [...byTarget(steps)].reverse()) {
    try {
      await undoTarget(id, target, own, liveSettings, journal, undone)
    } catch (error) {
      undone.failed.push(...own)
      if (error instanceof EvenkeelError && error.code === 'unavailable') undone.unsaved = true
      undone.because = error instanceof EvenkeelError ? error.message : `${target} cannot be written now.`
    }
  }
  return undone
}

async function undoTarget(
  id: string,
  target: string,
  steps: HeldStep[],
  liveSettings: LiveSettings,
  journal: Journal,
  undone: Undone,
): Promise<void> {
  // A value that changes between the read and the write is read once more; then it is the other writer's.
  for (let tries = 0; ; tries++) {
    const live = await liveSettings.live(steps.map((step) => step.setting))
    const liveOf = (step: Step) => live.get(settingKey(step.setting)) ?? ''
    const ours = steps.filter((step) => isOwn(step, liveOf(step), liveSettings))
    // A step whose two values are the same one is done either way.
    const writes = ours.filter((step) => !liveSettings.same(step.setting, step.before, liveOf(step))).reverse()
    const others = steps.filter((step) => !ours.includes(step))
    if (writes.length > 0) {
      try {
        journal.note(id, { what: 'intent', text: `Put back on ${target}: ${writes.map(backText).join(', ')}` })
        await liveSettings.write(
          target,
          writes.map((step) => ({ name: step.setting.name, expect: liveOf(step), value: step.before })),
          { change: id },
        )
        journal.note(id, { what: 'written', text: `${target} holds its old values again` })
      } catch (error) {
        if (!(error instanceof EvenkeelError && error.code === 'drift') || tries > 0) throw error
        continue
      }
    }
    undone.restored.push(...writes)
    undone.untouched.push(...ours.filter((step) => !writes.includes(step)))
    for (const step of others)
      if (liveSettings.same(step.setting, liveOf(step), step.before)) undone.untouched.push(step)
      else undone.drifted.push({ step, live: liveOf(step) })
    return
  }
}

/** Whether a live value is one that the change itself wrote, and may be overwritten by its roll-back. */
export const isOwn = ({ setting, after, orElse }: HeldStep, live: string, liveSettings: LiveSettings) =>
  liveSettings.same(setting, live, after) || (orElse !== undefined && liveSettings.same(setting, live, orElse))

const backText = ({ setting, before, after }: Step) => `${setting.name} ${after} → ${before}`
