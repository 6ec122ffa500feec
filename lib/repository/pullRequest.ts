import { safeLines } from '../format/format.ts'
import type { PullRequest, RepositoryConfig } from '../model/repository.ts'
import { runCommand } from './command.ts'

const OUTPUT_MAX = 4_000
/** Shorter values are words of every output. */
const SECRET_LEAST = 4

export type Request = { branch: string; base: string; commit: string; title: string; body: string }

/**
 * Runs the configured command that opens a pull request: without a shell, in the checkout, with as good as no environment, for a bounded time.
 * The values of the variables that it is given are left out of what is shown of its output.
 */
export async function openPullRequest(
  { path, pullRequest }: RepositoryConfig,
  request: Request,
  signal: AbortSignal,
): Promise<PullRequest> {
  const { command, timeoutMs, environment } = pullRequest!
  const given = Object.fromEntries(environment.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])))
  const words = command.map((word) => word.replace(/\{(branch|base|commit|title|body)\}/g, (_, name: keyof Request) => request[name]))
  const ran = await runCommand(words, {
    cwd: path,
    env: { PATH: process.env.PATH ?? '/usr/bin:/bin', HOME: process.env.HOME ?? '/nonexistent', GIT_TERMINAL_PROMPT: '0', ...given },
    timeoutMs,
    outputMax: 4 * OUTPUT_MAX,
    keep: 'tail',
    signal,
  })
  if (ran.why === 'aborted') return { state: 'interrupted', output: '' }
  const said = withoutValues(ran.stdout.toString('utf8'), Object.values(given)).trim().slice(-OUTPUT_MAX)
  const why =
    ran.why === 'timeout'
      ? `It was killed after ${timeoutMs / 1000} s.`
      : ran.why === 'absent'
        ? 'The program is not there, or Evenkeel may not run it.'
        : ran.code === 0
          ? ''
          : `It ended with ${ran.code ?? 'a signal'}.`
  return { state: why === '' ? 'done' : 'failed', output: safeLines([said, why].filter((text) => text !== '').join('\n')) }
}

const withoutValues = (text: string, values: readonly string[]): string =>
  values
    .filter((value) => value.length >= SECRET_LEAST)
    .sort((a, b) => b.length - a.length)
    .reduce((sum, value) => sum.replaceAll(value, '•••'), text)
