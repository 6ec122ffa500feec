import { malformed } from '../../model/error.ts'
import { wordsIn } from './words.ts'

/** One server line of haproxy.cfg, as far as shares and rings need it. */
export type FileServer = {
  name: string
  address: string
  /** Absent where the line does not tell it: an environment variable, a condition. */
  weight?: number
  id?: number
  backup: boolean
  agentCheck: boolean
  slowstart: boolean
  /** What its points on the circle are made of, where that is not its id (`hash-key` of 3.0). */
  hashKey?: string
  /** It starts in maintenance. */
  disabled: boolean
  /** Its line as it stands there. */
  raw: string
  at: { file: string; line: number }
  /** One line that makes several servers. */
  template: boolean
  /** Between `.if` and `.endif`. */
  conditional: boolean
}

/** One `backend` or `listen` section with what it inherits from its `defaults`. */
export type FilePool = {
  name: string
  mode: string
  /** The algorithm with its arguments: `roundrobin`, `uri depth 2`, `hdr(Host)`. */
  balance: string
  /** The words of `hash-type`; absent: HAProxy's default, map-based. */
  hashType?: string[]
  hashBalanceFactor?: number
  /** `hash-preserve-affinity` of 3.2: full servers may hand on what is theirs. */
  hashPreserveAffinity?: string
  /** Why shares do not follow the algorithm alone: `cookie SRV`, `stick on src`. */
  sticky?: string
  /** `option allbackups`: all of them serve when no other server is left, not the first alone. */
  allBackups?: boolean
  /** Which saved state a reload reads. */
  loadState: 'none' | 'global' | 'local'
  stateFileName?: string
  servers: FileServer[]
}

export type ConfigFile = {
  pools: FilePool[]
  /** `server-state-file` and `server-state-base` of `global`. */
  stateFile?: string
  stateBase?: string
}

/** What the words behind a server's address say. */
type Parameters = Pick<FileServer, 'weight' | 'id' | 'backup' | 'agentCheck' | 'slowstart' | 'hashKey' | 'disabled'>
type Settings = Omit<FilePool, 'name' | 'servers'> & { defaultServer: Parameters }

const PLAIN_SERVER: Parameters = { weight: 1, backup: false, agentCheck: false, slowstart: false, disabled: false }
const PLAIN: Settings = { mode: 'tcp', balance: 'roundrobin', loadState: 'none', defaultServer: PLAIN_SERVER }

/** A `server-template` makes a hundred thousand of one line. */
const SERVERS_MAX = 100_000

/**
 * Reads what Evenkeel needs of haproxy.cfg. It never fails on a line it does not know: HAProxy itself is the judge of its file.
 * Words, quotes and escapes as in HAProxy's configuration manual, section 2.2; inheritance as in its section 4 (`defaults`, `from`).
 */
export function parseConfigFile(text: string, file = 'haproxy.cfg'): ConfigFile {
  return parseConfigFiles([{ file, text }])
}

/** Several files in the order in which HAProxy reads them: `defaults` hold on, a section ends with its file. */
export function parseConfigFiles(files: readonly { file: string; text: string }[]): ConfigFile {
  const config: ConfigFile = { pools: [] }
  const named = new Map<string, Settings>()
  let defaults: Settings = PLAIN
  let section: { kind: string; settings: Settings; pool: FilePool | null } = { kind: '', settings: PLAIN, pool: null }
  let depth = 0
  let servers = 0

  const close = () => {
    if (section.pool) Object.assign(section.pool, withoutDefaultServer(section.settings))
    section = { kind: '', settings: PLAIN, pool: null }
  }
  const read = (raw: string, at: FileServer['at']) => {
    const words = wordsIn(raw).map((word) => word.text)
    const [keyword, ...rest] = words
    if (keyword === undefined) return
    if (keyword === '.if') depth++
    else if (keyword === '.endif') depth = Math.max(0, depth - 1)
    else if (SECTIONS.has(keyword)) {
      close()
      const from = rest[rest.indexOf('from') + 1]
      const base = rest.includes('from') && from !== undefined ? (named.get(from) ?? PLAIN) : keyword === 'defaults' ? PLAIN : defaults
      const settings = { ...base }
      const isPool = keyword === 'backend' || keyword === 'listen'
      const pool: FilePool | null =
        isPool && rest[0] !== undefined ? { name: rest[0], ...withoutDefaultServer(settings), servers: [] } : null
      section = { kind: keyword, settings, pool }
      if (pool) config.pools.push(pool)
      if (keyword === 'defaults') {
        defaults = settings
        if (rest[0] !== undefined && rest[0] !== 'from') named.set(rest[0], settings)
      }
    } else if (section.kind === 'global') {
      if (keyword === 'server-state-file' && rest[0]) config.stateFile = rest[0]
      if (keyword === 'server-state-base' && rest[0]) config.stateBase = rest[0]
    } else if (section.pool || section.kind === 'defaults') {
      const before = section.pool?.servers.length ?? 0
      readLine(section.settings, section.pool, keyword, rest, { raw, at, conditional: depth > 0 })
      servers += (section.pool?.servers.length ?? 0) - before
      if (servers > SERVERS_MAX) throw malformed(`${at.file} is to have at most ${SERVERS_MAX} servers`, raw)
    }
  }
  for (const { file, text } of files) {
    for (const [i, raw] of text.split(/\r?\n/).entries()) read(raw, { file, line: i + 1 })
    close()
  }
  return { ...config, pools: config.pools.filter((pool) => pool.servers.length > 0) }
}

const SECTIONS = new Set(
  `global defaults frontend backend listen userlist peers resolvers mailers cache program http-errors ring log-forward fcgi-app
  log-profile traces acme crt-store`.split(/\s+/),
)

function withoutDefaultServer({ defaultServer: _, ...settings }: Settings): Omit<Settings, 'defaultServer'> {
  return settings
}

type Line = Pick<FileServer, 'raw' | 'at' | 'conditional'>

function readLine(settings: Settings, pool: FilePool | null, keyword: string, rest: string[], line: Line): void {
  if (keyword === 'mode' && rest[0]) settings.mode = rest[0]
  else if (keyword === 'balance' && rest[0]) settings.balance = rest.join(' ')
  else if (keyword === 'hash-type' && rest.length > 0) settings.hashType = rest
  else if (keyword === 'hash-balance-factor') settings.hashBalanceFactor = Number(rest[0]) || 0
  else if (keyword === 'hash-preserve-affinity') settings.hashPreserveAffinity = rest[0]
  else if (keyword === 'cookie' && rest[0]) settings.sticky = `cookie ${rest[0]}`
  else if (keyword === 'stick' && (rest[0] === 'on' || rest[0] === 'match')) settings.sticky = `stick ${rest.slice(0, 2).join(' ')}`
  else if (keyword === 'option' && rest[0] === 'allbackups') settings.allBackups = true
  else if (keyword === 'no' && rest[0] === 'option' && rest[1] === 'allbackups') settings.allBackups = false
  else if (keyword === 'load-server-state-from-file') settings.loadState = rest[0] === 'global' || rest[0] === 'local' ? rest[0] : 'none'
  else if (keyword === 'server-state-file-name' && rest[0] !== 'use-backend-name') settings.stateFileName = rest[0]
  else if (keyword === 'default-server') settings.defaultServer = parametersOf(settings.defaultServer, rest)
  else if (keyword === 'server' && pool && rest[0] && rest[1])
    pool.servers.push(serverOf(rest[0], rest[1], parametersOf(settings.defaultServer, rest, 2), { ...line, template: false }))
  else if (keyword === 'server-template' && pool && rest[0] && rest[1]) {
    const parameters = parametersOf(settings.defaultServer, rest, 3)
    for (const number of numbersOf(rest[1]))
      pool.servers.push(serverOf(`${rest[0]}${number}`, rest[2] ?? '', parameters, { ...line, template: true }))
  }
}

function serverOf(name: string, address: string, parameters: Parameters, line: Line & Pick<FileServer, 'template'>): FileServer {
  const server: FileServer = { name, address, ...parameters, ...line }
  if (line.conditional) delete server.weight
  return server
}

/** What words from `from` on change of a server's parameters. */
function parametersOf(before: Parameters, words: readonly string[], from = 0): Parameters {
  const now = { ...before }
  for (let index = from; index < words.length; index++) {
    const word = words[index]
    if (word === 'weight') now.weight = wholeOf(words[++index])
    else if (word === 'id') now.id = Number(words[++index]) || undefined
    else if (word === 'hash-key') now.hashKey = words[++index]
    else if (word === 'backup') now.backup = true
    else if (word === 'no-backup') now.backup = false
    else if (word === 'agent-check') now.agentCheck = true
    else if (word === 'no-agent-check') now.agentCheck = false
    else if (word === 'disabled') now.disabled = true
    else if (word === 'enabled') now.disabled = false
    else if (word === 'slowstart') now.slowstart = words[++index] !== '0'
  }
  return now
}

const wholeOf = (text: string | undefined) => (text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined)

/** `5` -> 1..5; `2-4` -> 2, 3, 4. */
function numbersOf(range: string): number[] {
  const [, first, last] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(range) ?? []
  if (first === undefined) return []
  const [low, high] = last === undefined ? [1, Number(first)] : [Number(first), Number(last)]
  return Array.from({ length: Math.max(0, high - low + 1) }, (_, index) => low + index)
}
