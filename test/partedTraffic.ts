import { mixed } from '../lib/curves/hash.ts'
import type { PartOfKeys } from '../lib/curves/question.ts'
import { ReferenceBuilder, type References } from '../lib/curves/references.ts'
import { randomOf } from './random.ts'

/** Reads of two patterns that share one cache, every 10 ms: pages, and sessions that are read half as often; both of 3,000 keys. */
export function pagesAndSessions(count: number): References & { part: Uint8Array } {
  const random = randomOf(11)
  const builder = new ReferenceBuilder()
  const ids = Array.from({ length: count }, () => (random() < 2 / 3 ? 0 : 10_000) + Math.floor(3_000 * random() ** 2))
  ids.forEach((id, i) => {
    builder.add({ at: i * 10, id, hash: mixed(id), size: 100, keyBytes: 10 })
  })
  // In the order in which keys come first.
  return { ...builder.build(), part: Uint8Array.from(new Set(ids), (id) => (id < 10_000 ? 1 : 2)) }
}

/** The parts of it, with those TTLs; undefined: as all other keys. */
export const partsWith = (pages: PartOfKeys['ttl'], sessions: PartOfKeys['ttl']): PartOfKeys[] => [
  { match: 'page:*', ...(pages !== undefined && { ttl: pages }) },
  { match: 'session:*', ...(sessions !== undefined && { ttl: sessions }) },
]
