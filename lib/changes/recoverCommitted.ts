import type { Change } from '../model/change.ts'
import { type Committed, repositoryOf } from '../model/repository.ts'
import { commitOf } from '../repository/commit.ts'
import { awaitCommit, notCommitted } from './commitChange.ts'
import type { ChangesContext } from './context.ts'
import { endChange } from './end.ts'
import type { Direction } from './publications.ts'

/**
 * Recovery of a change that goes through a repository. Whether a commit under way was made is told by its branch; whether a command that opens a
 * pull request did so before it was interrupted, nobody knows, and it is not run again.
 */
export async function recoverCommitted(change: Change, context: ChangesContext): Promise<void> {
  const { journal, fleet } = context
  const { id } = change
  const direction: Direction = change.returned ? 'returned' : 'committed'
  const committed = change[direction]!
  if (committed.commit !== '') return recoverPublication(id, direction, committed, context)
  const found = fleet.targetConfig(change.steps[0]!.setting.target)
  const repository = found && repositoryOf(found.config)
  const commit = repository && (await commitOf(repository.path, committed.branch).catch(notCommitted))
  if (typeof commit === 'string') {
    journal.note(id, { what: 'recovered', text: 'Evenkeel was interrupted after the commit: it is there.' })
    awaitCommit(id, direction, commit, context)
    if (repository!.pullRequest) interrupted(id, direction, context)
    return
  }
  // The way back is tried again by the next tick.
  if (direction === 'returned')
    return void journal.note(id, { what: 'recovered', text: 'Evenkeel was interrupted before the commit.' }, { returned: undefined })
  const outcome = `Not committed: Evenkeel ended before the branch ${committed.branch} was made.`
  endChange(id, { what: 'failed', text: outcome }, { state: 'failed', outcome }, context)
}

function recoverPublication(id: string, direction: Direction, { pullRequest }: Committed, context: ChangesContext): void {
  context.journal.note(id, { what: 'recovered', text: 'Evenkeel was restarted; the value is waited for on.' })
  if (pullRequest?.state === 'running') interrupted(id, direction, context)
}

function interrupted(id: string, direction: Direction, { journal }: ChangesContext): void {
  const committed = journal.get(id)![direction]!
  journal.note(
    id,
    { what: 'note', text: `Evenkeel was interrupted: whether the pull request of ${committed.branch} was opened is not known.` },
    { [direction]: { ...committed, pullRequest: { state: 'interrupted', output: '' } } },
  )
}
