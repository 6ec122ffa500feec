import type { Change } from '../model/change.ts'
import type { Log } from '../model/log.ts'
import type { Committed, RepositoryConfig } from '../model/repository.ts'
import { openPullRequest } from '../repository/pullRequest.ts'
import type { Journal } from './journal.ts'

/** Which of the two commits of a change: the one that makes it, or the one that takes it back. */
export type Direction = 'committed' | 'returned'

/** The commands under way that open pull requests. No tick, page or other change waits for one. */
export interface Publications {
  start(id: string, direction: Direction, repository: RepositoryConfig): void
  /** Ends those under way: the next start says that nobody knows how far they came. Resolves when that is written down. */
  stop(): Promise<void>
}

export function createPublications(journal: Journal, log: Log): Publications {
  const underWay = new Set<Promise<void>>()
  const stopping = new AbortController()
  return {
    start(id, direction, repository) {
      if (!repository.pullRequest) return
      const work = publish(id, direction, repository, journal, stopping.signal)
        .catch((error: unknown) => log.error({ change: id, err: error }, 'a pull request could not be opened'))
        .finally(() => underWay.delete(work))
      underWay.add(work)
    },
    async stop() {
      stopping.abort()
      await Promise.allSettled([...underWay])
    },
  }
}

async function publish(
  id: string,
  direction: Direction,
  repository: RepositoryConfig,
  journal: Journal,
  signal: AbortSignal,
): Promise<void> {
  const change = journal.get(id)!
  const { branch, base, commit } = change[direction]!
  const program = repository.pullRequest!.command[0]!.split('/').at(-1)
  note(id, direction, { state: 'running', output: '' }, 'intent', `Run ${program} for the branch ${branch}`, journal)
  const title = titleOf(change, direction)
  const ran = await openPullRequest(repository, { branch, base, commit, title, body: bodyOf(change) }, signal)
  const words = {
    done: `${program} has ended`,
    failed: `${program} failed: open the pull request of ${branch} by hand`,
    interrupted: `Evenkeel was stopped while ${program} ran: whether the pull request of ${branch} was opened is not known`,
    running: '',
  }[ran.state]
  note(id, direction, ran, 'note', words, journal)
}

function note(
  id: string,
  direction: Direction,
  pullRequest: NonNullable<Committed['pullRequest']>,
  what: 'intent' | 'note',
  text: string,
  journal: Journal,
) {
  const committed = journal.get(id)![direction]!
  journal.note(id, { what, text }, { [direction]: { ...committed, pullRequest } })
}

/** The first line of a commit and the title of its pull request. */
export function titleOf({ steps }: Pick<Change, 'steps'>, direction: Direction): string {
  const [step] = steps
  const [from, to] = direction === 'committed' ? [step!.before, step!.after] : [step!.after, step!.before]
  const more = steps.length > 1 ? `, and ${steps.length - 1} more` : ''
  return oneLine(`${step!.setting.target}: ${step!.setting.name} ${from} to ${to}${more}`)
}

export const bodyOf = ({ id, because, by, outcome }: Pick<Change, 'id' | 'because' | 'by' | 'outcome'>): string =>
  [because, outcome ?? '', `Change ${id} of Evenkeel, by ${by}.`]
    .map(oneLine)
    .filter((line) => line !== '')
    .join('\n\n')

/** No text of others begins a line of its own, or an option. */
const oneLine = (text: string) =>
  text
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .trim()
    .replace(/^-+/, '')
    .slice(0, 1_000)
