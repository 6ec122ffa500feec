import type { RingSpec } from '../model/ring.ts'
import { servingOf } from '../model/serving.ts'
import type { Pool } from '../model/topology.ts'

/** A pool's ring with the weights and states of this moment; null where the pool does not hash, or nothing says how. */
export function poolRing(pool: Pick<Pool, 'ring' | 'servers' | 'firstBackupOnly'>): RingSpec | null {
  if (!pool.ring) return null
  const takes = new Set(servingOf(pool))
  const byName = new Map(pool.servers.map((server) => [server.name, server]))
  const nodes = pool.ring.nodes.map((node) => {
    const server = byName.get(node.name)
    if (!server) return node
    return { ...node, weight: Math.round(server.weightEffective), state: takes.has(server) ? ('up' as const) : ('down' as const) }
  })
  return { ...pool.ring, nodes }
}
