import { isScalar, isSeq } from 'yaml'
import { yamlDocument } from '../../format/yaml.ts'
import { EvenkeelError, malformed } from '../../model/error.ts'
import type { RingOptions, RingSpec } from '../../model/ring.ts'

export type ServerLine = { name: string; address: string; label?: string; weight: number }
export type PoolConfig = {
  name: string
  /** As written: `127.0.0.1:22121`, `/run/nutcracker.sock 0666`. */
  listen?: string
  distribution: 'ketama' | 'modula' | 'random'
  hash: string
  hashTag?: string
  retryMs: number
  servers: ServerLine[]
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

/** The pools of nutcracker.yml. */
export function parseConfigFile(text: string): PoolConfig[] {
  const pools = mappingOf(text)
  return Object.entries(pools as Record<string, Record<string, unknown>>).map(([name, pool]) => {
    const wordOf = (key: string, usual: string): string => {
      const value = pool?.[key] ?? usual
      if (typeof value === 'object') throw malformed(`${name}.${key} is to be a word`, typeof value)
      return String(value)
    }
    const distribution = wordOf('distribution', 'ketama')
    if (!['ketama', 'modula', 'random'].includes(distribution)) throw malformed(`${name}.distribution`, distribution)
    return {
      name,
      listen: typeof pool?.listen === 'string' ? pool.listen : undefined,
      distribution: distribution as PoolConfig['distribution'],
      hash: wordOf('hash', 'fnv1a_64'),
      hashTag: typeof pool?.hash_tag === 'string' ? pool.hash_tag : undefined,
      retryMs: Number(wordOf('server_retry_timeout', '30000')),
      servers: Array.isArray(pool?.servers) ? pool.servers.map((line) => parseServer(typeof line === 'object' ? '' : String(line))) : [],
    }
  })
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
    if (!parts) throw malformed(`the weight of ${server} in nutcracker.yml cannot be told from its line`, text.slice(from, to))
    // The digits alone: quotes, and the spaces before a name, stay as they are.
    return { from: from + quote + parts.weight.from, to: from + quote + parts.weight.to, line: String(weight) }
  })
  return cuts.sort((a, b) => b.from - a.from).reduce((result, { from, to, line }) => result.slice(0, from) + line + result.slice(to), text)
}
