import { EvenkeelError } from '../model/error.ts'
import type { Step } from '../model/proposal.ts'
import { type Committed, type RepositoryConfig, repositoryOf } from '../model/repository.ts'
import { codeWriters } from '../products/codeWriters.ts'
import { writeCommit } from '../repository/commit.ts'
import { type Plan, planCommit } from '../repository/plan.ts'
import type { ChangesContext } from './context.ts'
import { byTarget, toEdit } from './edits.ts'
import { bodyOf, type Direction, titleOf } from './publications.ts'

type Known = Pick<ChangesContext, 'fleet' | 'liveSettings'>

/** What these steps would commit: reads the repository, writes nothing. Throws `drift` where a file holds other values than the steps begin with. */
export function planSteps(repository: RepositoryConfig, steps: readonly Step[], { fleet, liveSettings }: Known): Promise<Plan> {
  const changes = [...byTarget(steps)].map(([target, own]) => {
    const found = fleet.targetConfig(target)
    return {
      target,
      edits: own.map(toEdit),
      editor: codeWriters.find(({ kind }) => kind === found?.kind)?.file,
      files: (found && repositoryOf(found.config)?.files) ?? repository.files,
    }
  })
  return planCommit(repository, changes, (target, name, a, b) => liveSettings.same({ target, name }, a, b))
}

export const branchOf = (id: string, direction: Direction, { prefix }: RepositoryConfig) =>
  `${prefix}${id}${direction === 'returned' ? '-back' : ''}`

/** The commit as it is known before it is made: written down first, so that a crash loses no branch. */
export const intended = (id: string, direction: Direction, plan: Plan, repository: RepositoryConfig, now: number): Committed => ({
  branch: branchOf(id, direction, repository),
  commit: '',
  base: plan.base,
  parent: plan.parent,
  files: plan.files.map(({ path }) => path),
  until: now + repository.arrivesMs,
})

/** Makes the commit that a change has written down, and begins to wait for its values. */
export async function commitChange(
  id: string,
  direction: Direction,
  plan: Plan,
  repository: RepositoryConfig,
  context: Pick<ChangesContext, 'journal' | 'now' | 'publications' | 'watches'>,
): Promise<void> {
  const { journal, now, publications } = context
  const change = journal.get(id)!
  const { branch } = change[direction]!
  const message = `${titleOf(change, direction)}\n\n${bodyOf(change)}\n`
  const commit = await writeCommit(repository, plan, { branch, message, at: now() })
  awaitCommit(id, direction, commit, context)
  publications.start(id, direction, repository)
}

/** The commit is made: from here on the server is looked at until it has the values. */
export function awaitCommit(
  id: string,
  direction: Direction,
  commit: string,
  { journal, watches }: Pick<ChangesContext, 'journal' | 'watches'>,
): void {
  const committed = { ...journal.get(id)![direction]!, commit }
  journal.note(id, { what: 'written', text: `Commit ${commit.slice(0, 12)} on branch ${committed.branch} (${committed.files.join(', ')})` })
  journal.note(
    id,
    {
      what: 'awaiting',
      text: `Merge and deploy it: ${direction === 'committed' ? 'the watch begins' : 'the change ends'} when the value is at the server.`,
    },
    { state: 'awaiting', [direction]: committed },
  )
  watches.end(id)
}

/** Why a file could not be changed, where somebody else than this code may be the reason. */
export const notCommitted = (error: unknown): EvenkeelError =>
  error instanceof EvenkeelError ? error : new EvenkeelError('unreachable', 'The repository cannot be written now.', { cause: error })
