import type { Probe } from '../../../model/product.ts'
import { rawRecord, readings } from '../../answers.ts'
import { parseStats } from '../answer.ts'
import type { MemcachedLink } from '../link.ts'

const QUANTILES = [0.5, 0.9, 0.99]

/** `stats sizes`: how large the items are, where the server keeps count of it (`-o track_sizes`). It is never switched on: that walks every item. */
export const sizes: Probe<MemcachedLink, string> = {
  id: 'sizes',
  feature: 'stats sizes',
  emits: { metrics: ['memcached_item_size_bytes'] },
  everyMs: 60_000,
  cost: 'a walk over 32 768 counters each 60 s; asked only where the server was started with -o track_sizes',
  wanted({ tracksSizes }) {
    if (tracksSizes === null) return 'waits for stats settings'
    return tracksSizes ? true : 'it keeps no count of sizes: start it with -o track_sizes'
  },
  read: ({ client }, _cursor, signal) => client.stats('stats sizes', signal),
  parse(raw, { at }) {
    const { fields } = parseStats(raw)
    const counts = [...fields].flatMap(([size, count]): [number, number][] =>
      /^\d{1,12}$/.test(size) && /^\d{1,15}$/.test(count) ? [[Number(size), Number(count)]] : [],
    )
    counts.sort((a, b) => a[0] - b[0])
    const { list, add } = readings()
    let sum = 0
    const upTo = counts.map(([size, count]): [number, number] => {
      sum += count
      return [size, sum]
    })
    for (const quantile of sum > 0 ? QUANTILES : [])
      add('memcached_item_size_bytes', upTo.find(([, count]) => count >= quantile * sum)?.[0], { quantile: String(quantile) })
    return { samples: list, records: [rawRecord('sizes', at, raw)], topology: {} }
  },
}
