import { counter, gauge, type Metric } from './metric.ts'

/** Metrics of one slab class, a part of a cache's memory that holds items up to one size: label `class`. */
export const slabMetrics: Metric[] = [
  gauge('memcached_slab_current_items', 'keys in a slab class'),
  gauge('memcached_slab_items_age_seconds', 'time since the longest idle key of a slab class was read', { together: 'mean' }),
  gauge('memcached_slab_mem_requested_bytes', 'memory asked for by the keys of a slab class'),
  counter('memcached_slab_items_evicted_total', 'evictions of a slab class'),
  gauge('memcached_slab_items_evicted_time_seconds', 'time since the key that a slab class evicted last had been read', {
    together: 'mean',
  }),
  counter('memcached_slab_items_evicted_unfetched_total', 'evictions of a slab class of keys that were never read'),
  counter('memcached_slab_items_outofmemory_total', 'writes that a slab class had no memory for'),
  counter('memcached_slab_items_tailrepairs_total', 'repairs of the end of a slab class’s LRU'),
  counter('memcached_slab_items_reclaimed_total', 'writes of a slab class into the memory of an expired key'),
  gauge('memcached_slab_chunk_size_bytes', 'largest key of a slab class', { together: 'mean' }),
  gauge('memcached_slab_chunks_per_page', 'chunks in a page of a slab class', { together: 'mean' }),
  gauge('memcached_slab_current_pages', 'pages of a slab class'),
  gauge('memcached_slab_chunks_used', 'chunks in use in a slab class'),
  gauge('memcached_slab_chunks_free', 'free chunks of a slab class'),
  counter('memcached_slab_hits_total', 'hits in a slab class'),
  counter('memcached_slab_sets_total', 'writes into a slab class'),
  gauge('memcached_item_size_bytes', 'size of a key, by quantile', { together: 'mean' }),
]
