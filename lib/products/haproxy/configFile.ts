import { malformed } from '../../model/error.ts'
import { printable } from '../answers.ts'
import { Conditions, isWithin, sameBranch } from './conditions.ts'
import { afterGateStatement, type Gate, NO_GATE } from './gates.ts'
import { type Parameters, parametersOf } from './serverParameters.ts'
import { afterStatement, doubtOf, type Line, PLAIN, type Settings, type Unclear, withUnclear } from './statements.ts'
import { type Word, wordsIn } from './words.ts'

/** One server line of haproxy.cfg, as far as shares and rings need it. */
export type FileServer = Parameters &
  Line & {
    name: string
    address: string
    /** One line that makes several servers. */
    template: boolean
  }

/** One `backend` or `listen` section with what it inherits from its `defaults`. */
export type FilePool = Omit<Settings, 'defaultServer' | 'unclear' | 'sticky'> & {
  name: string
  /** Why shares do not follow the algorithm alone: `cookie SRV`, `stick on src`. */
  sticky?: string
  servers: FileServer[]
  unclear: Unclear[]
}

export type ConfigFile = {
  pools: FilePool[]
  /** `server-state-file` and `server-state-base` of `global`. */
  stateFile?: string
  stateBase?: string
  /** Frontends and backends by what they let through at most. */
  gates: (Gate & { kind: string; name: string })[]
}

/** A section under way. */
type Section = {
  kind: string
  name?: string
  settings: Settings
  gate: Gate
  servers: FileServer[]
  branch: readonly number[]
  isPool: boolean
}
/** What a later section inherits, and where it stands. */
type Base = { settings: Settings; gate: Gate; branch: readonly number[] }

/** A `server-template` makes a hundred thousand of one line. */
const SERVERS_MAX = 100_000
const NAMES_SHOWN = 3
const WORDS_SHOWN = 20

/**
 * Reads what Evenkeel needs of haproxy.cfg. It never fails on a line it does not know, HAProxy itself is the judge of its file, but names it.
 * Words, quotes, variables and conditions as in HAProxy's configuration manual, sections 2.2 to 2.4; inheritance as in its section 4 (`defaults`, `from`).
 */
export function parseConfigFile(text: string, file = 'haproxy.cfg'): ConfigFile {
  return parseConfigFiles([{ file, text }])
}

/** Several files in the order in which HAProxy reads them: `defaults` hold on, a section ends with its file. */
export function parseConfigFiles(files: readonly { file: string; text: string }[]): ConfigFile {
  const reader = new Reader()
  for (const { file, text } of files) reader.file(file, text)
  return reader.config
}

class Reader {
  readonly config: ConfigFile = { pools: [], gates: [] }
  readonly #named = new Map<string, Base>()
  readonly #environment = new Map<string, string>()
  readonly #pools = new Map<string, FilePool>()
  #defaults: Base = { settings: PLAIN, gate: NO_GATE, branch: [] }
  #section: Section = NO_SECTION
  #servers = 0

  file(file: string, text: string): void {
    const conditions = new Conditions()
    for (const [i, raw] of text.split(/\r?\n/).entries()) {
      const words = wordsIn(raw, this.#environment)
      const [keyword, ...rest] = words.map((word) => word.text)
      if (keyword === undefined) continue
      if (keyword.startsWith('.')) conditions.read(keyword, rest)
      else if (conditions.mayRun) this.#read(words, raw, { file, line: i + 1 }, conditions.undecided)
    }
    this.#close()
  }

  #read(words: Word[], raw: string, at: Line['at'], branch: readonly number[]): void {
    const keyword = words[0]!.text
    if (SECTIONS.has(keyword)) {
      this.#close()
      this.#section = this.#sectionOf(keyword, words.slice(1), branch)
      return
    }
    const section = this.#section
    const line = { raw, at, conditional: !sameBranch(branch, section.branch) }
    if (GATES.has(section.kind)) section.gate = afterGateStatement(section.gate, words, section.kind, line.conditional)
    if (section.kind === 'global') this.#global(words, branch.length > 0)
    else if (section.isPool && (keyword === 'server' || keyword === 'server-template')) this.#server(section, words, line)
    else if (section.isPool || section.kind === 'defaults') section.settings = afterStatement(section.settings, words, line)
  }

  #sectionOf(kind: string, words: readonly Word[], branch: readonly number[]): Section {
    const rest = words.map((word) => word.text)
    const isPool = (kind === 'backend' || kind === 'listen') && rest[0] !== undefined
    const from = rest.indexOf('from')
    const base =
      from >= 0 ? this.#named.get(rest[from + 1] ?? '') : kind === 'defaults' ? { settings: PLAIN, gate: NO_GATE, branch } : this.#defaults
    let settings = base?.settings ?? PLAIN
    if (!base) settings = withUnclear(settings, { of: 'from', touches: 'shares', text: `the file has no \`defaults ${rest[from + 1] ?? ''}\`` })
    else if (!isWithin(branch, base.branch))
      settings = withUnclear(settings, { of: 'from', touches: 'shares', text: 'its `defaults` stand between `.if` and `.endif`: which of them hold is not known' }) // biome-ignore format: one line
    return {
      kind,
      ...(rest[0] !== undefined && from !== 0 ? { name: rest[0] } : {}),
      settings,
      gate: inherited(base?.gate, kind),
      servers: [],
      branch,
      isPool,
    }
  }

  #global(words: readonly Word[], conditional: boolean): void {
    const [keyword, name, value] = words.map((word) => word.text)
    if (keyword === 'server-state-file' && name) this.config.stateFile = name
    else if (keyword === 'server-state-base' && name) this.config.stateBase = name
    else if (keyword === 'resetenv') this.#environment.clear()
    else if (name && (keyword === 'setenv' || keyword === 'unsetenv' || keyword === 'presetenv')) {
      // `presetenv` yields to the environment of the process, which is not known here.
      if (keyword === 'setenv' && value !== undefined && !conditional && !words[2]!.open) this.#environment.set(name, value)
      else if (keyword !== 'presetenv' || conditional) this.#environment.delete(name)
    }
  }

  #server(section: Section, words: readonly Word[], line: Line): void {
    const template = words[0]!.text === 'server-template'
    const [, name, second, third] = words
    const address = template ? third : second
    if (!name || !second) return
    if (name.open || (template && second.open)) {
      section.settings = withUnclear(section.settings, {
        of: 'server names',
        touches: 'file',
        text: `a \`${words[0]!.text}\` line ${doubtOf([name, second], line)}`,
      })
      return
    }
    const parameters = parametersOf(section.settings.defaultServer, words, template ? 4 : 3, !line.conditional)
    if (line.conditional) delete parameters.weight
    const names = template ? numbersOf(second.text).map((number) => `${name.text}${number}`) : [name.text]
    this.#servers += names.length
    if (this.#servers > SERVERS_MAX) throw malformed(`${line.at.file} is to have at most ${SERVERS_MAX} servers`, line.raw)
    for (const one of names) section.servers.push({ name: one, address: address?.text ?? '', ...parameters, ...line, template })
  }

  #close(): void {
    const { kind, name, settings, gate, servers, branch, isPool } = this.#section
    if (GATES.has(kind) && kind !== 'defaults' && name !== undefined) this.config.gates.push({ ...gate, kind, name })
    if (kind === 'defaults') {
      this.#defaults = { settings, gate, branch }
      if (name !== undefined) this.#named.set(name, this.#defaults)
    }
    if (isPool) {
      const { defaultServer: _, unclear, sticky, ...own } = settings
      const kept = [...sticky.values()].at(-1)
      const pool: FilePool = {
        name: name!,
        ...own,
        ...(kept === undefined ? {} : { sticky: kept }),
        servers,
        unclear: [...unclear.values(), ...unclearServers(servers)],
      }
      const twin = this.#pools.get(name!)
      if (twin)
        for (const one of [twin, pool])
          one.unclear.push({
            of: kind,
            touches: 'shares',
            text: `\`${kind} ${name}\` stands in the file more than once: which one holds is not known`,
          })
      this.#pools.set(name!, pool)
      this.config.pools.push(pool)
    }
    this.#section = NO_SECTION
  }
}

const NO_SECTION: Section = { kind: '', settings: PLAIN, gate: NO_GATE, servers: [], branch: [], isPool: false }

const GATES = new Set(['defaults', 'frontend', 'backend', 'listen'])
/** `maxconn` of `defaults` is that of frontends: a backend has none. */
const inherited = (gate: Gate = NO_GATE, kind: string): Gate =>
  kind === 'backend' ? { ...gate, limits: gate.limits.filter((one) => !one.startsWith('maxconn ')) } : gate

const SECTIONS = new Set(
  `global defaults frontend backend listen userlist peers resolvers mailers cache program http-errors ring log-forward fcgi-app
  log-profile traces acme crt-store healthcheck namespace_list`.split(/\s+/),
)

/** What is not certain of the lines of servers, a sentence for each kind of doubt. */
function unclearServers(servers: readonly FileServer[]): Unclear[] {
  const found: Unclear[] = []
  const conditional = servers.filter((server) => server.conditional)
  if (conditional.length > 0)
    found.push({ of: 'server', touches: 'file', text: `the lines of ${namesOf(conditional)} stand between \`.if\` and \`.endif\`: their weights in the file are not known` }) // biome-ignore format: one line
  const open = servers.filter((server) => server.weight === undefined && !server.conditional)
  if (open.length > 0)
    found.push({ of: 'server', touches: 'file', text: `the file does not give the weight of ${namesOf(open)} for certain` })
  const withWord = Map.groupBy(
    servers.flatMap(({ name, unknown }) => unknown.map((word) => ({ name, word }))),
    ({ word }) => word,
  )
  for (const [word, of] of [...withWord].slice(0, WORDS_SHOWN))
    found.push({ of: 'server', touches: 'shares', text: `\`${printable(word.slice(0, 60))}\` of ${namesOf(of)} is not understood` })
  return found
}

function namesOf(servers: readonly { name: string }[]): string {
  const names = [...new Set(servers.map(({ name }) => name))]
  const told = names.slice(0, NAMES_SHOWN).join(', ')
  return names.length > NAMES_SHOWN ? `${told} and ${names.length - NAMES_SHOWN} more` : told
}

/** `5` -> 1..5; `2-4` -> 2, 3, 4. */
function numbersOf(range: string): number[] {
  const [, first, last] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(range) ?? []
  if (first === undefined) return []
  const [low, high] = last === undefined ? [1, Number(first)] : [Number(first), Number(last)]
  return Array.from({ length: Math.max(0, high - low + 1) }, (_, index) => low + index)
}
