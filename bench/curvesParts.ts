import { mixed } from '../lib/curves/hash.ts'
import { ReferenceBuilder, type References } from '../lib/curves/references.ts'
import { type Traffic, traffic } from '../test/traffic.ts'

/** Reads of several patterns of keys that share one cache, each with traffic of its own, in the order of time; the column `part` tells them apart. */
export function partedTraffic(all: readonly Traffic[]): References {
  const sources = all.map(traffic)
  const order = sources
    .flatMap(({ at }, source) => Array.from(at, (moment, row) => ({ moment, source, row })))
    .sort((a, b) => a.moment - b.moment)
  const builder = new ReferenceBuilder()
  const parts: number[] = []
  const seen = new Set<number>()
  for (const { moment, source, row } of order) {
    const { key, op, size, ttlMs } = sources[source]!
    const id = source * 100_000_000 + key[row]!
    if (!seen.has(id)) {
      seen.add(id)
      parts.push(source + 1)
    }
    builder.add({ at: moment, id, hash: mixed(id), op: op[row]!, size: size[row]!, ttlMs: ttlMs[row]!, keyBytes: 16 })
  }
  return { ...builder.build(), part: Uint8Array.from(parts) }
}
