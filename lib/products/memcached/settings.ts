import { z } from 'zod'
import type { SettingKind } from '../../model/product.ts'

type Fields = ReadonlyMap<string, string>

/** One setting that memcached takes while it runs, and where `stats settings` tells it. */
export type MemcachedSetting = Omit<SettingKind, 'pattern'> & {
  name: string
  /** Its value there; undefined where this version does not tell it. */
  read(fields: Fields): string | undefined
  command(value: string): string
  /** Why this server would refuse it, or take it without effect; null: it takes it. */
  blocked(fields: Fields): string | null
}

export const MEGABYTE = 1_048_576
// memcached's own least: one page for each of its slab classes' beginnings.
export const LEAST_MEGABYTES = 8
const MOST_MEGABYTES = 8_388_608
const TEMP_TTL_MOST = 2_592_000
/** memcached's own limit on hot and warm together: the rest is for what was not read again. */
const HOT_AND_WARM_MOST = 80

const started = (how: string) => `until memcached restarts, unless its ${how} says the same`

const bytes = z.string().refine(
  (text) => {
    const megabytes = /^[1-9]\d{0,14}$/.test(text) ? Number(text) / MEGABYTE : 0
    return Number.isInteger(megabytes) && megabytes >= LEAST_MEGABYTES && megabytes <= MOST_MEGABYTES
  },
  { message: 'bytes as digits, whole MiB (a multiple of 1048576), at least 8388608' },
)

const tune = z.string().refine(
  (text) => {
    // memcached tells two decimals: with more a value could not be read back.
    const [, hot, warm, ...factors] = /^([1-9]\d?) ([1-9]\d?) (\d{1,3}\.\d\d) (\d{1,3}\.\d\d)$/.exec(text) ?? []
    return hot !== undefined && Number(hot) + Number(warm) <= HOT_AND_WARM_MOST && factors.every((factor) => Number(factor) > 0)
  },
  {
    message:
      'percent hot, percent warm, age factor hot, age factor warm, such as 20 40 0.20 2.00: percents of 1 or more, together at most 80, factors above 0 with two decimals',
  },
)

const ttl = z.string().refine((text) => text === '-1' || (/^(?:0|[1-9]\d{0,6})$/.test(text) && Number(text) <= TEMP_TTL_MOST), {
  message: `seconds, a whole number up to ${TEMP_TTL_MOST}; -1 switches it off`,
})

const withoutMaintainer = (fields: Fields) =>
  fields.get('lru_maintainer_thread') === 'no' ? 'it was started without the LRU maintainer (-o no_lru_maintainer)' : null

export const MEMCACHED_SETTINGS: MemcachedSetting[] = [
  {
    name: 'limit_maxbytes',
    value: bytes,
    reversal: 'lossy',
    lost: 'items that were evicted while the memory was lower',
    persistence: started('-m'),
    read: (fields) => fields.get('maxbytes'),
    command: (value) => `cache_memlimit ${Number(value) / MEGABYTE}`,
    blocked: () => null,
  },
  {
    name: 'config/slab_automove',
    value: z.enum(['0', '1', '2'], { error: 'allowed: 0 (off), 1 (pages that are free or old), 2 (a page at each eviction)' }),
    reversal: 'lossy',
    lost: 'where the pages were that it moved meanwhile',
    persistence: started('-o slab_automove'),
    read: (fields) => fields.get('slab_automove'),
    command: (value) => `slabs automove ${value}`,
    blocked: (fields) => (fields.get('slab_reassign') === 'no' ? 'it was started without slab_reassign: no page can be moved' : null),
  },
  {
    name: 'config/lru_mode',
    value: z.enum(['flat', 'segmented'], { error: 'allowed: flat, segmented' }),
    reversal: 'lossy',
    lost: 'which items were hot or warm',
    persistence: started('-o'),
    read: (fields) => ({ yes: 'segmented', no: 'flat' })[fields.get('lru_segmented') ?? ''],
    command: (value) => `lru mode ${value}`,
    blocked: withoutMaintainer,
  },
  {
    name: 'config/lru_tune',
    value: tune,
    reversal: 'exact',
    persistence: started('-o'),
    read(fields) {
      const parts = ['hot_lru_pct', 'warm_lru_pct', 'hot_max_factor', 'warm_max_factor'].map((name) => fields.get(name))
      return parts.includes(undefined) ? undefined : parts.join(' ')
    },
    command: (value) => `lru tune ${value}`,
    blocked: withoutMaintainer,
  },
  {
    name: 'config/temp_ttl',
    value: ttl,
    reversal: 'exact',
    persistence: started('-o temporary_ttl'),
    read: (fields) => (fields.get('temp_lru') === 'no' ? '-1' : fields.get('temp_lru') === 'yes' ? fields.get('temporary_ttl') : undefined),
    command: (value) => `lru temp_ttl ${value}`,
    blocked: withoutMaintainer,
  },
]
