import { malformed } from '../../../model/error.ts'
import type { Probe } from '../../../model/product.ts'
import { keyText } from '../../answers.ts'
import type { RedisLink } from '../link.ts'
import type { Histogram } from '../ttlSample.ts'

// One SCAN of 500 stalls the server for 0.35 ms; ten times that is a stall that clients feel.
const COUNT = 500

/** When keys end: one slice of SCAN with each key's PTTL a second, kept as a rolling sample. Foresees a cliff before it happens. */
export const ttl: Probe<RedisLink, Histogram> = {
  id: 'ttl',
  feature: 'TTL sampling',
  everyMs: 1_000,
  cost: '0.7 ms of Redis CPU a second (SCAN COUNT 500 and PTTL of what it found)',
  wanted(link) {
    if (link.config.role !== 'cache') return 'only caches are sampled'
    if (link.seen === null) return 'waits for INFO'
    return link.seen.keysExpiring > 0 ? true : 'no key has a TTL'
  },
  async read(link, _cursor, signal) {
    const { keys = 0, runId = '' } = link.seen ?? {}
    const answer = await link.client.callBytes(['SCAN', link.ttl.cursor, 'COUNT', COUNT], signal)
    const [cursor, found] = Array.isArray(answer) ? answer : []
    if (!Buffer.isBuffer(cursor) || !/^\d{1,20}$/.test(cursor.toString()) || !Array.isArray(found) || !found.every(Buffer.isBuffer))
      throw malformed('SCAN is to answer [cursor, [keys]]', JSON.stringify(answer)?.slice(0, 200) ?? '')
    // More comes back than was asked for while the server rehashes.
    const asked = (found as Buffer[]).slice(0, 2 * COUNT)
    const ttls =
      asked.length > 0
        ? await link.client.pipeline(
            asked.map((key) => ['PTTL', key] as const),
            signal,
          )
        : []
    const now = Date.now()
    const sampled = asked.flatMap((key, index) => {
      const ms = ttls[index]
      if (ms instanceof Error) throw ms
      if (typeof ms !== 'number') throw malformed('PTTL is to answer a number', String(ms))
      // -2: gone since; -1: no TTL.
      return ms === -2 ? [] : [{ key: keyText(key), endsAt: ms < 0 ? null : now + ms }]
    })
    link.ttl.add(sampled, keys, runId)
    link.ttl.cursor = cursor.toString()
    return link.ttl.histogram(now, keys)
  },
  parse: (raw, { at }) => ({ samples: [], records: [{ kind: 'ttl-histogram', id: 'ttl', at, ...raw }], topology: {} }),
}
