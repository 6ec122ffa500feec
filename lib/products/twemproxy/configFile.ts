import { isScalar, isSeq } from 'yaml'
import { yamlDocument } from '../../format/yaml.ts'
import { EvenkeelError, malformed } from '../../model/error.ts'
import type { RingOptions, RingSpec } from '../../model/ring.ts'
import { twemproxyHashes } from '../../rings/hashes/twemproxy.ts'
import { printable } from '../answers.ts'

/** What `hash:` may name (hashkit). */
const HASHES = Object.keys(twemproxyHashes)
const DISTRIBUTIONS = ['ketama', 'modula', 'random'] as const
type Distribution = (typeof DISTRIBUTIONS)[number]

export type ServerLine = { name: string; address: string; label?: string; weight: number }
export type PoolConfig = {
  name: string
  /** As written: `127.0.0.1:22121`, `/run/nutcracker.sock 0666`. */
  listen?: string
  distribution: Distribution
  hash: string
  hashTag?: string
  retryMs: number
  servers: ServerLine[]
  /** Why the pool does not follow from what is read, a sentence each: no ring or share rests on it then. */
  unknown: string[]
}

/** A server's words, and where the digits of its weight stand. */
type Parts = { path?: string; host?: string; port?: string; label?: string; weight: { from: number; to: number } }

/** `host:port:weight [name]` or `/unix/path:weight [name]` (nc_conf.c), read from its end. Null when it is neither. */
function partsOf(line: string): Parts | null {
  const whole = placeIn(line)
  if (whole) return whole
  let cut = line.length
  while (cut > 0 && line[cut - 1]!.trim() !== '') cut--
  const place = placeIn(line.slice(0, cut).trimEnd())
  return place && { ...place, label: line.slice(cut) }
}

function placeIn(text: string): Parts | null {
  const last = text.lastIndexOf(':')
  const rest = text.slice(0, Math.max(0, last))
  if (!isWhole(text.slice(last + 1))) return null
  const weight = { from: last + 1, to: text.length }
  if (rest.startsWith('/') && rest.length > 1) return { path: rest, weight }
  const [host, port] = [rest.slice(0, Math.max(0, rest.lastIndexOf(':'))), rest.slice(rest.lastIndexOf(':') + 1)]
  return host !== '' && isWhole(port) ? { host, port, weight } : null
}
const isWhole = (text: string) => /^\d+$/.test(text)

/** The ring name without a label is the host alone on port 11211. */
export function parseServer(line: string): ServerLine {
  const text = line.trim()
  const parts = partsOf(text)
  if (!parts) throw malformed('a server of nutcracker.yml is not HOST:PORT:WEIGHT [NAME]', line)
  const { path, host, port, label, weight } = parts
  const address = path ?? `${host}:${port}`
  return { name: label ?? (port === '11211' ? host! : address), address, label, weight: Number(text.slice(weight.from, weight.to)) }
}

/** No error quotes the file: it may hold `redis_auth`. */
function mappingOf(text: string): object {
  const wrong = (why: string) => new EvenkeelError('malformed', `nutcracker.yml ${why}`)
  let pools: unknown
  try {
    const document = yamlDocument(text)
    const { message, pos } = document.errors[0] ?? {}
    if (pos)
      throw wrong(`is no YAML in line ${text.slice(0, pos[0]).split('\n').length}: ${message!.replace(/(?<! ):\s.*$/s, '').slice(0, 200)}`)
    pools = document.toJS({ maxAliasCount: 100 })
  } catch (error) {
    if (error instanceof EvenkeelError) throw error
    throw wrong(
      error instanceof RangeError
        ? 'is nested too deeply'
        : 'holds an alias (*name) without its anchor (&name), or aliases that mean too much',
    )
  }
  if (typeof pools !== 'object' || pools === null || Array.isArray(pools)) throw wrong('holds no pools')
  return pools
}

/** Statements of a pool that have no part in which server a key goes to. */
const OTHERS = [
  'listen',
  'timeout',
  'backlog',
  'client_connections',
  'preconnect',
  'redis',
  'redis_auth',
  'redis_db',
  'tcpkeepalive',
  'reuseport',
  'auto_eject_hosts',
  'server_connections',
  'server_failure_limit',
]
const READ = ['distribution', 'hash', 'hash_tag', 'server_retry_timeout', 'servers']

/** The pools of nutcracker.yml. A pool that is not understood carries the reason, and the others are read all the same. */
export function parseConfigFile(text: string): PoolConfig[] {
  return Object.entries(mappingOf(text) as Record<string, unknown>).map(([name, pool]) => poolIn(name, pool))
}

function poolIn(name: string, value: unknown): PoolConfig {
  const unknown: string[] = []
  const pool = merged(value)
  const wordOf = (key: string, usual: string): string => {
    const word = pool[key] ?? usual
    if (typeof word !== 'object') return String(word)
    unknown.push(`${key} is to be a word`)
    return usual
  }
  /** One of those that twemproxy knows; the usual one where it is not, so that nothing else is a guess. */
  const oneOf = <T extends string>(key: string, usual: T, known: readonly T[]): T => {
    const word = wordOf(key, usual)
    if ((known as readonly string[]).includes(word)) return word as T
    unknown.push(`${key}: ${printable(word.slice(0, 60))} is not known`)
    return usual
  }
  const distribution = oneOf<Distribution>('distribution', 'ketama', DISTRIBUTIONS)
  const hash = oneOf('hash', 'fnv1a_64', HASHES)
  const tag = wordOf('hash_tag', '')
  if (tag !== '' && tag.length !== 2) unknown.push('hash_tag is to be two characters')
  const retryMs = Number(wordOf('server_retry_timeout', '30000'))
  const strange = Object.keys(pool).filter((key) => !OTHERS.includes(key) && !READ.includes(key))
  for (const key of strange.slice(0, 20)) unknown.push(`the statement ${printable(key.slice(0, 60))} is not known`)
  return {
    name,
    listen: typeof pool.listen === 'string' ? pool.listen : undefined,
    distribution,
    hash,
    hashTag: tag.length === 2 ? tag : undefined,
    retryMs: Number.isFinite(retryMs) ? retryMs : 30_000,
    servers: serversIn(pool.servers, unknown),
    unknown,
  }
}

/** With what `<<: *anchor` adds: twemproxy has no anchors, but the tools that write its file have. */
function merged(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {}
  const { '<<': base, ...own } = value as Record<string, unknown>
  const parts = (Array.isArray(base) ? base : [base]).filter((part) => typeof part === 'object' && part !== null && !Array.isArray(part))
  return Object.assign({}, ...parts.reverse(), own)
}

function serversIn(value: unknown, unknown: string[]): ServerLine[] {
  const servers: ServerLine[] = []
  for (const line of Array.isArray(value) ? value : [])
    try {
      servers.push(parseServer(typeof line === 'object' ? '' : String(line)))
    } catch (error) {
      unknown.push(error instanceof EvenkeelError ? error.message.slice(0, 200) : String(error))
    }
  const names = servers.map(({ name }) => name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) unknown.push(`two of its servers are called ${printable(twice)}`)
  if (servers.some(({ weight }) => weight < 1)) unknown.push('a server of it weighs nothing, which twemproxy refuses')
  return servers
}

/** The ring of a pool: its servers with the names that are hashed. */
export const ringOf = (pool: PoolConfig): RingSpec => ({
  algorithm: pool.distribution === 'modula' ? 'twemproxy-modula' : 'twemproxy-ketama',
  nodes: pool.servers.map(({ name, address, label, weight }) => ({ name, address, ...(label ? { label } : {}), weight })),
  options: { hash: pool.hash as RingOptions['hash'], ...(pool.hashTag ? { hashTag: pool.hashTag } : {}) },
})

/** The text with other weights and not a byte else changed. Throws `not_found` naming the pool or server. */
export function withWeights(text: string, edits: { pool: string; server: string; weight: number }[]): string {
  const document = yamlDocument(text)
  const cuts = edits.map(({ pool, server, weight }) => {
    const servers = document.getIn([pool, 'servers'])
    if (!isSeq(servers)) throw new EvenkeelError('not_found', `nutcracker.yml has no pool ${pool}`)
    const item = servers.items.find((entry) => isScalar(entry) && parseServer(String(entry.value)).name === server)
    if (!isScalar(item) || !item.range) throw new EvenkeelError('not_found', `nutcracker.yml has no server ${server} in ${pool}`)
    const [from, to] = item.range
    const quote = /["']/.test(text[from]!) ? 1 : 0
    const parts = partsOf(text.slice(from + quote, to - quote))
    if (!parts) throw malformed(`the weight of ${server} in nutcracker.yml cannot be read from its line`, text.slice(from, to))
    // The digits alone: quotes, and the spaces before a name, stay as they are.
    return { from: from + quote + parts.weight.from, to: from + quote + parts.weight.to, line: String(weight) }
  })
  return cuts.sort((a, b) => b.from - a.from).reduce((result, { from, to, line }) => result.slice(0, from) + line + result.slice(to), text)
}
