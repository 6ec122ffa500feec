import { withinLimits } from '../model/limits.ts'
import type { Parsed } from '../model/product.ts'

/**
 * Truncates an answer to the limits of one target: pools and servers beyond them are left out, with their samples, and it is marked so. The same object
 * where all is within, which is the usual case; a product whose answers may be very large does it itself while it reads.
 */
export function bounded(parsed: Parsed): Parsed {
  const { pools } = parsed.topology
  if (!pools) return parsed
  const { named, read, left } = withinLimits(pools.map(({ name, servers }) => ({ name, servers: servers.length })))
  if (!left) return parsed
  return {
    ...parsed,
    samples: parsed.samples.filter(
      ({ labels }) => labels?.pool === undefined || (labels.server === undefined ? named : read).has(labels.pool),
    ),
    topology: {
      ...parsed.topology,
      left,
      pools: pools.filter(({ name }) => named.has(name)).map((pool) => (read.has(pool.name) ? pool : withoutServers(pool))),
    },
  }
}

type ReadPool = NonNullable<Parsed['topology']['pools']>[number]

/** Without its ring too: that is made of its servers. */
function withoutServers({ ring: _, servers, ...pool }: ReadPool): ReadPool {
  return { ...pool, serversLeft: servers.length, servers: [] }
}
