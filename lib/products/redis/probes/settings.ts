import { malformed } from '../../../model/error.ts'
import type { Probe } from '../../../model/product.ts'
import type { NewRecord } from '../../../model/record.ts'
import type { Reading } from '../../../model/series.ts'
import { printable, readings, wordOf } from '../../answers.ts'
import { outputLimits } from '../clientBuffers.ts'
import { readSettings } from '../configGet.ts'
import type { RedisLink } from '../link.ts'
import { SHARED_SETTINGS } from '../sharedSettings.ts'

const byName = new Map(SHARED_SETTINGS.map((shared) => [shared.name, shared]))
const VALUE_MAX = 200

/** CONFIG GET of what the nodes of one group are to agree in, by exact names: secrets are never asked for. */
export const settings: Probe<RedisLink, Record<string, string>> = {
  id: 'settings',
  feature: 'CONFIG of a group',
  emits: {
    metrics: ['redis_config_client_output_buffer_limit_bytes', 'redis_config_client_output_buffer_limit_seconds'],
    records: ['setting'],
  },
  everyMs: 60_000,
  cost: 'about 30 µs of Redis CPU a minute',
  read: (link, _cursor, signal) => readSettings(link.client, [...byName.keys()], signal),
  parse: (raw, { at }) => ({
    samples: limitSamples(raw['client-output-buffer-limit']),
    records: Object.entries(raw).flatMap(([name, value]): NewRecord[] => {
      if (typeof value !== 'string') throw malformed(`CONFIG GET ${printable(name)} is to answer text`, wordOf(value))
      const shared = byName.get(name)
      if (!shared) return []
      const { unit, among, matters, live } = shared
      const command = live === false ? undefined : `CONFIG SET ${name}`
      return [
        { kind: 'setting', id: name, at, value: printable(value.slice(0, VALUE_MAX)), unit, among, matters, ...(command && { command }) },
      ]
    }),
    topology: {},
  }),
}

/** The limits of output buffers as numbers, by class of connection; 0 is no limit. */
function limitSamples(text: unknown): Reading[] {
  const { list, add } = readings()
  for (const [of, { hard, soft, seconds }] of outputLimits(typeof text === 'string' ? text : '')) {
    add('redis_config_client_output_buffer_limit_bytes', hard, { class: of, limit: 'hard' })
    add('redis_config_client_output_buffer_limit_bytes', soft, { class: of, limit: 'soft' })
    add('redis_config_client_output_buffer_limit_seconds', seconds, { class: of })
  }
  return list
}
