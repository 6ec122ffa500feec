import { malformed } from '../../model/error.ts'
import type { RingSpec } from '../../model/ring.ts'
import { parseConfigFile } from './configFile.ts'
import { ringOf } from './pools.ts'

const SECTION = /^\s*(backend|listen)\s/m
const SERVER = /^\s*server(-template)?\s+\S+\s[^;]*$/m

/**
 * The ring of the first section with servers in a piece of haproxy.cfg, or of bare `server` lines. Where nothing hashes there, it is what
 * `hash-type consistent` would make of them.
 */
export function describes(text: string): RingSpec | null {
  if (!SERVER.test(text)) return null
  const [pool] = parseConfigFile(SECTION.test(text) ? text : `backend pasted\n${text}`).pools
  if (!pool) return null
  const servers = pool.servers.map((server, index) => ({
    name: server.name,
    address: server.address,
    id: server.id ?? index + 1,
    weightSet: server.weight ?? 1,
    state: server.disabled ? ('maint' as const) : ('up' as const),
    ...(server.backup ? { backup: true } : {}),
  }))
  const ring = ringOf(pool, servers, null) ?? ringOf({ ...pool, balance: 'hash', hashType: pool.hashType ?? ['consistent'] }, servers, null)
  if (!ring) throw malformed(`the servers of ${pool.name} make no ring that is computed here`, text)
  // Ids that only tell the place are left to the place: a node put before the others then renumbers them, as in HAProxy.
  return { ...ring, nodes: ring.nodes.map(({ id, ...node }, index) => (id === index + 1 ? node : { ...node, id })) }
}
