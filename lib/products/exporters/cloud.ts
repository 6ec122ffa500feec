import { GOOGLE_EXPORTERS } from './cloudGoogle.ts'
import { type Exporter, row } from './row.ts'

/*
 * Exporters of a cloud's own metrics. They tell counts as gauges: the sum of one period, repeated at each scrape. Names are built by
 * - yet-another-cloudwatch-exporter: pkg/promutil/migrate.go (`aws_NAMESPACE_METRIC_STATISTIC`, labels `dimension_*`, in snake case on wish),
 * - stackdriver_exporter: collectors/monitoring_metrics.go (`stackdriver_RESOURCE_METRIC`, labels of the metric and of the resource, always with
 *   the time at which the point's interval ends),
 * - azure-metrics-exporter: metrics/insights.target.go (`azurerm_resource_metric`, labels `metric`, `aggregation`, `interval`, `resourceID`).
 */

const dimension = (name: string) => `dimension_${name}|dimension_${name.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toLowerCase()}`

/** What nodes and serverless caches tell alike. */
const ELASTICACHE_SIGNS = ['curr_connections_average', 'curr_items_average', 'cache_hits_sum', 'get_hits_sum'].map(
  (name) => `aws_elasticache_${name}`,
)
const ELASTICACHE_ROWS = [
  row('aws_elasticache_cache_hits_sum', 'cache_hits_total'),
  row('aws_elasticache_get_hits_sum', 'cache_hits_total'),
  row('aws_elasticache_cache_misses_sum', 'cache_misses_total'),
  row('aws_elasticache_get_misses_sum', 'cache_misses_total'),
  row('aws_elasticache_set_type_cmds_sum', 'cache_writes_total'),
  row('aws_elasticache_cmd_set_sum', 'cache_writes_total'),
  row('aws_elasticache_evictions_sum', 'cache_evictions_total'),
  row('aws_elasticache_authentication_failures_sum', 'cache_auth_failures_total'),
  row('aws_elasticache_curr_items_average', 'cache_items'),
  row('aws_elasticache_bytes_used_for_cache_average', 'cache_memory_used_bytes'),
  row('aws_elasticache_curr_connections_average', 'cache_connections'),
]

/** docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheMetrics.Redis.html and …/CacheMetrics.Memcached.html */
const ELASTICACHE: Exporter = {
  signs: ELASTICACHE_SIGNS,
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
    ...ELASTICACHE_ROWS,
    row('aws_elasticache_reclaimed_sum', 'cache_expirations_total'),
    row('aws_elasticache_bytes_used_for_cache_items_average', 'cache_memory_used_bytes'),
    row('aws_elasticache_engine_cpuutilization_average', 'elasticache_engine_cpu_ratio', {}, {}, 0.01),
    row('aws_elasticache_replication_lag_average', 'elasticache_replication_lag_seconds'),
  ],
}

/** docs.aws.amazon.com/AmazonElastiCache/latest/dg/serverless-metrics-events-redis.html: of the whole cache, by its name; it has no nodes and no parameters. */
const ELASTICACHE_SERVERLESS: Exporter = {
  signs: ELASTICACHE_SIGNS,
  role: 'cache',
  cloud: {
    title: 'yet-another-cloudwatch-exporter',
    thing: [dimension('clusterId')],
    period: 'configured',
    provider: 'aws',
    starts: true,
    fixed: true,
  },
  limits: 'its memory grows with what is in it, up to a limit of the account’s own that CloudWatch does not tell',
  rows: [
    ...ELASTICACHE_ROWS,
    row('aws_elasticache_curr_volatile_items_average', 'cache_items_expiring'),
    row('aws_elasticache_throttled_cmds_sum', 'elasticache_throttled_commands_total'),
    row('aws_elasticache_elasti_cache_processing_units_sum', 'elasticache_processing_units_total'),
    row('aws_elasticache_successful_read_request_latency_average', 'elasticache_read_seconds', {}, {}, 1e-6),
    row('aws_elasticache_successful_write_request_latency_average', 'elasticache_write_seconds', {}, {}, 1e-6),
  ],
}

/**
 * docs.aws.amazon.com/memorydb/latest/devguide/metrics.memorydb.html: of each node, by the names of cluster and node. It keeps what it is given: a store.
 * Its parameters are set by `aws memorydb update-parameter-group`.
 */
const MEMORYDB: Exporter = {
  signs: ['curr_connections_average', 'curr_items_average', 'keyspace_hits_sum'].map((name) => `aws_memorydb_${name}`),
  role: 'store',
  cloud: {
    title: 'yet-another-cloudwatch-exporter',
    thing: [dimension('ClusterName')],
    part: dimension('NodeName'),
    period: 'configured',
    provider: 'aws',
    starts: true,
    fixed: true,
  },
  rows: [
    row('aws_memorydb_keyspace_hits_sum', 'cache_hits_total'),
    row('aws_memorydb_keyspace_misses_sum', 'cache_misses_total'),
    row('aws_memorydb_set_type_cmds_sum', 'cache_writes_total'),
    row('aws_memorydb_evictions_sum', 'cache_evictions_total'),
    row('aws_memorydb_reclaimed_sum', 'cache_expirations_total'),
    row('aws_memorydb_authentication_failures_sum', 'cache_auth_failures_total'),
    row('aws_memorydb_curr_items_average', 'cache_items'),
    row('aws_memorydb_bytes_used_for_memory_db_average', 'cache_memory_used_bytes'),
    row('aws_memorydb_curr_connections_average', 'cache_connections'),
    row('aws_memorydb_engine_cpuutilization_average', 'memorydb_engine_cpu_ratio', {}, {}, 0.01),
    row('aws_memorydb_replication_lag_average', 'memorydb_replication_lag_seconds'),
  ],
}

const ofGroup = { pool: dimension('TargetGroup') }

const OF_BALANCER = {
  title: 'yet-another-cloudwatch-exporter',
  thing: [dimension('LoadBalancer')],
  period: 'configured',
  provider: 'aws',
  starts: true,
  // Of each zone it tells the same once more.
  without: dimension('AvailabilityZone').split('|'),
} as const satisfies Exporter['cloud']

/** docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html: reported where it is not zero. */
const ALB: Exporter = {
  signs: ['request_count_sum', 'target_response_time_average', 'active_connection_count_sum'].map((name) => `aws_applicationelb_${name}`),
  poolsAlone: true,
  cloud: OF_BALANCER,
  limits:
    'each target group is a pool: which rule forwards to which group, and with what weight, no exporter tells. Watch it as `kind: aws`',
  rows: [
    row('aws_applicationelb_request_count_sum', 'pool_requests_total', ofGroup),
    { ...row('aws_applicationelb_httpcode_target_5_xx_count_sum', 'pool_errors_total', ofGroup), silentZero: true },
    { ...row('aws_applicationelb_target_connection_error_count_sum', 'pool_errors_total', ofGroup), silentZero: true },
    row('aws_applicationelb_target_response_time_average', 'pool_response_seconds', ofGroup),
  ],
}

/**
 * docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-cloudwatch-metrics.html: connections of the whole balancer; of target groups
 * only how many targets are healthy. What its servers answer it does not read.
 */
const NLB: Exporter = {
  signs: ['active_flow_count_average', 'new_flow_count_sum'].map((name) => `aws_networkelb_${name}`),
  cloud: { ...OF_BALANCER, fixed: true },
  limits:
    'it forwards connections and reads no answers: neither errors nor times of its target groups are told, so that none is a pool here',
  rows: [
    row('aws_networkelb_new_flow_count_sum', 'nlb_new_flows_total'),
    row('aws_networkelb_active_flow_count_average', 'nlb_active_flows'),
    row('aws_networkelb_processed_bytes_sum', 'nlb_processed_bytes_total'),
    row('aws_networkelb_tcp_client_reset_count_sum', 'nlb_client_resets_total'),
    row('aws_networkelb_tcp_elb_reset_count_sum', 'nlb_own_resets_total'),
    row('aws_networkelb_tcp_target_reset_count_sum', 'nlb_target_resets_total'),
    row('aws_networkelb_healthy_host_count_average', 'nlb_healthy_targets', { group: dimension('TargetGroup') }),
    row('aws_networkelb_un_healthy_host_count_average', 'nlb_unhealthy_targets', { group: dimension('TargetGroup') }),
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

const AZURE = 'azurerm_resource_metric'
const azure = (metric: string, to: string, aggregation: 'total' | 'average') => row(AZURE, to, {}, { metric, aggregation })

/**
 * learn.microsoft.com/azure/azure-monitor/reference/supported-metrics/microsoft-cache-redis-metrics, by the minute; …/microsoft-cache-redisenterprise-metrics
 * (Azure Managed Redis, and Azure Cache for Redis Enterprise) by five minutes, under the same names.
 */
const AZURE_REDIS: Exporter = {
  signs: [AZURE],
  role: 'cache',
  cloud: {
    title: 'azure-metrics-exporter',
    thing: ['resourceID'],
    only: { label: 'resourceID', pattern: '/subscriptions/.+/providers/microsoft\\.cache/redis(?:enterprise)?/[^/]+' },
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
  yace_elasticache_serverless: ELASTICACHE_SERVERLESS,
  yace_memorydb: MEMORYDB,
  yace_applicationelb: ALB,
  yace_networkelb: NLB,
  yace_cloudfront: CLOUDFRONT,
  ...GOOGLE_EXPORTERS,
  azure_redis: AZURE_REDIS,
}
