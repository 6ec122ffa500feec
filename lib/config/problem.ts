import type { Path, Source } from './document.ts'
import { type ConfigProblem, pathText } from './error.ts'
import { keyText } from './explain.ts'

/** What is wrong with one value of the file. */
export const problem = (source: Source, path: Path, found: string, allowed: string): ConfigProblem => ({
  path: pathText(path),
  line: source.line(path),
  found,
  allowed,
})

/** The key itself is wrong: it may hold what was meant to be its value. */
export function keyProblem(source: Source, path: Path, what: string, allowed: string): ConfigProblem {
  const key = keyText(path.at(-1)!)
  return { ...problem(source, path, `the ${what} ${JSON.stringify(key)}`, allowed), path: pathText([...path.slice(0, -1), key]) }
}
