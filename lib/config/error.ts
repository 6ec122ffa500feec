/** One thing wrong with the configuration: where, what was found, what is allowed. Holds no secret. */
export type ConfigProblem = { path: string; line?: number; found: string; allowed: string }

/** Problems in one message: nobody reads more at once. */
const SHOWN_MAX = 50

/** The configuration cannot be used. The process ends with `exitCode` and the message, which is written to be read by a person. */
export class ConfigError extends Error {
  readonly exitCode = 2
  readonly problems: ConfigProblem[]
  constructor(file: string, problems: ConfigProblem[]) {
    const shown = problems.slice(0, SHOWN_MAX).map((problem) => `  ${problemText(problem)}`)
    const more = problems.length - shown.length
    super(`${file} cannot be used:\n${shown.join('\n')}${more > 0 ? `\n  and ${more} more of the kind` : ''}`)
    this.name = 'ConfigError'
    this.problems = problems
  }
}

function problemText({ path, line, found, allowed }: ConfigProblem): string {
  return `${path || 'the file'}${line === undefined ? '' : ` (line ${line})`}: found ${found}; allowed: ${allowed}`
}

/** `['targets', 2, 'url']` -> `targets[2].url`. */
export function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((step, index) =>
      typeof step === 'number'
        ? `[${step}]`
        : /^[\w/-]+$/.test(String(step))
          ? `${index ? '.' : ''}${String(step)}`
          : `[${JSON.stringify(String(step))}]`,
    )
    .join('')
}
