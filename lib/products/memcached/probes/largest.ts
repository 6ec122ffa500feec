import type { Probe } from '../../../model/product.ts'
import type { BigKey, NewRecord } from '../../../model/record.ts'
import { parseStats } from '../answer.ts'
import { largestOf } from '../keySample.ts'
import { listenWhenFree } from '../lines.ts'
import type { MemcachedLink } from '../link.ts'
import { type DumpedKey, readDumped } from '../metadump.ts'
import { OF_A_PROXY } from '../parts.ts'

const LIMITS = { lines: 500, bytes: 1_048_576, ms: 600 }

/** The keys of the largest slab classes, as many classes as hold 500 keys together: the largest keys of all are among them. */
export const largest: Probe<MemcachedLink, Pick<BigKey, 'key' | 'type' | 'bytes'>[]> = {
  id: 'largest',
  feature: 'largest keys',
  emits: { records: ['big-key'] },
  everyMs: 30_000,
  cost: '1.8 ms of the LRU crawler’s thread each 30 s, for 500 keys; no lookups',
  wanted({ config, seen }) {
    if (config.role !== 'cache') return 'only caches are sampled'
    if (seen === null) return 'waits for stats'
    if (seen.proxy) return OF_A_PROXY
    return seen.items > 0 ? true : 'it is empty'
  },
  async read({ config, client }, _cursor, signal) {
    const classes = largestClasses(parseStats(await client.stats('stats items', signal)).fields, LIMITS.lines)
    if (classes.length === 0) return []
    const dumped: DumpedKey[] = []
    await listenWhenFree(
      config,
      `lru_crawler metadump ${classes.join(',')}`,
      LIMITS,
      (line) => {
        const key = readDumped(line)
        if (key) dumped.push(key)
      },
      signal,
    )
    return largestOf(dumped)
  },
  parse: (big, { at }) => ({
    samples: [],
    records: big.map((one): NewRecord => ({ kind: 'big-key', id: one.key, at, ...one })),
    topology: {},
  }),
}

/** The classes of the largest items, of one at least, that hold at most `most` keys together. */
export function largestClasses(fields: ReadonlyMap<string, string>, most: number): number[] {
  const held = [...fields].flatMap(([name, value]) => {
    const id = /^items:(\d{1,2}):number$/.exec(name)?.[1]
    return id !== undefined && /^\d{1,15}$/.test(value) && value !== '0' ? [{ id: Number(id), keys: Number(value) }] : []
  })
  held.sort((a, b) => b.id - a.id)
  const chosen: number[] = []
  let sum = 0
  for (const { id, keys } of held) {
    sum += keys
    if (chosen.length > 0 && sum > most) break
    chosen.push(id)
  }
  return chosen
}
