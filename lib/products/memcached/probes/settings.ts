import type { Probe } from '../../../model/product.ts'
import { printable, rawRecord } from '../../answers.ts'
import { parseStats } from '../answer.ts'
import type { MemcachedLink } from '../link.ts'
import { sharedSettings } from '../sharedSettings.ts'

const SETTINGS = ['maxbytes', 'maxconns', 'evictions', 'item_size_max', 'num_threads', 'slab_automove', 'lru_segmented', 'hash_algorithm']

/** `stats settings`: what it was started with, and what was set since. */
export const settings: Probe<MemcachedLink, string> = {
  id: 'settings',
  feature: 'stats settings',
  emits: { records: ['fact', 'setting'] },
  everyMs: 30_000,
  cost: '2 kB each 30 s',
  read: ({ client }, _cursor, signal) => client.stats('stats settings', signal),
  parse(raw, { at }) {
    const { fields } = parseStats(raw)
    const facts = SETTINGS.flatMap((name) => {
      const value = fields.get(name)
      return value === undefined ? [] : [{ kind: 'fact', id: `config/${name}`, at, value: printable(value.slice(0, 200)) } as const]
    })
    return { samples: [], records: [...facts, ...sharedSettings(fields, at), rawRecord('settings', at, raw)], topology: {} }
  },
}
