import { withinLimits } from '../model/limits.ts'
import type { Parsed } from '../model/product.ts'

/** Sentences on what is not understood of one pool, and characters of one: they go to every page, and a file of another program is all unknown. */
const SENTENCES_MAX = 20
const SENTENCE_MAX = 500

/**
 * Truncates an answer to the limits of one target: pools and servers beyond them are left out, with their samples, and it is marked so. The same object
 * where all is within, which is the usual case; a product whose answers may be very large does it itself while it reads.
 */
export function bounded(parsed: Parsed): Parsed {
  const { pools } = parsed.topology
  if (!pools) return parsed
  const wordy = pools.some(
    ({ unknown }) => unknown && (unknown.length > SENTENCES_MAX || unknown.some(({ length }) => length > SENTENCE_MAX)),
  )
  if (wordy) return bounded({ ...parsed, topology: { ...parsed.topology, pools: pools.map(withFewWords) } })
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

function withFewWords(pool: ReadPool): ReadPool {
  if (!pool.unknown) return pool
  const told = pool.unknown.map((text) => (text.length > SENTENCE_MAX ? `${text.slice(0, SENTENCE_MAX - 1)}…` : text))
  const more = told.length - SENTENCES_MAX
  return {
    ...pool,
    unknown: more > 0 ? [...told.slice(0, SENTENCES_MAX - 1), `${more + 1} more of its statements are not understood`] : told,
  }
}

type ReadPool = NonNullable<Parsed['topology']['pools']>[number]

/** Without its ring too: that is made of its servers. */
function withoutServers({ ring: _, servers, ...pool }: ReadPool): ReadPool {
  return { ...pool, serversLeft: servers.length, servers: [] }
}
