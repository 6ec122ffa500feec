import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml'
import { type ConfigProblem, pathText } from './error.ts'

/** A key's place: `['targets', 2, 'url']`. */
export type Path = readonly PropertyKey[]

/** The file as data, with what is needed to speak of it: lines, and the text as written wherever a value came from elsewhere. */
export type Source = {
  data: unknown
  /** The same tree with `${NAME}` and `_file` keys as they were written: shown to people, because it holds none of their values. */
  written: unknown
  /** 1-based line of a path, or of its nearest parent. */
  line(path: Path): number | undefined
  /** True when the value at that path came from the environment or a file: always text, whatever the schema wants. */
  foreign(path: Path): boolean
  /** What was written at that path, e.g. `"${REDIS_URL}"`. */
  writtenAt(path: Path): unknown
  problems: ConfigProblem[]
}

export type Outside = {
  env: Readonly<Record<string, string | undefined>>
  /** Reads the file that a `…_file` key names; relative to the configuration file. Throws when it cannot. */
  readFile(path: string): string
}

const VARIABLE = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g

/** Reads YAML, fills in `${NAME}` and `…_file`. Every problem is collected, none is thrown. */
export function readSource(text: string, outside: Outside): Source {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true })
  const problems: ConfigProblem[] = document.errors.map((error) => ({
    path: '',
    line: lines.linePos(error.pos[0]).line,
    found: error.message.split('\n')[0]!.replace(/ at line \d+, column \d+:?$/, ''),
    allowed: 'YAML',
  }))
  const lineOf = new Map<string, number>()
  const foreign = new Map<string, unknown>()
  const key = (path: Path) => JSON.stringify(path)

  function visit(node: Node | null | undefined, path: Path): { data: unknown; written: unknown } {
    if (node?.range) lineOf.set(key(path), lines.linePos(node.range[0]).line)
    if (isMap(node)) {
      const data: Record<string, unknown> = {}
      const written: Record<string, unknown> = {}
      for (const pair of node.items) {
        const name = isScalar(pair.key) ? String(pair.key.value) : String(pair.key)
        const child = [...path, name]
        const keyNode = pair.key as Node | null
        const value = visit(pair.value as Node | null, child)
        if (keyNode?.range) lineOf.set(key(child), lines.linePos(keyNode.range[0]).line)
        written[name] = value.written
        if (name.endsWith('_file') && name !== '_file') {
          const plain = name.slice(0, -'_file'.length)
          const place = [...path, plain]
          lineOf.set(key(place), lineOf.get(key(child)) ?? 0)
          foreign.set(key(place), `the content of ${String(value.written)}`)
          if (node.has(plain)) {
            problems.push(problem(child, `both ${plain} and ${name}`, 'one of them'))
            continue
          }
          data[plain] = contentOf(child, value.data)
        } else data[name] = value.data
      }
      return { data, written }
    }
    if (isSeq(node)) {
      const items = node.items.map((item, index) => visit(item as Node, [...path, index]))
      return { data: items.map((item) => item.data), written: items.map((item) => item.written) }
    }
    const value = isScalar(node) ? node.value : node == null ? null : (node as { toJS?(doc: unknown): unknown }).toJS?.(document)
    if (typeof value !== 'string' || !value.includes('${')) return { data: value, written: value }
    foreign.set(key(path), value)
    return { data: value.replace(VARIABLE, (_, name: string) => fromEnv(path, name)), written: value }
  }

  function fromEnv(path: Path, name: string): string {
    const value = outside.env[name]
    if (value === undefined)
      problems.push(problem(path, `\${${name}}, which is not set in the environment`, 'the name of a variable that is set'))
    return value ?? ''
  }

  function contentOf(path: Path, file: unknown): string {
    if (typeof file !== 'string' || file === '') {
      problems.push(problem(path, JSON.stringify(file), 'the path of a file'))
      return ''
    }
    try {
      return outside.readFile(file).replace(/\r?\n$/, '')
    } catch (error) {
      problems.push(
        problem(path, `${file}, which cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'})`, 'the path of a file'),
      )
      return ''
    }
  }

  const problem = (path: Path, found: string, allowed: string): ConfigProblem => ({
    path: pathText(path),
    line: lineOf.get(key(path)),
    found,
    allowed,
  })

  const { data, written } = problems.length ? { data: null, written: null } : visit(document.contents as Node | null, [])
  return {
    data,
    written,
    problems,
    foreign: (path) => foreign.has(key(path)),
    writtenAt: (path) => foreign.get(key(path)) ?? path.reduce<unknown>((at, step) => (at as Record<PropertyKey, unknown>)?.[step], data),
    line(path) {
      for (let length = path.length; length >= 0; length--) {
        const line = lineOf.get(key(path.slice(0, length)))
        if (line) return line
      }
      return undefined
    },
  }
}
