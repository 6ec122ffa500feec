/**
 * Parts of a server that not every one has, as `stats` tells them: extstore (values on flash) and proxy mode. A field on the left is the
 * series on the right where the server reports it.
 */
export const EXTSTORE: [field: string, metric: string][] = [
  ['extstore_limit_maxbytes', 'memcached_extstore_limit_bytes'],
  ['extstore_bytes_used', 'memcached_extstore_used_bytes'],
  ['extstore_bytes_fragmented', 'memcached_extstore_fragmented_bytes'],
  ['extstore_bytes_read', 'memcached_extstore_read_bytes_total'],
  ['extstore_bytes_written', 'memcached_extstore_written_bytes_total'],
  ['extstore_bytes_evicted', 'memcached_extstore_evicted_bytes_total'],
  ['extstore_objects_used', 'memcached_extstore_objects'],
  ['extstore_objects_read', 'memcached_extstore_objects_read_total'],
  ['extstore_objects_written', 'memcached_extstore_objects_written_total'],
  ['extstore_objects_evicted', 'memcached_extstore_objects_evicted_total'],
  ['extstore_pages_free', 'memcached_extstore_pages_free'],
  ['extstore_pages_used', 'memcached_extstore_pages_used'],
  ['extstore_page_evictions', 'memcached_extstore_page_evictions_total'],
  ['extstore_compact_lost', 'memcached_extstore_compact_lost_total'],
  ['extstore_compact_rescues', 'memcached_extstore_compact_rescues_total'],
  ['extstore_io_queue', 'memcached_extstore_io_queue'],
  ['get_extstore', 'memcached_extstore_reads_total'],
  ['miss_from_extstore', 'memcached_extstore_misses_total'],
  ['recache_from_extstore', 'memcached_extstore_recached_total'],
  ['badcrc_from_extstore', 'memcached_extstore_damaged_total'],
]

export const PROXY: [field: string, metric: string][] = [
  ['proxy_conn_requests', 'memcached_proxy_requests_total'],
  ['proxy_conn_errors', 'memcached_proxy_request_errors_total'],
  ['proxy_conn_oom', 'memcached_proxy_out_of_memory_total'],
  ['proxy_req_active', 'memcached_proxy_requests_active'],
  ['proxy_backend_total', 'memcached_proxy_backends'],
  ['proxy_backend_marked_bad', 'memcached_proxy_backends_marked_bad_total'],
  ['proxy_backend_failed', 'memcached_proxy_backend_failures_total'],
  ['proxy_request_failed_depth', 'memcached_proxy_queue_full_total'],
  ['proxy_config_reloads', 'memcached_proxy_config_reloads_total'],
  ['proxy_config_reload_fails', 'memcached_proxy_config_reload_failures_total'],
]

/** One that says of itself that it is a proxy: it holds no keys, and its counters of hits and memory are not those of the servers behind it. */
export const saysProxy = (told: (name: string) => boolean): boolean => told('proxy_conn_requests')
/** Why nothing is looked for on a proxy. */
export const OF_A_PROXY = 'it is a proxy: keys, hits and memory are those of the servers behind it'
