import { access } from 'node:fs/promises'
import { EvenkeelError } from '../model/error.ts'
import { runCommand } from './command.ts'

const GIT_MS = 10_000
/** A configuration file is small; a checkout may hold anything. */
const OUTPUT_MAX = 8 * 1_048_576

/**
 * Nothing of the user's own git: no hooks, no programs that a configuration names, no network, no question on a terminal. `safe.directory` is
 * given because whoever wrote the configuration has named this very folder.
 */
const SAFE = ['core.hooksPath=/dev/null', 'core.fsmonitor=false', 'core.commitGraph=false', 'gc.auto=0', 'safe.directory=*']
const ENVIRONMENT = {
  LC_ALL: 'C',
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_NO_LAZY_FETCH: '1',
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_LITERAL_PATHSPECS: '1',
  GIT_ALLOW_PROTOCOL: '',
}

type Options = { input?: string; env?: Record<string, string> }

/** Plumbing of git in one checkout. Throws `unreachable` in words that hold no folder. */
export async function git(path: string, args: readonly string[], { input, env }: Options = {}): Promise<Buffer> {
  const words = ['git', '-C', path, ...SAFE.flatMap((one) => ['-c', one]), '--no-pager', ...args]
  const ran = await runCommand(words, {
    cwd: '/',
    env: { PATH: process.env.PATH ?? '/usr/bin:/bin', ...ENVIRONMENT, ...env },
    timeoutMs: GIT_MS,
    outputMax: OUTPUT_MAX,
    ...(input !== undefined && { input }),
  })
  if (ran.why === 'absent') throw new EvenkeelError('unreachable', 'git is not installed here')
  if (ran.why === 'timeout') throw new EvenkeelError('unreachable', `git ${args[0]} did not end within ${GIT_MS / 1000} s`)
  if (ran.why === 'large') throw new EvenkeelError('unreachable', `git ${args[0]} answered more than ${OUTPUT_MAX} bytes`)
  if (ran.code !== 0) throw new EvenkeelError('unreachable', `git ${args[0]} failed in the repository: ${wordsOf(ran.stderr, path)}`)
  return ran.stdout
}

export const gitLine = async (path: string, args: readonly string[], options?: Options): Promise<string> =>
  (await git(path, args, options)).toString('utf8').trim()

/** The first line that git says, without the folder of the checkout. */
function wordsOf(stderr: string, path: string): string {
  const line = stderr.split('\n').find((one) => one.trim() !== '') ?? 'it said nothing'
  return line
    .replaceAll(path, 'the checkout')
    .replace(/(['"]?)\/[^\s'":]+\1/g, 'a folder')
    .replace(/^(fatal|error): /, '')
    .slice(0, 200)
}

/** Throws `unreachable` where that folder is no git checkout. */
export async function assertCheckout(path: string): Promise<void> {
  await access(path).catch(() => {
    throw new EvenkeelError('unreachable', 'the folder of the repository is not there, or Evenkeel may not read it')
  })
  await git(path, ['rev-parse', '--git-dir'])
}
