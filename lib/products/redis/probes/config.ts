import { malformed } from '../../../model/error.ts'
import type { Probe } from '../../../model/product.ts'
import type { NewRecord } from '../../../model/record.ts'
import { printable, rawRecord, readings, wordOf } from '../../answers.ts'
import { readSettings } from '../configGet.ts'
import type { RedisLink } from '../link.ts'
import { REDIS_SETTING_NAMES } from '../settings.ts'

/** CONFIG GET of the settings that Evenkeel knows, by their exact names: secrets are never asked for. */
export const config: Probe<RedisLink, Record<string, string>> = {
  id: 'config',
  feature: 'CONFIG',
  emits: { records: ['fact'] },
  everyMs: 10_000,
  cost: 'about 10 µs of Redis CPU each 10 s',
  read: (link, _cursor, signal) => readSettings(link.client, REDIS_SETTING_NAMES, signal),
  parse(raw, { at }) {
    const { list, add } = readings()
    const records: NewRecord[] = []
    for (const [name, value] of Object.entries(raw)) {
      if (typeof value !== 'string') throw malformed(`CONFIG GET ${name} is to answer text`, wordOf(value))
      records.push({ kind: 'fact', id: `config/${printable(name)}`, at, value: printable(value.slice(0, 200)) })
    }
    const threshold = raw['latency-monitor-threshold']
    if (threshold !== undefined && threshold !== '') add('redis_config_latency_monitor_threshold_ms', Number(threshold))
    const slower = raw['slowlog-log-slower-than']
    if (slower !== undefined && slower !== '') add('redis_config_slowlog_log_slower_than_us', Number(slower))
    const text = Object.entries(raw).map(([name, value]) => `${name} ${value}`)
    return { samples: list, records: [...records, rawRecord('config', at, text.join('\n'))], topology: {} }
  },
}
