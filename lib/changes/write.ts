import type { Step } from '../model/proposal.ts'
import type { ChangesContext } from './context.ts'
import { byTarget, toEdit } from './edits.ts'
import { costKey } from './liveSettings.ts'
import { publicError } from './publicError.ts'
import { undo } from './undo.ts'

/** Writes all steps of a change, target by target, each intent journaled first. When one fails, what was written is undone and the change fails. */
export async function writeAll(id: string, steps: readonly Step[], context: ChangesContext): Promise<void> {
  const { store, liveSettings, journal } = context
  const begun: Step[] = []
  try {
    for (const [target, own] of byTarget(steps)) {
      begun.push(...own)
      const text = own.map(({ setting, before, after }) => `${setting.name} ${before} → ${after}`).join(', ')
      journal.note(id, { what: 'intent', text: `Write on ${target}: ${text}`, ...(own.length === 1 && { step: own[0]! }) })
      let cost = ''
      await liveSettings.write(target, own.map(toEdit), {
        change: id,
        cost(text) {
          cost = `; ${text}`
          store.memory.put(costKey(target), text)
        },
      })
      journal.note(id, { what: 'written', text: `${target} holds the new values${cost}` })
    }
  } catch (error) {
    const failure = publicError(error, 'A server could not be written.')
    // Only the last target can have failed. Where surely nothing was written there, a value like ours is another writer's.
    const refused = failure.written === 'none' ? begun.at(-1)?.setting.target : undefined
    await compensate(
      id,
      begun.filter(({ setting }) => setting.target !== refused),
      failure.message,
      context,
    )
    throw failure
  }
}

/** A compensating transaction: undoes the steps that were begun. A write that failed may yet have happened: what the server holds decides. */
async function compensate(
  id: string,
  begun: readonly Step[],
  because: string,
  { liveSettings, journal, now }: ChangesContext,
): Promise<void> {
  const undone = await undo(id, begun, liveSettings, journal)
  const left = [...undone.failed, ...undone.drifted.map(({ step }) => step)]
  const outcome = `Not applied: ${because}`
  if (undone.unsaved) {
    const text = `${outcome} What was written is put back as soon as that can be written down.`
    journal.note(id, { what: 'note', text }, { rollingBack: { by: 'Evenkeel', because: outcome, automatic: true, at: now() } })
    return
  }
  journal.note(id, {
    what: 'compensated',
    text: `${undone.restored.length} written values were put back, ${left.length} could not be put back.`,
  })
  journal.note(
    id,
    { what: 'failed', text: outcome },
    {
      state: 'failed',
      endedAt: now(),
      outcome,
      ...(left.length > 0 && {
        needsPerson: `${left.map((step) => `${step.setting.name} on ${step.setting.target}`).join(', ')} could not be put back.`,
      }),
    },
  )
}
