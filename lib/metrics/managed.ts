import { counter, gauge, type Metric } from './metric.ts'

/** What managed services tell beside the canonical vocabulary: their names begin with the service's, and no rule judges by them. */
export const managedMetrics: Metric[] = [
  gauge('aws_cloudwatch_month_usd', 'cost of reading CloudWatch, in USD a month'),
  gauge('aws_described', 'things that the account tells of'),
  counter('alb_requests_total', 'requests of the whole load balancer'),
  counter('cloudflare_requests_total', 'requests of the zone, with those that no cache answers'),
  counter('cloudfront_requests_total', 'requests of the distribution'),
  gauge('cloudfront_error_ratio', 'answers with 4xx or 5xx'),
  gauge('cloudfront_hit_ratio', 'hit ratio of requests that can be cached'),
  gauge('elasticache_engine_cpu_ratio', 'busy time of the engine’s thread'),
  gauge('elasticache_replication_lag_seconds', 'lag of the replica behind its primary'),
  counter('elasticache_throttled_commands_total', 'commands refused by the limit of the cache'),
  counter('elasticache_processing_units_total', 'processing units (ECPU)'),
  gauge('elasticache_read_seconds', 'time of a read, as the service measures it'),
  gauge('elasticache_write_seconds', 'time of a write, as the service measures it'),
  gauge('memorydb_engine_cpu_ratio', 'busy time of the engine’s thread'),
  gauge('memorydb_replication_lag_seconds', 'lag of the replica behind its primary'),
  gauge('memorystore_hit_ratio', 'hit ratio, as the service tells it'),
  counter('nlb_new_flows_total', 'new connections'),
  gauge('nlb_active_flows', 'connections at once'),
  counter('nlb_processed_bytes_total', 'bytes processed'),
  counter('nlb_client_resets_total', 'connections that clients reset'),
  counter('nlb_own_resets_total', 'connections that the balancer reset'),
  counter('nlb_target_resets_total', 'connections that targets reset'),
  gauge('nlb_healthy_targets', 'healthy targets'),
  gauge('nlb_unhealthy_targets', 'targets that are not healthy'),
]
