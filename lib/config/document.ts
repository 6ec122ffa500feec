import { type Alias, isAlias, isMap, isScalar, isSeq, LineCounter, type Node } from 'yaml'
import { type ConfigProblem, pathText } from './error.ts'
import { parseYaml, type YamlText } from './yamlText.ts'

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
  fileKey(path: Path): FileKey | undefined
  problems: ConfigProblem[]
}

export type Outside = {
  env: Readonly<Record<string, string | undefined>>
  /** The text of the file that a `…_file` key names; relative to the configuration file. Throws an error whose message says why it cannot be read. */
  readFile(path: string): string
  /** Whether a key that ends in `_file` is the mapping's own, not another key's value in a file: `secret_file` of a Varnish. `kind`: of the mapping. */
  owns?(path: Path, kind: unknown): boolean
}

type FileKey = { key: Path; file: string }
type Value = { data: unknown; written: unknown }
type Pair = { key: unknown; value: unknown }

const VARIABLE = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g
/** Nobody writes more; a few lines of aliases can mean billions. */
const VALUES_MAX = 200_000
const DEPTH_MAX = 64
const NOTHING: Value = { data: null, written: null }

/** Reads YAML, fills in aliases, `${NAME}` and `…_file`. Every problem is collected, none is thrown, and none holds a value of the file. */
export function readSource(text: string, outside: Outside): Source {
  const lines = new LineCounter()
  const problems: ConfigProblem[] = []
  const yaml = parseYaml(text, lines, problems)
  const reader = new SourceReader(outside, yaml, lines, problems)
  const { data, written } = yaml.document === null ? NOTHING : reader.read(yaml.document.contents as Node | null, [])
  return {
    data,
    written,
    problems,
    foreign: (path) => path.length > 0 && reader.foreign.has(keyOf(path)),
    fileKey: (path) => reader.foreign.get(keyOf(path)) ?? undefined,
    line: (path) => reader.line(path),
  }
}

const keyOf = (path: Path) => JSON.stringify(path)
/** What a mapping says to be, where it says so in plain words. */
const kindOf = (pairs: readonly Pair[]): unknown => {
  const value = pairs.find(({ key }) => isScalar(key) && key.value === 'kind')?.value
  return isScalar(value) ? value.value : undefined
}

/** The walk over a document that makes data of it, and notes where each value stands and comes from. */
class SourceReader {
  /** By path: null for a value from the environment, its key for one from a file. */
  readonly foreign = new Map<string, FileKey | null>()
  readonly #outside: Outside
  readonly #meaning: YamlText['meaning']
  readonly #lines: LineCounter
  readonly #problems: ConfigProblem[]
  readonly #lineOf = new Map<string, number>()
  /** The anchors whose aliases are being filled in. */
  readonly #aliases: Node[] = []
  #values = 0

  constructor(outside: Outside, { meaning }: YamlText, lines: LineCounter, problems: ConfigProblem[]) {
    this.#outside = outside
    this.#meaning = meaning
    this.#lines = lines
    this.#problems = problems
  }

  read(node: Node | null | undefined, path: Path): Value {
    this.#note(node, path)
    if (++this.#values > VALUES_MAX) {
      if (this.#values === VALUES_MAX + 1)
        this.#problem(path.slice(0, 1), `more than ${VALUES_MAX} values once the aliases are filled in`, 'fewer')
      return NOTHING
    }
    if (path.length > DEPTH_MAX) {
      this.#problem(path.slice(0, 3), `mappings and lists more than ${DEPTH_MAX} deep`, 'fewer')
      return NOTHING
    }
    if (isAlias(node)) return this.#alias(node, path)
    if (isMap(node)) return this.#mapping(node.items as Pair[], path)
    if (!isSeq(node)) return this.#scalar(isScalar(node) ? node.value : null, path)
    const items = node.items.map((item, index) => this.read(item as Node, [...path, index]))
    return { data: items.map((item) => item.data), written: items.map((item) => item.written) }
  }

  line(path: Path): number | undefined {
    for (let length = path.length; length >= 0; length--) {
      const line = this.#lineOf.get(keyOf(path.slice(0, length)))
      if (line) return line
    }
    return undefined
  }

  #scalar(value: unknown, path: Path): Value {
    if (value !== null && !['string', 'number', 'boolean'].includes(typeof value)) {
      this.#problem(path, 'a value with a tag', 'a text, a number, true or false, a list, a mapping')
      return NOTHING
    }
    if (typeof value !== 'string' || !value.includes('${')) return { data: value, written: value }
    this.foreign.set(keyOf(path), null)
    return { data: value.replace(VARIABLE, (_, name: string) => this.#fromEnv(path, name)), written: value }
  }

  #alias(alias: Alias, path: Path): Value {
    const meant = this.#meaning.get(alias)
    if (!meant || this.#aliases.includes(meant)) {
      this.#problem(
        path,
        meant ? 'an alias that holds itself' : 'an alias without its anchor',
        'an alias (*name) of an anchor (&name) above; a text that begins with * stands in quotes',
      )
      return NOTHING
    }
    this.#aliases.push(meant)
    const value = this.read(meant, path)
    this.#aliases.pop()
    return value
  }

  #mapping(pairs: readonly Pair[], path: Path): Value {
    const data: [string, unknown][] = []
    const written: [string, unknown][] = []
    const names = new Set(pairs.map((pair) => (isScalar(pair.key) ? String(pair.key.value) : '')))
    for (const pair of pairs) {
      if (!isScalar(pair.key)) {
        this.#problem(path, 'a key that is a list, a mapping or an alias', 'keys that are texts')
        continue
      }
      const name = String(pair.key.value)
      const child = [...path, name]
      this.#note(pair.key as Node, child, true)
      const value = this.read(pair.value as Node | null, child)
      written.push([name, value.written])
      if (!name.endsWith('_file') || name === '_file' || this.#outside.owns?.(child, kindOf(pairs))) data.push([name, value.data])
      else if (names.has(name.slice(0, -'_file'.length)))
        this.#problem(child, `both ${name.slice(0, -'_file'.length)} and ${name}`, 'one of them')
      else data.push(this.#fromFile(pair.key as Node, child, value))
    }
    // `__proto__` becomes a key like any other.
    return { data: Object.fromEntries(data), written: Object.fromEntries(written) }
  }

  /** The key and the value that `NAME_file` stands for. */
  #fromFile(key: Node, child: Path, value: Value): [string, unknown] {
    const plain = String(child.at(-1)).slice(0, -'_file'.length)
    const place = [...child.slice(0, -1), plain]
    this.#note(key, place, true)
    this.foreign.set(keyOf(place), { key: child, file: typeof value.written === 'string' ? value.written : '' })
    return [plain, this.#contentOf(child, value)]
  }

  #fromEnv(path: Path, name: string): string {
    const value = this.#outside.env[name]
    if (value === undefined) this.#problem(path, `\${${name}}, which is not set in the environment`, 'the name of a variable that is set')
    return value ?? ''
  }

  #contentOf(path: Path, { data, written }: Value): string {
    if (typeof data !== 'string' || data === '' || data.includes('\0')) {
      this.#problem(path, data === '' ? 'an empty text' : data === null ? 'nothing' : 'no path', 'the path of a file')
      return ''
    }
    try {
      return this.#outside.readFile(data).replace(/\r?\n$/, '')
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      this.#problem(path, `${String(written).slice(0, 200)}, which cannot be read (${code ?? message})`, 'the path of a file')
      return ''
    }
  }

  /** Notes the line of a path, which is that of its key where it has one. */
  #note(node: Node | null | undefined, path: Path, isKey = false): void {
    const line = node?.range ? this.#lines.linePos(node.range[0]).line : undefined
    if (line && (isKey || !this.#lineOf.has(keyOf(path)))) this.#lineOf.set(keyOf(path), line)
  }

  #problem(path: Path, found: string, allowed: string): void {
    const line = this.#lineOf.get(keyOf(path)) ?? this.#lineOf.get(keyOf(path.slice(0, -1)))
    this.#problems.push({ path: pathText(path), line, found, allowed })
  }
}
