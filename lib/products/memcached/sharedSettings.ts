import type { NewRecord, SharedSetting } from '../../model/record.ts'
import { printable } from '../answers.ts'

const SHARED: Record<string, Pick<SharedSetting, 'unit' | 'among' | 'matters'>> = {
  maxbytes: { unit: 'bytes', among: 'memory', matters: true },
  maxconns: { unit: 'count', among: 'all', matters: true },
  item_size_max: { unit: 'bytes', among: 'all', matters: true },
  evictions: { unit: 'none', among: 'all', matters: true },
  num_threads: { unit: 'none', among: 'all', matters: false },
  slab_automove: { unit: 'none', among: 'all', matters: false },
  lru_segmented: { unit: 'none', among: 'all', matters: false },
  growth_factor: { unit: 'none', among: 'all', matters: false },
}

/** Of `stats settings` what the servers of one ring are to agree in: any key may come to any of them. */
export const sharedSettings = (fields: ReadonlyMap<string, string>, at: number): NewRecord[] =>
  Object.entries(SHARED).flatMap(([name, how]): NewRecord[] => {
    const value = fields.get(name)
    return value === undefined ? [] : [{ kind: 'setting', id: name, at, value: printable(value.slice(0, 200)), ...how }]
  })
