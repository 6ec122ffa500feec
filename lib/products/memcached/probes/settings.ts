import type { Probe } from '../../../model/product.ts'
import { printable, rawRecord } from '../../answers.ts'
import { parseStats } from '../answer.ts'
import type { MemcachedLink } from '../link.ts'
import { MEMCACHED_SETTINGS } from '../settings.ts'
import { sharedSettings } from '../sharedSettings.ts'

const FACTS = [
  'maxbytes',
  'maxconns',
  'evictions',
  'item_size_max',
  'num_threads',
  'slab_automove',
  'slab_reassign',
  'slab_automove_ratio',
  'slab_automove_window',
  'lru_segmented',
  'lru_crawler',
  'lru_maintainer_thread',
  'dump_enabled',
  'track_sizes',
  'ssl_enabled',
  'hash_algorithm',
]
/** What is told under another name than it is set, or in parts. */
const OTHERWISE = MEMCACHED_SETTINGS.filter(({ name }) => !FACTS.some((fact) => name === `config/${fact}`))

/** `stats settings`: what it was started with, and what was set since. */
export const settings: Probe<MemcachedLink, string> = {
  id: 'settings',
  feature: 'stats settings',
  emits: { records: ['fact', 'setting'] },
  everyMs: 30_000,
  cost: '44 µs of CPU and 2 kB each 30 s',
  async read(link, _cursor, signal) {
    const text = await link.client.stats('stats settings', signal)
    link.tracksSizes = /^STAT track_sizes yes\r?$/m.test(text)
    return text
  },
  parse(raw, { at }) {
    const { fields } = parseStats(raw)
    const told = new Map(FACTS.map((name) => [`config/${name}`, fields.get(name)]))
    for (const { name, read } of OTHERWISE) told.set(name, read(fields))
    const facts = [...told].flatMap(([id, value]) =>
      value === undefined ? [] : [{ kind: 'fact', id, at, value: printable(value.slice(0, 200)) } as const],
    )
    return { samples: [], records: [...facts, ...sharedSettings(fields, at), rawRecord('settings', at, raw)], topology: {} }
  },
}
