import type { Probe } from '../../../model/product.ts'
import { decimalOf, partlyRead, rawRecord, readings } from '../../answers.ts'
import { parseStats } from '../answer.ts'
import type { MemcachedLink } from '../link.ts'
import { PROXY } from '../parts.ts'

/** `stats proxy` of a memcached in proxy mode (`-o proxy_config`): its requests, and the servers behind it that it gave up. */
export const proxy: Probe<MemcachedLink, string> = {
  id: 'proxy',
  feature: 'stats proxy',
  everyMs: 5_000,
  cost: '2 kB each 5 s, of a proxy alone',
  wanted({ seen }) {
    if (seen === null) return 'waits for stats'
    return seen.proxy ? true : 'it is no proxy'
  },
  read: ({ client }, _cursor, signal) => client.stats('stats proxy', signal),
  parse(raw, { at }) {
    const { fields, unread } = parseStats(raw)
    const { list, add } = readings()
    for (const [field, metric] of PROXY) {
      const text = fields.get(field)
      if (text === undefined) continue
      const value = decimalOf(text)
      if (Number.isFinite(value) && value >= 0) add(metric, value)
      else unread.push(`${field} ${text}`)
    }
    return {
      samples: list,
      records: [rawRecord('proxy', at, raw)],
      topology: { capabilities: partlyRead('stats proxy', unread, fields.size + unread.length) },
    }
  },
}
