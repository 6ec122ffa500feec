import type { RingSpec } from '../model/ring.ts'
import type { Pool } from '../model/topology.ts'

/** Servers that take traffic: those that are up, backups only when nobody else is. */
export function usableServers<S extends Pick<Pool['servers'][number], 'state' | 'backup'>>(servers: readonly S[]): S[] {
  const up = servers.filter((server) => server.state === 'up')
  return up.some((server) => !server.backup) ? up.filter((server) => !server.backup) : up
}

/** A pool's ring with the weights and states of this moment; null where the pool does not hash, or nothing says how. */
export function poolRing(pool: Pick<Pool, 'ring' | 'servers'>): RingSpec | null {
  if (!pool.ring) return null
  const usable = new Set(usableServers(pool.servers))
  const byName = new Map(pool.servers.map((server) => [server.name, server]))
  const nodes = pool.ring.nodes.map((node) => {
    const server = byName.get(node.name)
    if (!server) return node
    return { ...node, weight: Math.round(server.weightEffective), state: usable.has(server) ? ('up' as const) : ('down' as const) }
  })
  return { ...pool.ring, nodes }
}
