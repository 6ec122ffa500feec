import { type Exporter, row } from './row.ts'

/*
 * Exporters of a cloud's own metrics. They tell counts as gauges: the sum of one period, repeated at each scrape. Names are built by
 * - yet-another-cloudwatch-exporter: pkg/promutil/migrate.go (`aws_NAMESPACE_METRIC_STATISTIC`, labels `dimension_*`, in snake case on wish),
 * - stackdriver_exporter: collectors/monitoring_metrics.go (`stackdriver_RESOURCE_METRIC`, labels of the metric and of the resource, always with
 *   the time at which the point's interval ends),
 * - azure-metrics-exporter: metrics/insights.target.go (`azurerm_resource_metric`, labels `metric`, `aggregation`, `interval`, `resourceID`).
 */

const dimension = (name: string) => `dimension_${name}|dimension_${name.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toLowerCase()}`

/** docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheMetrics.Redis.html and …/CacheMetrics.Memcached.html */
const ELASTICACHE: Exporter = {
  signs: ['curr_connections_average', 'curr_items_average', 'cache_hits_sum', 'get_hits_sum'].map((name) => `aws_elasticache_${name}`),
  role: 'cache',
  cloud: {
    title: 'yet-another-cloudwatch-exporter',
    thing: [dimension('CacheClusterId')],
    part: dimension('CacheNodeId'),
    period: 'configured',
    provider: 'aws',
    starts: true,
  },
  rows: [
    row('aws_elasticache_cache_hits_sum', 'cache_hits_total'),
    row('aws_elasticache_get_hits_sum', 'cache_hits_total'),
    row('aws_elasticache_cache_misses_sum', 'cache_misses_total'),
    row('aws_elasticache_get_misses_sum', 'cache_misses_total'),
    row('aws_elasticache_set_type_cmds_sum', 'cache_writes_total'),
    row('aws_elasticache_cmd_set_sum', 'cache_writes_total'),
    row('aws_elasticache_evictions_sum', 'cache_evictions_total'),
    row('aws_elasticache_reclaimed_sum', 'cache_expirations_total'),
    row('aws_elasticache_authentication_failures_sum', 'cache_auth_failures_total'),
    row('aws_elasticache_curr_items_average', 'cache_items'),
    row('aws_elasticache_bytes_used_for_cache_average', 'cache_memory_used_bytes'),
    row('aws_elasticache_bytes_used_for_cache_items_average', 'cache_memory_used_bytes'),
    row('aws_elasticache_curr_connections_average', 'cache_connections'),
    row('aws_elasticache_engine_cpuutilization_average', 'elasticache_engine_cpu_ratio', {}, {}, 0.01),
    row('aws_elasticache_replication_lag_average', 'elasticache_replication_lag_seconds'),
  ],
}

const ofGroup = { pool: dimension('TargetGroup') }

/** docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html: reported where it is not zero. */
const ALB: Exporter = {
  signs: ['request_count_sum', 'target_response_time_average', 'active_connection_count_sum'].map((name) => `aws_applicationelb_${name}`),
  poolsAlone: true,
  cloud: {
    title: 'yet-another-cloudwatch-exporter',
    thing: [dimension('LoadBalancer')],
    period: 'configured',
    provider: 'aws',
    starts: true,
    // Of each zone it tells the same once more.
    without: dimension('AvailabilityZone').split('|'),
  },
  limits:
    'each target group is a pool: which rule forwards to which group, and with what weight, no exporter tells. Watch it as `kind: aws`',
  rows: [
    row('aws_applicationelb_request_count_sum', 'pool_requests_total', ofGroup),
    { ...row('aws_applicationelb_httpcode_target_5_xx_count_sum', 'pool_errors_total', ofGroup), silentZero: true },
    { ...row('aws_applicationelb_target_connection_error_count_sum', 'pool_errors_total', ofGroup), silentZero: true },
    row('aws_applicationelb_target_response_time_average', 'pool_response_seconds', ofGroup),
  ],
}

/** docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/programming-cloudwatch-metrics.html; the hit rate is one of the additional metrics. */
const CLOUDFRONT: Exporter = {
  signs: ['aws_cloudfront_requests_sum'],
  role: 'cache',
  cloud: {
    title: 'yet-another-cloudwatch-exporter',
    thing: [dimension('DistributionId')],
    period: 'configured',
    provider: 'aws',
    starts: true,
  },
  limits:
    'its hit rate is one of requests that can be cached, so that no counts of hits follow from it without the behaviours: watch it as `kind: aws`',
  rows: [
    row('aws_cloudfront_requests_sum', 'cloudfront_requests_total'),
    row('aws_cloudfront_total_error_rate_average', 'cloudfront_error_ratio', {}, {}, 0.01),
    row('aws_cloudfront_cache_hit_rate_average', 'cloudfront_hit_ratio', {}, {}, 0.01),
  ],
}

const inService = { pool: 'backend_target_name' }
const LB = 'stackdriver_https_lb_rule_loadbalancing_googleapis_com_https'
const INTERNAL_LB = 'stackdriver_internal_http_lb_rule_loadbalancing_googleapis_com_https_internal'

/** cloud.google.com/load-balancing/docs/metrics: counts by response code, sampled every 60 s. `url_map_name` is what the console calls the load balancer. */
const googleBalancer = (requests: string): Exporter => ({
  signs: [requests],
  poolsAlone: true,
  cloud: { title: 'stackdriver_exporter', thing: ['url_map_name'], period: 60, aggregates: true, provider: 'gcloud' },
  limits:
    'each backend service is a pool; its groups are not compared, because Google chooses among them by place and capacity. Latencies are distributions, which are not read',
  rows: [
    row(requests, 'pool_requests_total', inService),
    { ...row(requests, 'pool_errors_total', inService, { response_code_class: '500' }), silentZero: true },
  ],
})

const REDIS = 'stackdriver_redis_instance_redis_googleapis_com'

/** cloud.google.com/memorystore/docs/redis/supported-monitoring-metrics; each node has series of its own. */
const MEMORYSTORE_REDIS: Exporter = {
  signs: [`${REDIS}_clients_connected`, `${REDIS}_stats_memory_usage`, `${REDIS}_stats_keyspace_hits`],
  role: 'cache',
  cloud: { title: 'stackdriver_exporter', thing: ['instance_id'], part: 'node_id', period: 60, aggregates: true, provider: 'gcloud' },
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

const MEMCACHE = 'stackdriver_memcache_node_memcache_googleapis_com_node'

/** cloud.google.com/memorystore/docs/memcached/supported-monitoring-metrics */
const MEMORYSTORE_MEMCACHED: Exporter = {
  signs: [`${MEMCACHE}_active_connections`, `${MEMCACHE}_items`],
  role: 'cache',
  cloud: { title: 'stackdriver_exporter', thing: ['instance_id'], part: 'node_id', period: 60, aggregates: true, provider: 'gcloud' },
  limits: 'Cloud Monitoring has a ratio of hits and no counts of them, so that hits and misses are not known',
  rows: [
    row(`${MEMCACHE}_operation_count`, 'cache_writes_total', {}, { command: 'set' }),
    row(`${MEMCACHE}_eviction_count`, 'cache_evictions_total'),
    row(`${MEMCACHE}_items`, 'cache_items'),
    row(`${MEMCACHE}_active_connections`, 'cache_connections'),
    row(`${MEMCACHE}_uptime`, 'cache_uptime_seconds'),
  ],
}

const AZURE = 'azurerm_resource_metric'
const azure = (metric: string, to: string, aggregation: 'total' | 'average') => row(AZURE, to, {}, { metric, aggregation })

/** learn.microsoft.com/azure/azure-monitor/reference/supported-metrics/microsoft-cache-redis-metrics; by the minute. */
const AZURE_REDIS: Exporter = {
  signs: [AZURE],
  role: 'cache',
  cloud: {
    title: 'azure-metrics-exporter',
    thing: ['resourceID'],
    only: { label: 'resourceID', pattern: '/subscriptions/.+/providers/microsoft\\.cache/redis/[^/]+' },
    period: 'labelled',
    provider: 'az',
  },
  rows: [
    azure('cachehits', 'cache_hits_total', 'total'),
    azure('cachemisses', 'cache_misses_total', 'total'),
    azure('setcommands', 'cache_writes_total', 'total'),
    azure('evictedkeys', 'cache_evictions_total', 'total'),
    azure('expiredkeys', 'cache_expirations_total', 'total'),
    azure('totalkeys', 'cache_items', 'average'),
    azure('usedmemory', 'cache_memory_used_bytes', 'average'),
    azure('connectedclients', 'cache_connections', 'average'),
  ],
}

export const CLOUD_EXPORTERS: Record<string, Exporter> = {
  yace_elasticache: ELASTICACHE,
  yace_applicationelb: ALB,
  yace_cloudfront: CLOUDFRONT,
  stackdriver_load_balancer: googleBalancer(`${LB}_backend_request_count`),
  stackdriver_internal_load_balancer: googleBalancer(`${INTERNAL_LB}_request_count`),
  stackdriver_redis: MEMORYSTORE_REDIS,
  stackdriver_memcached: MEMORYSTORE_MEMCACHED,
  azure_redis: AZURE_REDIS,
}
