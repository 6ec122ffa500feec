import type { Change } from '../model/change.ts'
import { repositoryOf } from '../model/repository.ts'
import { branchOf, commitChange, intended, notCommitted, planSteps } from './commitChange.ts'
import type { ChangesContext } from './context.ts'
import { endChange } from './end.ts'

/**
 * The roll-back of a change whose settings a repository owns: a second commit, and the wait for its values. One that has not arrived yet is
 * withdrawn. Answers why it has not ended yet, or nothing when it has.
 */
export async function returnByFile(change: Change, context: ChangesContext): Promise<string | undefined> {
  const { journal, fleet, settings, now } = context
  const { id, committed, returned, rollingBack, watchFrom } = change
  if (watchFrom === undefined) return withdraw(change, context)
  if (returned?.commit) return `it comes back when ${returned.branch} is merged and deployed`
  const found = fleet.targetConfig(change.steps[0]!.setting.target)
  const repository = found && repositoryOf(found.config)
  const back = change.steps.map(({ setting, before, after }) => ({ setting, before: after, after: before })).reverse()
  try {
    if (!repository) throw new Error('no repository')
    const plan = await planSteps(repository, back, context)
    journal.insist(
      id,
      { what: 'intent', text: `Commit on branch ${branchOf(id, 'returned', repository)}: the values from before the change` },
      { returned: intended(id, 'returned', plan, repository, now()) },
    )
    await commitChange(id, 'returned', plan, repository, context)
    return `it comes back when ${journal.get(id)!.returned!.branch} is merged and deployed`
  } catch (error) {
    const { message } = notCommitted(error)
    if (now() - rollingBack!.at < settings.undoMs && notCommitted(error).code === 'unreachable') return message
    const outcome = `Could not be taken back in the repository: ${message}`
    endChange(
      id,
      { what: 'failed', text: outcome },
      {
        state: 'failed',
        outcome,
        needsPerson: `The change is still in force. Revert the commit of ${committed!.branch} by hand, and deploy it.`,
      },
      context,
    )
    return
  }
}

function withdraw({ id, committed, rollingBack }: Change, context: ChangesContext): undefined {
  const outcome = `${rollingBack!.because} It had not arrived at the server: close its pull request, or delete the branch ${committed!.branch}.`
  endChange(
    id,
    { what: 'rolled_back', text: outcome, by: rollingBack!.by },
    { state: 'rolled_back', automatic: rollingBack!.automatic, verdict: 'unjudged', outcome, needsPerson: undefined },
    context,
  )
}
