import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EvenkeelError } from '../model/error.ts'
import type { RepositoryConfig } from '../model/repository.ts'
import { git, gitLine } from './git.ts'
import type { Plan } from './plan.ts'

/**
 * Writes a plan as one commit on a new branch, by plumbing: the working tree, the index, HEAD and every other branch stay as they are. Answers the
 * commit. A branch of that name that is there already is left alone (`drift`).
 */
export async function writeCommit(
  { path, author }: RepositoryConfig,
  { parent, files }: Plan,
  { branch, message, at }: { branch: string; message: string; at: number },
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'evenkeel-index-'))
  try {
    const env = { GIT_INDEX_FILE: join(folder, 'index') }
    await git(path, ['read-tree', parent], { env })
    for (const file of files) {
      const object = await gitLine(path, ['hash-object', '-w', '--no-filters', '--stdin'], { input: file.to })
      await git(path, ['update-index', '-z', '--index-info'], { env, input: `${file.mode} ${object}\t${file.path}\0` })
    }
    const tree = await gitLine(path, ['write-tree'], { env })
    const date = `@${Math.floor(at / 1000)} +0000`
    const commit = await gitLine(path, ['commit-tree', '--no-gpg-sign', tree, '-p', parent, '-F', '-'], {
      input: message,
      env: {
        GIT_AUTHOR_NAME: author.name,
        GIT_AUTHOR_EMAIL: author.email,
        GIT_AUTHOR_DATE: date,
        GIT_COMMITTER_NAME: author.name,
        GIT_COMMITTER_EMAIL: author.email,
        GIT_COMMITTER_DATE: date,
      },
    })
    // An empty old value: only where there is no such branch yet.
    await git(path, ['update-ref', '--no-deref', `refs/heads/${branch}`, commit, '']).catch(async (error: unknown) => {
      if ((await commitOf(path, branch)) === null) throw error
      throw new EvenkeelError('drift', `the repository has a branch ${branch} already`, { written: 'none' })
    })
    return commit
  } finally {
    await rm(folder, { recursive: true, force: true }).catch(() => {})
  }
}

/** The commit of a branch; null where there is none. */
export const commitOf = (path: string, branch: string): Promise<string | null> =>
  gitLine(path, ['rev-parse', '--verify', '--quiet', '--end-of-options', `refs/heads/${branch}^{commit}`]).catch(() => null)
