import { escaped, unescaped } from './escape.ts'
import type { Labels } from './series.ts'
import type { Pool, PoolServer } from './topology.ts'

export type TargetRef = { target: string }
export type PoolRef = { target: string; pool: string }
export type ServerRef = { target: string; pool: string; server: string }
/** A cache inside a target: a zone of a proxy. */
export type CacheRef = { target: string; cache: string }
export type RingRef = { ring: string }
export type NodeRef = { ring: string; node: string }
export type TtlRef = { ttl: string }
/** The ends of the chain of tiers, which are not watched themselves. */
export type OutsideRef = { clients: true } | { application: string } | { origin: string }

/** The identity of a thing: what a finding, a setting, an edge or a chart is about. Compared by value; its text is for the wire alone. */
export type Ref = TargetRef | PoolRef | ServerRef | CacheRef | RingRef | NodeRef | TtlRef | OutsideRef

/**
 * The text of a ref, as edges in the configuration and tiers in the API write it: `pool:edge/app`, `ring:products`. Two different refs never
 * share one: the last name stands as it is, and the names before it have their slashes escaped.
 */
export function refText(ref: Ref): string {
  if ('ring' in ref) return 'node' in ref ? `node:${escaped(ref.ring)}/${ref.node}` : `ring:${ref.ring}`
  if ('ttl' in ref) return `ttl:${ref.ttl}`
  if ('application' in ref) return `application:${ref.application}`
  if ('origin' in ref) return `origin:${ref.origin}`
  if ('clients' in ref) return 'clients'
  if ('server' in ref) return `server:${escaped(ref.target)}/${escaped(ref.pool)}/${ref.server}`
  if ('pool' in ref) return `pool:${escaped(ref.target)}/${ref.pool}`
  if ('cache' in ref) return `cache:${escaped(ref.target)}/${ref.cache}`
  return `target:${ref.target}`
}

/** The ref of such a text, or null where it is none. `cache:NAME` and `store:NAME` are targets: the picture of the tiers names them by role. */
export function parseRef(text: string): Ref | null {
  if (text === 'clients') return { clients: true }
  const [, kind, name = ''] = /^([a-z]+):(.+)$/s.exec(text) ?? []
  if (kind === 'target' || kind === 'store' || (kind === 'cache' && !name.includes('/'))) return { target: name }
  if (kind === 'ring') return { ring: name }
  if (kind === 'ttl') return { ttl: name }
  if (kind === 'application') return { application: name }
  if (kind === 'origin') return { origin: name }
  const [head, rest] = cut(name)
  if (!head || !rest) return null
  if (kind === 'pool') return { target: unescaped(head), pool: rest }
  if (kind === 'cache') return { target: unescaped(head), cache: rest }
  if (kind === 'node') return { ring: unescaped(head), node: rest }
  const [pool, server] = cut(rest)
  return kind === 'server' && pool && server ? { target: unescaped(head), pool: unescaped(pool), server } : null
}

const cut = (text: string): [head: string, rest: string] => {
  const at = text.indexOf('/')
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}

export const sameRef = (one: Ref, other: Ref): boolean => refText(one) === refText(other)

/** Whether `part` is `whole` or a part of it: a server of its pool or target, a node of its ring. */
export function isWithin(part: Ref, whole: Ref): boolean {
  const own = new Map<string, unknown>(Object.entries(part))
  return Object.entries(whole).every(([name, value]) => own.get(name) === value)
}

export const poolRef = (pool: Pick<Pool, 'target' | 'name'>): PoolRef => ({ target: pool.target, pool: pool.name })
export const serverRef = (pool: Pick<Pool, 'target' | 'name'>, server: Pick<PoolServer, 'name'>): ServerRef => ({
  ...poolRef(pool),
  server: server.name,
})

/** The tier that labels are in: the pool of a server, the ring of a node, the target of a cache. What settings are grouped and edges drawn by. */
export const tierOf = ({ server: _, node: __, cache: ___, ...labels }: Labels): Ref | null => refOf(labels)

/** What labels are about: of a finding's subject, a series, a chart. Null where they name nothing that has an identity. */
export function refOf({ target, pool, server, cache, ring, node, ttl }: Labels): Ref | null {
  if (ring !== undefined) return node === undefined ? { ring } : { ring, node }
  if (ttl !== undefined) return { ttl }
  if (target === undefined) return null
  if (pool !== undefined) return server === undefined ? { target, pool } : { target, pool, server }
  return cache === undefined ? { target } : { target, cache }
}
