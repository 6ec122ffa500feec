import { malformed } from '../../../model/error.ts'
import type { Probe } from '../../../model/product.ts'
import type { NewRecord } from '../../../model/record.ts'
import { printable, wordOf } from '../../answers.ts'
import { readSettings } from '../configGet.ts'
import type { RedisLink } from '../link.ts'
import { SHARED_SETTINGS } from '../sharedSettings.ts'

const byName = new Map(SHARED_SETTINGS.map((shared) => [shared.name, shared]))
const VALUE_MAX = 200

/** CONFIG GET of what the nodes of one group are to agree in, by exact names: secrets are never asked for. */
export const settings: Probe<RedisLink, Record<string, string>> = {
  id: 'settings',
  feature: 'CONFIG of a group',
  emits: { records: ['setting'] },
  everyMs: 60_000,
  cost: 'about 30 µs of Redis CPU a minute',
  read: (link, _cursor, signal) => readSettings(link.client, [...byName.keys()], signal),
  parse: (raw, { at }) => ({
    samples: [],
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
