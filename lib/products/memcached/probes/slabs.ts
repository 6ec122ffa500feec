import type { Probe } from '../../../model/product.ts'
import { decimalOf, partlyRead, rawRecord, readings } from '../../answers.ts'
import { parseStats } from '../answer.ts'
import type { MemcachedLink } from '../link.ts'

/** Field of `stats items` -> series of a class. The names are the usual exporter's. */
const ITEMS: Record<string, string> = {
  number: 'memcached_slab_current_items',
  age: 'memcached_slab_items_age_seconds',
  mem_requested: 'memcached_slab_mem_requested_bytes',
  evicted: 'memcached_slab_items_evicted_total',
  evicted_time: 'memcached_slab_items_evicted_time_seconds',
  evicted_unfetched: 'memcached_slab_items_evicted_unfetched_total',
  outofmemory: 'memcached_slab_items_outofmemory_total',
  tailrepairs: 'memcached_slab_items_tailrepairs_total',
  reclaimed: 'memcached_slab_items_reclaimed_total',
}
/** Field of `stats slabs` -> series of a class. */
const SLABS: Record<string, string> = {
  chunk_size: 'memcached_slab_chunk_size_bytes',
  chunks_per_page: 'memcached_slab_chunks_per_page',
  total_pages: 'memcached_slab_current_pages',
  used_chunks: 'memcached_slab_chunks_used',
  free_chunks: 'memcached_slab_chunks_free',
  get_hits: 'memcached_slab_hits_total',
  cmd_set: 'memcached_slab_sets_total',
}

const ITEM_FIELD = /^items:(\d{1,2}):(\w+)$/
const SLAB_FIELD = /^(\d{1,2}):(\w+)$/
/** A number that fell below zero is printed as one of 64 bits. */
const WRAPPED = 2 ** 63

export type SlabAnswers = { items: string; slabs: string }

/** `stats items` and `stats slabs`: what each slab class holds and evicts, because a class can be short of memory that another has left. */
export const slabs: Probe<MemcachedLink, SlabAnswers> = {
  id: 'slabs',
  feature: 'stats slabs',
  emits: { metrics: [...Object.values(ITEMS), ...Object.values(SLABS)] },
  everyMs: 5_000,
  cost: '180 µs of CPU each 5 s for twenty classes, 1 kB a class',
  async read({ client }, _cursor, signal) {
    const items = await client.stats('stats items', signal)
    return { items, slabs: await client.stats('stats slabs', signal) }
  },
  parse(raw, { at }) {
    const { list, add } = readings()
    const unread: string[] = []
    let of = 0
    const take = (text: string, field: RegExp, series: Record<string, string>) => {
      const { fields, unread: odd } = parseStats(text)
      unread.push(...odd)
      of += odd.length
      for (const [name, value] of fields) {
        const [, id, key] = field.exec(name) ?? []
        const metric = key === undefined || !Object.hasOwn(series, key) ? undefined : series[key]
        if (metric === undefined) continue
        of++
        const number = decimalOf(value)
        if (Number.isFinite(number) && number >= 0 && number < WRAPPED) add(metric, number, { class: id! })
        else unread.push(`${name} ${value}`)
      }
    }
    take(raw.items, ITEM_FIELD, ITEMS)
    take(raw.slabs, SLAB_FIELD, SLABS)
    return {
      samples: list,
      records: [rawRecord('slabs', at, `${raw.slabs}${raw.items}`)],
      topology: { capabilities: partlyRead('stats slabs', unread, of) },
    }
  },
}
