import { type Cloud, type Distribution, type Exporter, row } from './row.ts'

/* Google Cloud's metrics as stackdriver_exporter prints them: see cloud.ts. Counts and distributions are of 60 s, unless it adds them up itself. */

const monitoring = (thing: string, more: Partial<Cloud> = {}): Cloud => ({
  title: 'stackdriver_exporter',
  thing: [thing],
  period: 60,
  aggregates: true,
  provider: 'gcloud',
  ...more,
})

const inService = { pool: 'backend_target_name' }

/** In milliseconds. `backend`: from the request that the proxy sends to the last byte of the backend's answer; `total`: as the client waits. */
const latencies = (prefix: string): Distribution[] => [
  {
    from: `${prefix}_backend_latencies`,
    mean: 'pool_response_seconds',
    quantiles: { pool_response_seconds_p50: 0.5, pool_response_seconds_p95: 0.95 },
    labels: inService,
    scale: 0.001,
  },
  { from: `${prefix}_total_latencies`, mean: 'pool_total_seconds', labels: inService, scale: 0.001 },
]

/** cloud.google.com/load-balancing/docs/metrics: counts by response code, sampled every 60 s. `url_map_name` is what the console calls the load balancer. */
const balancer = (prefix: string, requests: string): Exporter => ({
  signs: [`${prefix}_${requests}`],
  poolsAlone: true,
  cloud: monitoring('url_map_name'),
  limits: 'each backend service is a pool; its groups are not compared, because Google chooses among them by place and capacity',
  rows: [
    row(`${prefix}_${requests}`, 'pool_requests_total', inService),
    { ...row(`${prefix}_${requests}`, 'pool_errors_total', inService, { response_code_class: '500' }), silentZero: true },
  ],
  distributions: latencies(prefix),
})

const LB = 'stackdriver_https_lb_rule_loadbalancing_googleapis_com_https'
/** It needs a region's own proxies: metrics of its own, under a resource of its own. */
const REGIONAL_LB = 'stackdriver_http_external_regional_lb_rule_loadbalancing_googleapis_com_https_external_regional'
const INTERNAL_LB = 'stackdriver_internal_http_lb_rule_loadbalancing_googleapis_com_https_internal'

const cdn = (result: string, to: string) => row(`${LB}_request_count`, to, {}, { cache_result: result })

/**
 * cloud.google.com/cdn/docs/logging: of backends with Cloud CDN the result of the look-up is any but DISABLED. What was served in part is asked of the
 * backend too, and no hit. Each backend has a cache of its own.
 */
const CDN: Exporter = {
  signs: [`${LB}_request_count`],
  role: 'cache',
  cloud: monitoring('url_map_name', { part: 'backend_target_name', only: { label: 'cache_result', pattern: 'HIT|MISS|PARTIAL_HIT' } }),
  limits: 'of Cloud CDN its hits and misses are told, by the request; neither what is in it nor for how long',
  rows: [cdn('HIT', 'cache_hits_total'), cdn('MISS', 'cache_misses_total'), cdn('PARTIAL_HIT', 'cache_misses_total')],
}

const REDIS = 'stackdriver_redis_instance_redis_googleapis_com'

/** cloud.google.com/memorystore/docs/redis/supported-monitoring-metrics; each node has series of its own. */
const MEMORYSTORE_REDIS: Exporter = {
  signs: [`${REDIS}_clients_connected`, `${REDIS}_stats_memory_usage`, `${REDIS}_stats_keyspace_hits`],
  role: 'cache',
  cloud: monitoring('instance_id', { part: 'node_id' }),
  rows: [
    row(`${REDIS}_stats_keyspace_hits`, 'cache_hits_total'),
    row(`${REDIS}_stats_keyspace_misses`, 'cache_misses_total'),
    row(`${REDIS}_stats_evicted_keys`, 'cache_evictions_total'),
    row(`${REDIS}_stats_expired_keys`, 'cache_expirations_total'),
    row(`${REDIS}_stats_reject_connections_count`, 'cache_connections_rejected_total'),
    row(`${REDIS}_commands_calls`, 'cache_commands_total', { command: 'cmd' }),
    row(`${REDIS}_commands_calls`, 'cache_writes_total', {}, { cmd: 'set' }),
    row(`${REDIS}_stats_memory_usage`, 'cache_memory_used_bytes'),
    row(`${REDIS}_stats_memory_maxmemory`, 'cache_memory_max_bytes'),
    row(`${REDIS}_keyspace_keys`, 'cache_items'),
    row(`${REDIS}_keyspace_keys_with_expiration`, 'cache_items_expiring'),
    row(`${REDIS}_clients_connected`, 'cache_connections'),
    row(`${REDIS}_server_uptime`, 'cache_uptime_seconds'),
  ],
}

/**
 * Memorystore for Redis Cluster and for Valkey: docs.cloud.google.com/monitoring/api/metrics_gcp_p_z and …_i_o, resources `redis.googleapis.com/ClusterNode` and
 * `memorystore.googleapis.com/InstanceNode`. The same names, of each node; the limit of memory is told of the whole alone. Their parameters have commands of
 * their own (`gcloud redis clusters update`, `gcloud memorystore instances update`).
 */
const shardedNodes = (prefix: string, thing: string): Exporter => ({
  signs: [`${prefix}_clients_connected_clients`, `${prefix}_memory_usage`, `${prefix}_stats_keyspace_hits_count`],
  role: 'cache',
  cloud: monitoring(thing, { part: 'node_id', fixed: true }),
  limits: 'the limit of a node’s memory, and how many of its keys expire, are not told',
  rows: [
    row(`${prefix}_stats_keyspace_hits_count`, 'cache_hits_total'),
    row(`${prefix}_stats_keyspace_misses_count`, 'cache_misses_total'),
    row(`${prefix}_stats_evicted_keys_count`, 'cache_evictions_total'),
    row(`${prefix}_stats_expired_keys_count`, 'cache_expirations_total'),
    row(`${prefix}_stats_rejected_connections_count`, 'cache_connections_rejected_total'),
    row(`${prefix}_stats_net_output_bytes_count`, 'cache_reply_bytes_total'),
    row(`${prefix}_commandstats_calls_count`, 'cache_commands_total', { command: 'command' }),
    row(`${prefix}_commandstats_calls_count`, 'cache_writes_total', {}, { command: 'set' }),
    row(`${prefix}_memory_usage`, 'cache_memory_used_bytes'),
    row(`${prefix}_keyspace_total_keys`, 'cache_items'),
    row(`${prefix}_clients_connected_clients`, 'cache_connections'),
    row(`${prefix}_server_uptime`, 'cache_uptime_seconds'),
  ],
})
const REDIS_CLUSTER = 'stackdriver_redis_googleapis_com_cluster_node_redis_googleapis_com_cluster_node'
const VALKEY = 'stackdriver_memorystore_googleapis_com_instance_node_memorystore_googleapis_com_instance_node'

const MEMCACHE = 'stackdriver_memcache_node_memcache_googleapis_com_node'

/** cloud.google.com/memorystore/docs/memcached/supported-monitoring-metrics */
const MEMORYSTORE_MEMCACHED: Exporter = {
  signs: [`${MEMCACHE}_active_connections`, `${MEMCACHE}_items`],
  role: 'cache',
  cloud: monitoring('instance_id', { part: 'node_id' }),
  limits:
    'Cloud Monitoring has a ratio of hits and no counts of them: the ratio is shown as it is told, and hits and misses are not made up from it',
  rows: [
    row(`${MEMCACHE}_operation_count`, 'cache_writes_total', {}, { command: 'set' }),
    row(`${MEMCACHE}_operation_count`, 'cache_commands_total', { command: 'command' }),
    row(`${MEMCACHE}_hit_ratio`, 'memorystore_hit_ratio', {}, {}, 0.01),
    row(`${MEMCACHE}_eviction_count`, 'cache_evictions_total'),
    row(`${MEMCACHE}_items`, 'cache_items'),
    row(`${MEMCACHE}_active_connections`, 'cache_connections'),
    row(`${MEMCACHE}_uptime`, 'cache_uptime_seconds'),
  ],
}

export const GOOGLE_EXPORTERS: Record<string, Exporter> = {
  stackdriver_load_balancer: balancer(LB, 'backend_request_count'),
  stackdriver_internal_load_balancer: balancer(INTERNAL_LB, 'request_count'),
  stackdriver_regional_load_balancer: balancer(REGIONAL_LB, 'backend_request_count'),
  stackdriver_cdn: CDN,
  stackdriver_redis: MEMORYSTORE_REDIS,
  stackdriver_redis_cluster: shardedNodes(REDIS_CLUSTER, 'cluster_id'),
  stackdriver_valkey: shardedNodes(VALKEY, 'instance_id'),
  stackdriver_memcached: MEMORYSTORE_MEMCACHED,
}
