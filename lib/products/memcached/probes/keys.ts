import type { Probe } from '../../../model/product.ts'
import type { NewRecord } from '../../../model/record.ts'
import { partlyRead, rawRecord } from '../../answers.ts'
import { type KeySample, summaryOf } from '../keySample.ts'
import { type Lines, listenWhenFree } from '../lines.ts'
import type { MemcachedLink } from '../link.ts'
import { type DumpedKey, readDumped } from '../metadump.ts'
import { OF_A_PROXY } from '../parts.ts'

const COMMAND = 'lru_crawler metadump hash'
const FEATURE = 'lru_crawler metadump'
/** 2 000 tell a share of 5 % within ±1 %. */
const LIMITS = { lines: 2_000, bytes: 4 * 1_048_576, ms: 600 }

export type KeysAnswer = KeySample & { lines: Lines; unread: string[] }

/**
 * The first keys of the hash table, in which keys stand in the order of their hashes: a fair sample of all of them, and the same one each
 * time. The crawler's own thread reads them, which memcached counts as no lookup, and no worker waits.
 */
export const keys: Probe<MemcachedLink, KeysAnswer> = {
  id: 'keys',
  feature: FEATURE,
  emits: { records: ['key-pattern', 'ttl-histogram'] },
  everyMs: 5_000,
  cost: '2 to 5 ms of the LRU crawler’s thread each 5 s, for 2 000 keys; no lookups',
  wanted({ config, seen }) {
    if (config.role !== 'cache') return 'only caches are sampled'
    if (seen === null) return 'waits for stats'
    if (seen.proxy) return OF_A_PROXY
    return seen.items > 0 ? true : 'it is empty'
  },
  async read({ config, seen }, _cursor, signal) {
    const dumped: DumpedKey[] = []
    const unread: string[] = []
    const lines = await listenWhenFree(
      config,
      COMMAND,
      LIMITS,
      (line) => {
        const key = readDumped(line)
        if (key) dumped.push(key)
        else unread.push(line.slice(0, 200))
      },
      signal,
    )
    return { ...summaryOf(dumped, Math.max(seen?.items ?? 0, dumped.length), Date.now() + (seen?.aheadMs ?? 0)), lines, unread }
  },
  parse({ histogram, patterns, lines, unread }, { at }) {
    const summary = `${lines.lines} keys of ${histogram.keys} in ${Math.round(lines.ms)} ms, ${lines.bytes} bytes`
    return {
      samples: [],
      records: [
        { kind: 'ttl-histogram', id: 'ttl', at, ...histogram },
        ...patterns.map((one): NewRecord => ({ kind: 'key-pattern', id: one.pattern, at, ...one })),
        rawRecord('keys', at, summary),
      ],
      topology: { capabilities: partlyRead(FEATURE, unread, lines.lines) },
    }
  },
}
