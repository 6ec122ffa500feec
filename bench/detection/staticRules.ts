import { cut, increase, latest, spanMs } from '../../lib/math/rates.ts'
import { labelsKey, type Series } from '../../lib/model/series.ts'
import { FROM } from '../../test/series.ts'
import type { Alarm, Recording } from './recording.ts'

/** Prometheus as it is usually set: a scrape, and an evaluation, every 15 s. */
const SCRAPE_S = 15

/** Reads the scraped series of one subject at a moment. */
type Read = {
  /** `rate(metric[seconds])`; null of fewer than two scrapes. */
  rate(metric: string, seconds: number): number | null
  gauge(metric: string): number | null
  /** `changes(metric[seconds])`. */
  changes(metric: string, seconds: number): number
}
type StaticRule = { rule: string; of: string; forS: number; holds(read: Read): boolean }

const above = (value: number | null, limit: number) => value !== null && value > limit
const ratio = (some: number | null, all: number | null) => (some !== null && all !== null && all > 0 ? some / all : null)

/**
 * Rules as they are published, with their thresholds and `for`, in the names that Evenkeel gives to the same counters:
 * - awesome-prometheus-alerts at a853318 (August 2026), dist/rules/{redis/oliver006-redis-exporter, haproxy/*, memcached/memcached-exporter}.yml
 * - the redis-mixin of oliver006/redis_exporter at cd5941f, contrib/redis-mixin/alerts/redis.libsonnet
 * - the haproxy-mixin and the memcached-mixin of grafana/jsonnet-libs at 6da2b4b
 *
 * Those on what the recordings do not hold (backups, connections of the load generator, cluster slots, 4xx, logs) are left out. The two of
 * memcached on its hit rate and its evictions stand for Redis too, for which nobody publishes any.
 */
const RULES: readonly StaticRule[] = [
  // redis_up == 0, for 1m (the mixin: 5m; memcached_up == 0: 1m, the mixin 15m)
  { rule: 'RedisDown', of: 'target_up', forS: 60, holds: (read) => read.gauge('target_up') === 0 },
  // redis_memory_used_bytes / redis_memory_max_bytes * 100 > 90 and on(instance) redis_memory_max_bytes > 0, for 2m
  {
    rule: 'RedisOutOfConfiguredMaxmemory',
    of: 'cache_memory_used_bytes',
    forS: 120,
    holds: (read) => above(ratio(read.gauge('cache_memory_used_bytes'), read.gauge('cache_memory_max_bytes')), 0.9),
  },
  // rate(memcached_items_evicted_total[5m]) > 10, for 5m
  { rule: 'HighEvictionRate', of: 'cache_evictions_total', forS: 300, holds: (read) => above(read.rate('cache_evictions_total', 300), 10) },
  // rate(hits[5m]) / (rate(hits[5m]) + rate(misses[5m])) * 100 < 80 and (… + …) > 0, for 10m
  {
    rule: 'LowCacheHitRate',
    of: 'cache_hits_total',
    forS: 600,
    holds(read) {
      const [hits, misses] = [read.rate('cache_hits_total', 300), read.rate('cache_misses_total', 300)]
      const share = misses === null || hits === null ? null : ratio(hits, hits + misses)
      return share !== null && share < 0.8
    },
  },
  // rate(haproxy_server_http_responses_total{code="5xx"}[1m]) / rate(haproxy_server_http_responses_total[1m]) * 100 > 5, for 1m; by server and by backend
  {
    rule: 'HaproxyHighHttp5xxErrorRate',
    of: 'pool_requests_total',
    forS: 60,
    holds: (read) => above(ratio(read.rate('pool_errors_total', 60), read.rate('pool_requests_total', 60)), 0.05),
  },
  // haproxy_server_up == 0, for 0m
  { rule: 'HaproxyServerDown', of: 'pool_up', forS: 0, holds: (read) => read.gauge('pool_up') === 0 },
  // the haproxy-mixin: rate(haproxy_server_check_up_down_total[5m]) != 0, for 10m
  { rule: 'HAProxyServerCheckFlapping', of: 'pool_up', forS: 600, holds: (read) => read.changes('pool_up', 300) > 0 },
  // avg(haproxy_backend_http_total_time_average_seconds) > 1, for 1m
  { rule: 'HaproxyHttpSlowingDown', of: 'pool_response_seconds', forS: 60, holds: (read) => above(read.gauge('pool_response_seconds'), 1) },
  // rate(haproxy_backend_retry_warnings_total[1m]) > 10, for 2m
  { rule: 'HaproxyRetryHigh', of: 'pool_retries_total', forS: 120, holds: (read) => above(read.rate('pool_retries_total', 60), 10) },
  // haproxy_backend_current_queue > 0, for 2m
  { rule: 'HaproxyPendingRequests', of: 'pool_queue', forS: 120, holds: (read) => above(read.gauge('pool_queue'), 0) },
]

/** The alarms that Prometheus would have sent of what it would have scraped. */
export function staticAlarms({ series, seconds }: Recording): Alarm[] {
  const subjects = Map.groupBy(series, ({ labels }) => labelsKey(labels))
  const alarms: Alarm[] = []
  for (const rule of RULES)
    for (const own of subjects.values()) {
      if (!own.some(({ metric }) => metric === rule.of)) continue
      const scraped = own.map(scrapedOf)
      let since: number | null = null
      let firing = false
      for (let at = SCRAPE_S; at <= seconds; at += SCRAPE_S) {
        if (!rule.holds(readAt(scraped, FROM + at * 1000))) {
          since = null
          firing = false
          continue
        }
        since ??= at
        if (firing || at - since < rule.forS) continue
        firing = true
        alarms.push({ rule: rule.rule, at, note: false })
      }
    }
  return alarms.sort((a, b) => a.at - b.at)
}

/** Each scrape sees the newest value; one that found nothing new within a scrape's time is missing. */
function scrapedOf(series: Series): Series {
  const kept = new Map<number, readonly [number, number]>()
  for (const point of series.points) kept.set(Math.ceil((point[0] - FROM) / (SCRAPE_S * 1000)), point)
  return { ...series, points: [...kept].map(([scrape, [, value]]) => [FROM + scrape * SCRAPE_S * 1000, value]) }
}

function readAt(series: readonly Series[], now: number): Read {
  const over = (metric: string, seconds: number) =>
    cut(series.find((one) => one.metric === metric)?.points ?? [], now - seconds * 1000, now)
  return {
    rate(metric, seconds) {
      const points = over(metric, seconds)
      return points.length < 2 ? null : (increase(points) * 1000) / spanMs(points)
    },
    // A value that is older than Prometheus' look-back is no value.
    gauge: (metric) => latest(over(metric, 300)),
    changes: (metric, seconds) =>
      over(metric, seconds).reduce((count, [, value], i, all) => (i > 0 && value !== all[i - 1]![1] ? count + 1 : count), 0),
  }
}
