/** One server line of haproxy.cfg, as far as shares and rings need it. */
export type FileServer = { name: string; weight: number; id?: number; backup: boolean; agentCheck: boolean; slowstart: boolean }

/** One `backend` or `listen` section with what it inherits from its `defaults`. */
export type FilePool = {
  name: string
  mode: string
  /** The algorithm with its arguments: `roundrobin`, `uri depth 2`, `hdr(Host)`. */
  balance: string
  /** The words of `hash-type`; absent: HAProxy's default, map-based. */
  hashType?: string[]
  hashBalanceFactor?: number
  /** Why shares do not follow the algorithm alone: `cookie SRV`, `stick on src`. */
  sticky?: string
  servers: FileServer[]
}

export type ConfigFile = { pools: FilePool[] }

type Settings = Omit<FilePool, 'name' | 'servers'> & { defaultServer: string[] }

const PLAIN: Settings = { mode: 'tcp', balance: 'roundrobin', defaultServer: [] }

/**
 * Reads what Evenkeel needs of haproxy.cfg. It never fails on a line it does not know: HAProxy itself is the judge of its file.
 * Words, quotes and escapes as in HAProxy's configuration manual, section 2.2; inheritance as in its section 4 (`defaults`, `from`).
 */
export function parseConfigFile(text: string): ConfigFile {
  const pools: FilePool[] = []
  const named = new Map<string, Settings>()
  let defaults: Settings = PLAIN
  let section: { kind: string; settings: Settings; pool: FilePool | null } = { kind: '', settings: PLAIN, pool: null }

  const close = () => {
    if (section.pool) Object.assign(section.pool, withoutDefaultServer(section.settings))
  }
  for (const line of text.split(/\r?\n/)) {
    const words = wordsOf(line)
    const [keyword, ...rest] = words
    if (keyword === undefined) continue
    if (SECTIONS.has(keyword)) {
      close()
      const from = rest[rest.indexOf('from') + 1]
      const base = rest.includes('from') && from !== undefined ? (named.get(from) ?? PLAIN) : keyword === 'defaults' ? PLAIN : defaults
      const settings = { ...base, defaultServer: [...base.defaultServer] }
      const isPool = keyword === 'backend' || keyword === 'listen'
      const pool: FilePool | null =
        isPool && rest[0] !== undefined ? { name: rest[0], ...withoutDefaultServer(settings), servers: [] } : null
      section = { kind: keyword, settings, pool }
      if (pool) pools.push(pool)
      if (keyword === 'defaults') {
        defaults = settings
        if (rest[0] !== undefined && rest[0] !== 'from') named.set(rest[0], settings)
      }
    } else if (section.pool || section.kind === 'defaults') readLine(section.settings, section.pool, keyword, rest)
  }
  close()
  return { pools: pools.filter((pool) => pool.servers.length > 0) }
}

const SECTIONS = new Set(
  `global defaults frontend backend listen userlist peers resolvers mailers cache program http-errors ring log-forward fcgi-app
  log-profile traces acme crt-store`.split(/\s+/),
)

function withoutDefaultServer({ defaultServer: _, ...settings }: Settings): Omit<Settings, 'defaultServer'> {
  return settings
}

function readLine(settings: Settings, pool: FilePool | null, keyword: string, rest: string[]): void {
  if (keyword === 'mode' && rest[0]) settings.mode = rest[0]
  else if (keyword === 'balance' && rest[0]) settings.balance = rest.join(' ')
  else if (keyword === 'hash-type' && rest.length > 0) settings.hashType = rest
  else if (keyword === 'hash-balance-factor') settings.hashBalanceFactor = Number(rest[0]) || 0
  else if (keyword === 'cookie' && rest[0]) settings.sticky = `cookie ${rest[0]}`
  else if (keyword === 'stick' && (rest[0] === 'on' || rest[0] === 'match')) settings.sticky = `stick ${rest.slice(0, 2).join(' ')}`
  else if (keyword === 'default-server') settings.defaultServer.push(...rest)
  else if (keyword === 'server' && pool && rest[0] && rest[1])
    pool.servers.push(serverOf(rest[0], [...settings.defaultServer, ...rest.slice(2)]))
  else if (keyword === 'server-template' && pool && rest[0] && rest[1])
    for (const number of numbersOf(rest[1]))
      pool.servers.push(serverOf(`${rest[0]}${number}`, [...settings.defaultServer, ...rest.slice(3)]))
}

function serverOf(name: string, words: string[]): FileServer {
  const server: FileServer = { name, weight: 1, backup: false, agentCheck: false, slowstart: false }
  for (let index = 0; index < words.length; index++) {
    const word = words[index]
    if (word === 'weight') server.weight = Number(words[++index]) || 0
    else if (word === 'id') server.id = Number(words[++index]) || undefined
    else if (word === 'backup') server.backup = true
    else if (word === 'no-backup') server.backup = false
    else if (word === 'agent-check') server.agentCheck = true
    else if (word === 'no-agent-check') server.agentCheck = false
    else if (word === 'slowstart') server.slowstart = words[++index] !== '0'
  }
  return server
}

/** `5` -> 1..5; `2-4` -> 2, 3, 4. */
function numbersOf(range: string): number[] {
  const [, first, last] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(range) ?? []
  if (first === undefined) return []
  const [low, high] = last === undefined ? [1, Number(first)] : [Number(first), Number(last)]
  return Array.from({ length: Math.max(0, high - low + 1) }, (_, index) => low + index)
}

/** A line's words: blanks part them unless quoted or escaped; `#` begins a comment. */
function wordsOf(line: string): string[] {
  const words: string[] = []
  let word: string | null = null
  let quote = ''
  for (let index = 0; index < line.length; index++) {
    const char = line[index]!
    if (char === '\\' && quote !== "'") word = (word ?? '') + (line[++index] ?? '')
    else if (quote) {
      if (char === quote) quote = ''
      else word = (word ?? '') + char
    } else if (char === '"' || char === "'") {
      quote = char
      word ??= ''
    } else if (char === '#') break
    else if (char === ' ' || char === '\t') {
      if (word !== null) words.push(word)
      word = null
    } else word = (word ?? '') + char
  }
  if (word !== null) words.push(word)
  return words
}
