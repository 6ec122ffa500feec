import { isScalar, isSeq, parseDocument } from 'yaml'
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

/** `host:port:weight [name]` or `/unix/path:weight [name]`; the ring name without a label is the host alone on port 11211 (nc_conf.c). */
const LINE = /^(?:(\/.+)|(.+):(\d+)):(\d+)(?:\s+(\S+))?$/

export function parseServer(line: string): ServerLine {
  const match = LINE.exec(line.trim())
  if (!match) throw malformed('a server of nutcracker.yml is not HOST:PORT:WEIGHT [NAME]', line)
  const [, path, host, port, weight, label] = match
  const address = path ?? `${host}:${port}`
  return { name: label ?? (port === '11211' ? (host as string) : address), address, label, weight: Number(weight) }
}

/** The pools of nutcracker.yml. */
export function parseConfigFile(text: string): PoolConfig[] {
  const document = parseDocument(text)
  if (document.errors[0]) throw malformed(`nutcracker.yml: ${document.errors[0].message}`, text)
  const pools: unknown = document.toJS()
  if (typeof pools !== 'object' || pools === null) throw malformed('nutcracker.yml holds no pools', text)
  return Object.entries(pools as Record<string, Record<string, unknown>>).map(([name, pool]) => {
    const distribution = String(pool?.distribution ?? 'ketama')
    if (!['ketama', 'modula', 'random'].includes(distribution)) throw malformed(`${name}.distribution`, distribution)
    return {
      name,
      listen: typeof pool?.listen === 'string' ? pool.listen : undefined,
      distribution: distribution as PoolConfig['distribution'],
      hash: String(pool?.hash ?? 'fnv1a_64'),
      hashTag: typeof pool?.hash_tag === 'string' ? pool.hash_tag : undefined,
      retryMs: Number(pool?.server_retry_timeout ?? 30_000),
      servers: Array.isArray(pool?.servers) ? pool.servers.map((line) => parseServer(String(line))) : [],
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
  const document = parseDocument(text)
  const cuts = edits.map(({ pool, server, weight }) => {
    const servers = document.getIn([pool, 'servers'])
    if (!isSeq(servers)) throw new EvenkeelError('not_found', `nutcracker.yml has no pool ${pool}`)
    const item = servers.items.find((entry) => isScalar(entry) && parseServer(String(entry.value)).name === server)
    if (!isScalar(item) || !item.range) throw new EvenkeelError('not_found', `nutcracker.yml has no server ${server} in ${pool}`)
    const [from, to] = item.range
    // The digits alone: quotes, and the spaces before a name, stay as they are.
    return { from, to, line: text.slice(from, to).replace(/:\d+((?:\s+\S+?)?["']?)$/, `:${weight}$1`) }
  })
  return cuts.sort((a, b) => b.from - a.from).reduce((result, { from, to, line }) => result.slice(0, from) + line + result.slice(to), text)
}
