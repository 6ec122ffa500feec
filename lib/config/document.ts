import { type Alias, type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, visit } from 'yaml'
import { yamlDocument } from '../format/yaml.ts'
import { type ConfigProblem, pathText } from './error.ts'

/** A key's place: `['targets', 2, 'url']`. */
export type Path = readonly PropertyKey[]

/** The file as data, with what is needed to speak of it: lines, and the text as written wherever a value came from elsewhere. */
export type Source = {
  data: unknown
  /** The same tree with `${NAME}` and `_file` keys as they were written: it holds none of their values. */
  written: unknown
  /** 1-based line of a path, or of its nearest parent. */
  line(path: Path): number | undefined
  /** True when the value at that path came from the environment or a file: always text, whatever the schema wants. */
  foreign(path: Path): boolean
  /** The `_file` key that a path's value was read from, as it stands in the file. */
  fileKey(path: Path): { key: Path; file: string } | undefined
  problems: ConfigProblem[]
}

export type Outside = {
  env: Readonly<Record<string, string | undefined>>
  /** The text of the file that a `…_file` key names; relative to the configuration file. Throws an error whose message says why it cannot be read. */
  readFile(path: string): string
}

const VARIABLE = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g
/** Nobody writes more; a few lines of aliases can mean billions. */
const VALUES_MAX = 200_000
const DEPTH_MAX = 64
/** A file that is no YAML at all has one in every line. */
const PROBLEMS_MAX = 20

/** Reads YAML, fills in aliases, `${NAME}` and `…_file`. Every problem is collected, none is thrown, and none holds a value of the file. */
export function readSource(text: string, outside: Outside): Source {
  const lines = new LineCounter()
  const problems: ConfigProblem[] = []
  const lineOf = new Map<string, number>()
  const foreign = new Map<string, { key: Path; file: string } | null>()
  const aliases: Node[] = []
  let values = 0
  const key = (path: Path) => JSON.stringify(path)
  const lineAt = (node: Node | null | undefined) => (node?.range ? lines.linePos(node.range[0]).line : undefined)
  const problem = (path: Path, found: string, allowed: string) =>
    problems.push({ path: pathText(path), line: lineOf.get(key(path)) ?? lineOf.get(key(path.slice(0, -1))), found, allowed })
  const nothing = { data: null, written: null }

  const { document, meaning } = parsed(text, lines, problems)

  function read(node: Node | null | undefined, path: Path): { data: unknown; written: unknown } {
    const line = lineAt(node)
    if (line && !lineOf.has(key(path))) lineOf.set(key(path), line)
    if (++values > VALUES_MAX) {
      if (values === VALUES_MAX + 1) problem(path.slice(0, 1), `more than ${VALUES_MAX} values once the aliases are filled in`, 'fewer')
      return nothing
    }
    if (path.length > DEPTH_MAX) {
      problem(path.slice(0, 3), `mappings and lists more than ${DEPTH_MAX} deep`, 'fewer')
      return nothing
    }
    if (isAlias(node)) return aliased(node, path)
    if (isMap(node)) return mapping(node.items as Pair[], path)
    if (isSeq(node)) {
      const items = node.items.map((item, index) => read(item as Node, [...path, index]))
      return { data: items.map((item) => item.data), written: items.map((item) => item.written) }
    }
    const value = isScalar(node) ? node.value : null
    if (value !== null && !['string', 'number', 'boolean'].includes(typeof value)) {
      problem(path, 'a value with a tag', 'a text, a number, true or false, a list, a mapping')
      return nothing
    }
    if (typeof value !== 'string' || !value.includes('${')) return { data: value, written: value }
    foreign.set(key(path), null)
    return { data: value.replace(VARIABLE, (_, name: string) => fromEnv(path, name)), written: value }
  }

  function aliased(alias: Alias, path: Path): { data: unknown; written: unknown } {
    const meant = meaning.get(alias)
    if (!meant || aliases.includes(meant)) {
      problem(
        path,
        meant ? 'an alias that holds itself' : 'an alias without its anchor',
        'an alias (*name) of an anchor (&name) above; a text that begins with * stands in quotes',
      )
      return nothing
    }
    aliases.push(meant)
    const value = read(meant, path)
    aliases.pop()
    return value
  }

  type Pair = { key: unknown; value: unknown }
  function mapping(pairs: readonly Pair[], path: Path): { data: unknown; written: unknown } {
    const data: [string, unknown][] = []
    const written: [string, unknown][] = []
    const names = new Set(pairs.map((pair) => (isScalar(pair.key) ? String(pair.key.value) : '')))
    for (const pair of pairs) {
      if (!isScalar(pair.key)) {
        problem(path, 'a key that is a list, a mapping or an alias', 'keys that are texts')
        continue
      }
      const name = String(pair.key.value)
      const child = [...path, name]
      const line = lineAt(pair.key as Node)
      if (line) lineOf.set(key(child), line)
      const value = read(pair.value as Node | null, child)
      written.push([name, value.written])
      if (!name.endsWith('_file') || name === '_file') {
        data.push([name, value.data])
        continue
      }
      const plain = name.slice(0, -'_file'.length)
      const place = [...path, plain]
      if (names.has(plain)) {
        problem(child, `both ${plain} and ${name}`, 'one of them')
        continue
      }
      if (line) lineOf.set(key(place), line)
      foreign.set(key(place), { key: child, file: typeof value.written === 'string' ? value.written : '' })
      data.push([plain, contentOf(child, value)])
    }
    // `__proto__` becomes a key like any other.
    return { data: Object.fromEntries(data), written: Object.fromEntries(written) }
  }

  function fromEnv(path: Path, name: string): string {
    const value = outside.env[name]
    if (value === undefined) problem(path, `\${${name}}, which is not set in the environment`, 'the name of a variable that is set')
    return value ?? ''
  }

  function contentOf(path: Path, { data, written }: { data: unknown; written: unknown }): string {
    if (typeof data !== 'string' || data === '' || data.includes('\0')) {
      problem(path, data === '' ? 'an empty text' : data === null ? 'nothing' : 'no path', 'the path of a file')
      return ''
    }
    try {
      return outside.readFile(data).replace(/\r?\n$/, '')
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      problem(path, `${String(written).slice(0, 200)}, which cannot be read (${code ?? message})`, 'the path of a file')
      return ''
    }
  }

  const { data, written } = document === null || problems.length ? nothing : read(document.contents as Node | null, [])
  return {
    data,
    written,
    problems,
    foreign: (path) => path.length > 0 && foreign.has(key(path)),
    fileKey: (path) => foreign.get(key(path)) ?? undefined,
    line(path) {
      for (let length = path.length; length >= 0; length--) {
        const line = lineOf.get(key(path.slice(0, length)))
        if (line) return line
      }
      return undefined
    },
  }
}

type Parsed = { document: Document | null; meaning: ReadonlyMap<Alias, Node> }

/**
 * The document and what its aliases mean; no document where something is wrong with it. The parser's messages may quote the file, with a
 * password in it: the quotation is left out.
 */
function parsed(text: string, lines: LineCounter, problems: ConfigProblem[]): Parsed {
  const deep = 'mappings and lists that are nested too deeply'
  try {
    const document = yamlDocument(text, lines)
    for (const { message, pos } of [...document.errors, ...document.warnings].slice(0, PROBLEMS_MAX)) {
      const tag = /\btag\b/i.test(message)
      problems.push({
        path: '',
        line: lines.linePos(pos[0]).line,
        // The parser is recursive, and tells of its own stack.
        found: /call stack/.test(message) ? deep : message.replace(/(?<! ):\s.*$/s, '').replace(/(escape sequence) .*$/s, '$1'),
        // A tag that nobody knows would leave the value without what the author meant.
        allowed: tag ? 'YAML without tags; a text that begins with ! stands in quotes' : 'YAML',
      })
    }
    return problems.length > 0 ? { document: null, meaning: new Map() } : { document, meaning: meanings(document) }
  } catch {
    problems.push({ path: '', found: deep, allowed: 'YAML' })
    return { document: null, meaning: new Map() }
  }
}

/** What each alias means: the newest anchor of its name above it. */
function meanings(document: Document): Map<Alias, Node> {
  const anchors = new Map<string, Node>()
  const found = new Map<Alias, Node>()
  visit(document, {
    Node(_key, node) {
      if (isAlias(node)) {
        const meant = anchors.get(node.source)
        if (meant) found.set(node, meant)
      } else if (node.anchor) anchors.set(node.anchor, node)
    },
  })
  return found
}
