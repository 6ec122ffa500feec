import { isOpen } from '../model/changeAlert.ts'
import { EvenkeelError } from '../model/error.ts'
import { contestedKeys } from '../model/setting.ts'
import { heldSteps } from '../model/slowStart.ts'
import type { ChangesContext } from './context.ts'

/** The acknowledgement of what a change left open: a person has seen to it, and its settings are contested no longer. Throws `not_found`. */
export function settleChange(id: string, by: string, { journal, store }: ChangesContext): void {
  const change = journal.get(id)
  if (!change) throw new EvenkeelError('not_found', `There is no change ${id}.`)
  for (const key of heldSteps(change).flatMap((step) => contestedKeys(step.setting))) store.memory.delete(key)
  if (isOpen(change))
    journal.note(id, { what: 'note', text: 'Seen to.', by }, { needsPerson: undefined, ...(change.state === 'failed' && { seenTo: by }) })
}
