import { malformed } from '../../../model/error.ts'
import type { Probe } from '../../../model/product.ts'
import type { NewRecord } from '../../../model/record.ts'
import { isEpochSeconds, partlyRead, printable, rawRecord, readings, shown } from '../../answers.ts'
import type { RedisLink } from '../link.ts'

/** LATENCY LATEST: the newest and the worst spike of each kind of event. Empty while `latency-monitor-threshold` is 0. */
export const latency: Probe<RedisLink, unknown> = {
  id: 'latency',
  feature: 'LATENCY',
  emits: { records: ['latency'] },
  everyMs: 5_000,
  cost: '9 µs of Redis CPU each 5 s',
  read: (link, _cursor, signal) => link.client.call(['LATENCY', 'LATEST'], signal),
  parse(raw, { at }) {
    if (!Array.isArray(raw)) throw malformed('LATENCY LATEST is to answer a list', shown(raw))
    const { list, add } = readings()
    const unread: unknown[] = []
    const rows = raw.slice(0, 100)
    const records = rows.flatMap((row): NewRecord[] => {
      const [event, seconds, latestMs, maxMs] = Array.isArray(row) ? row : []
      if (typeof event !== 'string' || !isEpochSeconds(seconds) || ![latestMs, maxMs].every((part) => Number.isFinite(part) && part >= 0)) {
        unread.push(row)
        return []
      }
      const name = printable(event.slice(0, 60))
      add('redis_latency_spike_last', seconds, { event_name: name })
      add('redis_latency_spike_duration_seconds', latestMs / 1_000, { event_name: name })
      return [{ kind: 'latency', id: name, at: seconds * 1_000, event: name, latestMs, maxMs }]
    })
    if (rows.length > 0 && records.length === 0)
      throw malformed('LATENCY LATEST: a row is to be [event, time, latest ms, worst ms]', shown(rows[0]))
    if (raw.length > 0) records.push(rawRecord('latency', at, shown(raw)))
    const odd = unread.map((row) => shown(row))
    return { samples: list, records, topology: { capabilities: partlyRead('LATENCY', odd, rows.length) } }
  },
}
