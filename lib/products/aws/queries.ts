import type { Thing } from './things.ts'

/** One metric of CloudWatch, and what it is in the canonical vocabulary. `key` tells it apart within its thing. */
export type Query = {
  key: string
  namespace: string
  metric: string
  stat: 'Sum' | 'Average'
  dimensions: Readonly<Record<string, string>>
  /** What it becomes; absent where only other metrics are computed of it. */
  to?: string
  labels?: Readonly<Record<string, string>>
  scale?: number
  /** CloudWatch keeps silent about zero: where the thing reported anything of that minute or later, none happened. */
  silentZero?: true
}

type Row = Pick<Query, 'metric' | 'stat' | 'to' | 'scale' | 'silentZero'>

/** docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheMetrics.Redis.html; counts are those of one minute. */
const REDIS: Row[] = [
  { metric: 'CacheHits', stat: 'Sum', to: 'cache_hits_total' },
  { metric: 'CacheMisses', stat: 'Sum', to: 'cache_misses_total' },
  { metric: 'SetTypeCmds', stat: 'Sum', to: 'cache_writes_total' },
  { metric: 'Evictions', stat: 'Sum', to: 'cache_evictions_total' },
  { metric: 'Reclaimed', stat: 'Sum', to: 'cache_expirations_total' },
  { metric: 'AuthenticationFailures', stat: 'Sum', to: 'cache_auth_failures_total' },
  { metric: 'CurrItems', stat: 'Average', to: 'cache_items' },
  { metric: 'BytesUsedForCache', stat: 'Average', to: 'cache_memory_used_bytes' },
  { metric: 'CurrConnections', stat: 'Average', to: 'cache_connections' },
  { metric: 'EngineCPUUtilization', stat: 'Average', to: 'elasticache_engine_cpu_ratio', scale: 0.01 },
]

const OF_REPLICA: Row[] = [{ metric: 'ReplicationLag', stat: 'Average', to: 'elasticache_replication_lag_seconds' }]

/** docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheMetrics.Memcached.html */
const MEMCACHED: Row[] = [
  { metric: 'GetHits', stat: 'Sum', to: 'cache_hits_total' },
  { metric: 'GetMisses', stat: 'Sum', to: 'cache_misses_total' },
  { metric: 'CmdSet', stat: 'Sum', to: 'cache_writes_total' },
  { metric: 'Evictions', stat: 'Sum', to: 'cache_evictions_total' },
  { metric: 'Reclaimed', stat: 'Sum', to: 'cache_expirations_total' },
  { metric: 'CurrItems', stat: 'Average', to: 'cache_items' },
  { metric: 'BytesUsedForCacheItems', stat: 'Average', to: 'cache_memory_used_bytes' },
  { metric: 'CurrConnections', stat: 'Average', to: 'cache_connections' },
]

/** docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html: reported where there is a value other than zero. */
const TARGET_GROUP: Row[] = [
  { metric: 'RequestCount', stat: 'Sum', to: 'pool_requests_total', silentZero: true },
  { metric: 'HTTPCode_Target_5XX_Count', stat: 'Sum', to: 'pool_errors_total', silentZero: true },
  { metric: 'TargetConnectionErrorCount', stat: 'Sum', to: 'pool_errors_total', silentZero: true },
  { metric: 'TargetResponseTime', stat: 'Average', to: 'pool_response_seconds' },
]

/** docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/programming-cloudwatch-metrics.html; the hit rate is one of the additional metrics. */
const DISTRIBUTION: Row[] = [
  { metric: 'Requests', stat: 'Sum', to: 'cloudfront_requests_total' },
  { metric: 'TotalErrorRate', stat: 'Average', to: 'cloudfront_error_ratio', scale: 0.01 },
  { metric: 'CacheHitRate', stat: 'Average', to: 'cloudfront_hit_ratio', scale: 0.01 },
]

/** The metrics of the canonical vocabulary that readings may have; pages and rules know no others. */
export const EMITTED: readonly string[] = [
  ...new Set([...REDIS, ...MEMCACHED, ...TARGET_GROUP].flatMap(({ to = '' }) => (/^(cache|pool)_/.test(to) ? [to] : []))),
]

/** The metrics that are read of a thing. Each costs money each time. */
export function queriesOf(thing: Thing): Query[] {
  if (thing.of === 'cache') {
    const rows = thing.engine === 'memcached' ? MEMCACHED : thing.role === 'replica' ? [...REDIS, ...OF_REPLICA] : REDIS
    const dimensions = { CacheClusterId: thing.cluster, CacheNodeId: thing.node }
    return rows.map((row) => ({ ...row, key: row.metric, namespace: 'AWS/ElastiCache', dimensions }))
  }
  // What a name answers is not counted by its records.
  if (thing.of === 'zone') return []
  if (thing.of === 'distribution') {
    const dimensions = { DistributionId: thing.id, Region: 'Global' }
    return DISTRIBUTION.map((row) => ({ ...row, key: row.metric, namespace: 'AWS/CloudFront', dimensions }))
  }
  const namespace = 'AWS/ApplicationELB'
  const LoadBalancer = thing.arn.slice(thing.arn.indexOf(':loadbalancer/') + ':loadbalancer/'.length)
  const shared = sharedGroups(thing)
  const own = thing.rules.flatMap(({ name: pool, members }) =>
    members.filter(({ arn }) => !shared.has(arn)).map((member) => ({ pool, member })),
  )
  return [
    { key: 'RequestCount', namespace, metric: 'RequestCount', stat: 'Sum', dimensions: { LoadBalancer }, to: 'alb_requests_total' },
    ...own.flatMap(({ pool, member: { name: server, arn } }) => {
      const TargetGroup = arn.slice(arn.lastIndexOf(':') + 1)
      const dimensions = { LoadBalancer, TargetGroup }
      return TARGET_GROUP.map(
        (row): Query => ({ ...row, key: `${row.metric} ${pool}/${server}`, namespace, dimensions, labels: { pool, server } }),
      )
    }),
  ]
}

/** Target groups that several rules of one balancer forward to: CloudWatch counts them together, so that no rule's part is known. */
export function sharedGroups({ rules }: { rules: readonly { members: readonly { arn: string }[] }[] }): Set<string> {
  const times = new Map<string, number>()
  for (const { members } of rules) for (const { arn } of members) times.set(arn, (times.get(arn) ?? 0) + 1)
  return new Set([...times].flatMap(([arn, count]) => (count > 1 ? [arn] : [])))
}
