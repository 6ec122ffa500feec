import { malformed } from '../../../model/error.ts'
import type { Probe } from '../../../model/product.ts'
import { partlyRead, printable, rawRecord, readings, shown, wordOf } from '../../answers.ts'
import type { RedisLink } from '../link.ts'

/** MEMORY STATS' field -> series. */
const SERIES: [field: string, metric: string][] = [
  ['keys.bytes-per-key', 'cache_item_bytes_mean'],
  ['overhead.total', 'redis_memory_stats_overhead_bytes'],
  ['dataset.bytes', 'redis_memory_stats_dataset_bytes'],
  ['clients.normal', 'redis_memory_stats_clients_normal_bytes'],
  ['replication.backlog', 'redis_memory_stats_replication_backlog_bytes'],
  ['aof.buffer', 'redis_memory_stats_aof_buffer_bytes'],
]

/** MEMORY STATS: where the memory goes. */
export const memory: Probe<RedisLink, unknown> = {
  id: 'memory',
  feature: 'MEMORY STATS',
  emits: { metrics: ['cache_item_bytes_mean'] },
  everyMs: 30_000,
  cost: '13 µs of Redis CPU each 30 s',
  read: (link, _cursor, signal) => link.client.call(['MEMORY', 'STATS'], signal),
  parse(raw, { at }) {
    if (!Array.isArray(raw) || raw.length % 2 !== 0) throw malformed('MEMORY STATS is to answer pairs', shown(raw))
    const fields = new Map<string, unknown>()
    for (let index = 0; index < raw.length; index += 2) fields.set(wordOf(raw[index]), raw[index + 1])
    const { list, add } = readings()
    const unread: string[] = []
    let told = 0
    for (const [field, metric] of SERIES) {
      const value = fields.get(field)
      if (value === undefined) continue
      told++
      const number = typeof value === 'object' || value === '' ? Number.NaN : Number(value)
      if (Number.isFinite(number) && number >= 0) add(metric, number)
      else unread.push(`${field} ${shown(value)}`)
    }
    if (told > 0 && list.length === 0) throw malformed('MEMORY STATS is to hold numbers', unread.join(', '))
    const text = [...fields].map(([name, value]) => `${printable(name)}: ${typeof value === 'object' ? shown(value) : value}`).join('\n')
    return { samples: list, records: [rawRecord('memory', at, text)], topology: { capabilities: partlyRead('MEMORY STATS', unread, told) } }
  },
}
