import { type Change, type ChangeVerdict, canChange, changeCan } from '../model/change.ts'
import { DRILL_STAYS_NOT } from '../model/drill.ts'
import { EvenkeelError } from '../model/error.ts'
import { lastStage } from '../model/slowStart.ts'
import type { ChangesContext } from './context.ts'
import type { Effect } from './effect.ts'
import { endChange } from './end.ts'
import { effectOfChange } from './measuredNow.ts'
import { riseTo } from './rise.ts'
import { effectText } from './step.ts'
import { measuredOf } from './watch.ts'

const VERDICTS: Record<Effect['is'], ChangeVerdict> = {
  better: 'improved',
  worse: 'regressed',
  even: 'no_effect',
  unclear: 'unjudged',
  unseen: 'unjudged',
}

/** A person's early end of a watch: the change stays, with the verdict that the measurements give up to now. */
export async function keepChange(id: string, by: string, context: ChangesContext): Promise<void> {
  const { journal, jobs } = context
  const { slowStart, job } = demandChange(id, 'keep', context)
  if (slowStart) await riseTo(id, lastStage(slowStart), context)
  if (job) await jobs.finish(journal.get(id)!, by)
  const change = demandChange(id, 'keep', context)
  const { effect } = effectOfChange(change, context)
  const outcome = `Kept by ${by} before the end of the watch. ${effectText(change, effect)}`.trim()
  const patch: Partial<Change> = { state: 'kept', verdict: VERDICTS[effect.is], outcome, ...measuredOf(effect) }
  endChange(id, { what: 'kept', text: outcome, by }, patch, context)
}

/** The change, if its state allows the verb; throws `not_found` or `not_allowed`. */
export function demandChange(id: string, verb: keyof typeof changeCan, { journal }: Pick<ChangesContext, 'journal'>): Change {
  const change = journal.get(id)
  if (!change) throw new EvenkeelError('not_found', `There is no change ${id}.`)
  if (!canChange(verb, change.state) || change.rollingBack) throw new EvenkeelError('not_allowed', changeCan[verb].otherwise)
  if (verb === 'keep' && change.drill) throw new EvenkeelError('not_allowed', DRILL_STAYS_NOT)
  return change
}
