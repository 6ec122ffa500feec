import { parse as parseHcl } from '@cdktn/hcl2json'
import { describe, expect, it } from 'vitest'
import { metrics } from '../../metrics/registry.ts'
import { prometheusCode } from '../prometheus/asCode.ts'
import { prometheusConfig } from '../prometheus/config.ts'
import { scrape } from '../scrape/product.ts'
import { CLOUD_EXPORTERS } from './cloud.ts'
import { cloudThings, ofThing } from './cloudThings.ts'
import { parseExposition } from './exposition.ts'
import { readScraped } from './scraped.ts'
import type { PromSeries } from './series.ts'
import { EXPORTERS } from './table.ts'

/*
 * Pages as the exporters print them: names, labels and times by pkg/promutil/migrate.go of yet-another-cloudwatch-exporter,
 * collectors/monitoring_metrics.go of stackdriver_exporter and metrics/insights.target.go of azure-metrics-exporter.
 */
const NODE = 'account_id="1",name="arn:aws:elasticache:eu-west-1:1:cluster:shop-001",region="eu-west-1"'
const yace = (hits: string, own = '') => `
# HELP aws_elasticache_cache_hits_sum Help is not implemented yet.
# TYPE aws_elasticache_cache_hits_sum gauge
aws_elasticache_cache_hits_sum{${NODE},dimension_CacheClusterId="shop-001",dimension_CacheNodeId=""} ${hits}${own}
aws_elasticache_cache_hits_sum{${NODE},dimension_CacheClusterId="shop-001",dimension_CacheNodeId="0001"} ${hits}${own}
aws_elasticache_cache_misses_sum{${NODE},dimension_CacheClusterId="shop-001",dimension_CacheNodeId="0001"} NaN
aws_elasticache_curr_items_average{${NODE},dimension_CacheClusterId="shop-001",dimension_CacheNodeId="0001"} 4200${own}
`
const GROUP = 'dimension_LoadBalancer="app/front/50dc6c495c0c9188",dimension_TargetGroup="targetgroup/blue/73e2d6bc24d8a067"'
const alb = `
aws_applicationelb_request_count_sum{dimension_LoadBalancer="app/front/50dc6c495c0c9188",dimension_TargetGroup="",dimension_AvailabilityZone=""} 900
aws_applicationelb_request_count_sum{${GROUP},dimension_AvailabilityZone=""} 600
aws_applicationelb_request_count_sum{${GROUP},dimension_AvailabilityZone="eu-west-1a"} 600
aws_applicationelb_httpcode_target_5_xx_count_sum{${GROUP},dimension_AvailabilityZone=""} NaN
aws_applicationelb_target_response_time_average{${GROUP},dimension_AvailabilityZone=""} 0.02
`
const INSTANCE = 'project_id="p",region="europe-west1",instance_id="projects/p/locations/europe-west1/instances/shop"'
const google = (type: string, at: number) => `
# TYPE stackdriver_redis_instance_redis_googleapis_com_stats_keyspace_hits ${type}
stackdriver_redis_instance_redis_googleapis_com_stats_keyspace_hits{unit="1",role="primary",node_id="node-0",${INSTANCE}} 1200 ${at}
stackdriver_redis_instance_redis_googleapis_com_stats_keyspace_hits{unit="1",role="replica",node_id="node-1",${INSTANCE}} 300 ${at}
stackdriver_redis_instance_redis_googleapis_com_clients_connected{unit="1",role="primary",node_id="node-0",${INSTANCE}} 12 ${at}
`
const RESOURCE = '/subscriptions/0-1/resourcegroups/shop/providers/microsoft.cache/redis/cart'
const azure = (interval: string) => `
azurerm_resource_metric{aggregation="total",interval="${interval}",metric="cachehits",resourceID="${RESOURCE}",timespan="PT5M",unit="Count"} 600
azurerm_resource_metric{aggregation="average",interval="${interval}",metric="cachehits",resourceID="${RESOURCE}",timespan="PT5M",unit="Count"} 60
azurerm_resource_metric{aggregation="average",interval="${interval}",metric="usedmemory",resourceID="${RESOURCE}",timespan="PT5M",unit="Bytes"} 4096
azurerm_resource_metric{aggregation="total",interval="${interval}",metric="ServiceApiHit",resourceID="/subscriptions/0-1/resourcegroups/shop/providers/microsoft.keyvault/vaults/keys",timespan="PT5M",unit="Count"} 9
`
const MINUTE = 60_000
const T = 1_700_000_040_000

const read = (text: string, at = T) => parseExposition(text, { openMetrics: false, wanted: () => true, at })
const thingsIn = (text: string) => cloudThings(read(text).series)
function readings(text: string, { at = T + 1_000, sums = null as string | null, period = 60 as number | null } = {}) {
  const { series, counters } = read(text, at)
  const [thing] = cloudThings(series)
  return readScraped(ofThing(series, thing!), [EXPORTERS[thing!.exporter]!], [], {
    seen: '',
    sums,
    period: period ?? undefined,
    counted: counters,
  })
}
const points = ({ summed }: { summed: { metric: string; at?: number; value: number }[] }, metric: string) =>
  summed.filter((one) => one.metric === metric).map(({ at, value }) => [(at! - T) / MINUTE, Number(value.toPrecision(12))])

it('leads to metrics that have words, on charts too', () => {
  const known = new Set(metrics.map(({ name }) => name))
  const told = Object.values(CLOUD_EXPORTERS).flatMap(({ rows, distributions = [] }) => [
    ...rows.map(({ to }) => to),
    ...distributions.flatMap(({ mean, quantiles = {} }) => [mean, ...Object.keys(quantiles)]),
  ])
  expect(told.filter((name) => !known.has(name))).toEqual([])
})

describe('the things of a cloud', () => {
  it('are nodes where nodes are told, by names that an operator knows', () => {
    expect(thingsIn(yace('5')).map(({ name, exporter }) => [name, exporter])).toEqual([['shop-001/0001', 'yace_elasticache']])
    expect(thingsIn(yace('5').replaceAll('"0001"', '""')).map(({ name }) => name)).toEqual(['shop-001'])
    expect(thingsIn(alb).map(({ name }) => name)).toEqual(['front'])
    expect(thingsIn(google('gauge', T)).map(({ name }) => name)).toEqual(['shop/node-0', 'shop/node-1'])
    expect(thingsIn(azure('PT1M')).map(({ name }) => name)).toEqual(['cart'])
  })

  it('are found by labels in snake case too', () => {
    const text = yace('5').replaceAll('dimension_CacheClusterId', 'dimension_cache_cluster_id').replaceAll('dimension_CacheNodeId', 'dimension_cache_node_id') // biome-ignore format: one line
    expect(points(readings(text), 'cache_hits_total')).toEqual([[-1, 0], [0, 5]]) // biome-ignore format: one line
  })
})

describe('sums of a period', () => {
  it('are counted once, however often they are scraped, and a period without one is a gap', () => {
    const first = readings(yace('600'), { at: T + 5_000 })
    expect(points(first, 'cache_hits_total')).toEqual([[-1, 0], [0, 600]]) // biome-ignore format: one line
    const again = readings(yace('600'), { at: T + 20_000, sums: first.sums })
    expect(again.summed).toEqual([])
    // The same sum in the next minute is another one.
    const next = readings(yace('600'), { at: T + 62_000, sums: again.sums })
    expect(points(next, 'cache_hits_total')).toEqual([[1, 1200]])
    const gap = readings(yace('NaN'), { at: T + 130_000, sums: next.sums })
    expect(points(gap, 'cache_hits_total')).toEqual([])
    const later = readings(yace('60'), { at: T + 250_000, sums: gap.sums })
    expect(points(later, 'cache_hits_total')).toEqual([[3, 1200], [4, 1260]]) // biome-ignore format: one line
  })

  it('stand at their own times where the exporter tells these: the beginning of the minute at CloudWatch, its end at Google', () => {
    const own = T - 3 * MINUTE
    expect(points(readings(yace('600', ` ${own}`), { at: T }), 'cache_hits_total')).toEqual([[-3, 0], [-2, 600]]) // biome-ignore format: one line
    expect(points(readings(yace('600', ` ${own}`), { at: T }), 'cache_items')).toEqual([[-2, 4200]])
    const read = readings(google('gauge', own), { at: T })
    expect(points(read, 'cache_hits_total')).toEqual([[-4, 0], [-3, 1200]]) // biome-ignore format: one line
    expect(points(read, 'cache_connections')).toEqual([[-3, 12]])
    expect(readings(google('gauge', own), { at: T + MINUTE, sums: read.sums }).summed).toEqual([])
  })

  it('that the exporter has made a counter of are one', () => {
    expect(points(readings(google('counter', T), { at: T }), 'cache_hits_total')).toEqual([[0, 1200]])
  })

  it('of a period that nobody tells are not read, and what is no count is', () => {
    const read = readings(yace('600'), { period: null })
    expect(points(read, 'cache_hits_total')).toEqual([])
    expect(points(read, 'cache_items')).toEqual([[0, 4200]])
    expect(read.topology.capabilities).toContainEqual({ feature: 'counts', available: false, because: expect.stringContaining('give `period`') }) // biome-ignore format: one line
    const unnamed = readings(azure(''))
    expect(unnamed.summed).toEqual([])
    expect(unnamed.topology.capabilities).toContainEqual({ feature: 'counts', available: false, because: expect.stringContaining('`interval`') }) // biome-ignore format: one line
  })

  it('have the period that a label names', () => {
    const read = readings(azure('PT5M'), { at: T + 1_000 })
    const hits = read.summed.filter(({ metric }) => metric === 'cache_hits_total')
    expect(hits[1]!.at! - hits[0]!.at!).toBe(5 * MINUTE)
    expect(hits.map(({ value }) => value)).toEqual([0, 600])
    expect(read).toMatchObject({ stepMs: 225_000, lateMs: 360_000, topology: { facts: { resolution: { everyMs: 300_000 } } } })
  })

  it('that are silent about zero are zero only where requests are told and the exporter asks for errors', () => {
    const read = readings(alb)
    expect(points(read, 'pool_requests_total')).toEqual([[-1, 0], [0, 600]]) // biome-ignore format: one line
    expect(points(read, 'pool_errors_total')).toEqual([[-1, 0], [0, 0]]) // biome-ignore format: one line
    expect(read.summed[0]!.labels).toEqual({ pool: 'targetgroup/blue/73e2d6bc24d8a067' })
    expect(read.topology.pools!.map(({ name, servers }) => [name, servers])).toEqual([['targetgroup/blue/73e2d6bc24d8a067', []]])
    const without = alb.split('\n').filter((line) => !line.includes('5_xx')).join('\n') // biome-ignore format: one line
    expect(points(readings(without), 'pool_errors_total')).toEqual([])
    // Pools stay where nothing is new.
    expect(readings(alb, { sums: read.sums }).topology.pools).toHaveLength(1)
  })
})

/** Of one minute, by response code: exponential bounds as Google's, of which stackdriver_exporter prints each; values add up from bucket to bucket. */
const LATENCIES = 'stackdriver_https_lb_rule_loadbalancing_googleapis_com_https_backend_latencies'
const SERVICE = 'project_id="p",url_map_name="front",backend_target_name="web"'
const codes = { 200: [0, 40, 80, 80], 500: [0, 0, 0, 20] }
const googleTimes = (at: number, { type = 'gauge', times = 1, codes: told = codes as Record<string, number[]> } = {}) => `
# TYPE stackdriver_https_lb_rule_loadbalancing_googleapis_com_https_backend_request_count ${type}
stackdriver_https_lb_rule_loadbalancing_googleapis_com_https_backend_request_count{unit="1",response_code="200",response_code_class="200",${SERVICE}} ${80 * times} ${at}
# TYPE ${LATENCIES} histogram
${Object.entries(told)
  .flatMap(([code, buckets]) => {
    const labels = `unit="ms",response_code="${code}",response_code_class="${code}",${SERVICE}`
    const bounds = ['10', '20', '40', '+Inf']
    return [
      ...buckets.map((value, i) => `${LATENCIES}_bucket{${labels},le="${bounds[i]}"} ${value * times} ${at}`),
      `${LATENCIES}_sum{${labels}} ${(code === '200' ? 1600 : 1000) * times} ${at}`,
      `${LATENCIES}_count{${labels}} ${buckets.at(-1)! * times} ${at}`,
    ]
  })
  .join('\n')}
`
/** As Prometheus keeps them: the same series with a value a minute. */
const scrapes = (...pages: string[]) => {
  const all = new Map<string, PromSeries>()
  for (const {
    labels,
    points: [point],
  } of pages.flatMap((page) => read(page).series)) {
    const one = all.get(JSON.stringify(labels)) ?? { labels, points: [] }
    all.set(JSON.stringify(labels), one)
    one.points.push(point!)
  }
  return [...all.values()]
}
const readBalancer = (series: PromSeries[], counted: string[] | null, sums: string | null = null) =>
  readScraped(series, [EXPORTERS.stackdriver_load_balancer!], [], { seen: '', sums, counted: counted && new Set(counted) })

describe('distributions', () => {
  it('are the mean and the quantiles of all codes of a minute, in seconds, straight within a bucket', () => {
    const read = readBalancer(scrapes(googleTimes(T)), [])
    // 2,600 ms of 100 requests; the 50th lies a quarter into the bucket to 40 ms, and the 95th above the last bound: nobody knows where.
    expect(points(read, 'pool_response_seconds')).toEqual([[0, 0.026]])
    expect(points(read, 'pool_response_seconds_p50')).toEqual([[0, 0.025]])
    expect(points(read, 'pool_response_seconds_p95')).toEqual([])
    const quick = readBalancer(scrapes(googleTimes(T, { codes: { 200: [0, 40, 80, 80] } })), [])
    expect(points(quick, 'pool_response_seconds_p95')).toEqual([[0, 0.038]])
    expect(quick.summed.find(({ metric }) => metric === 'pool_response_seconds')!.labels).toEqual({ pool: 'web' })
    // Told once.
    expect(readBalancer(scrapes(googleTimes(T)), [], read.sums).summed).toEqual([])
    expect(read.topology.pools!.map(({ name }) => name)).toEqual(['web'])
  })

  it('that the exporter has added up are what lies between two minutes, as its counts say, and nothing where it began anew', () => {
    const counted = ['stackdriver_https_lb_rule_loadbalancing_googleapis_com_https_backend_request_count']
    const pages = [googleTimes(T, { type: 'counter' }), googleTimes(T + MINUTE, { type: 'counter', times: 3 }), googleTimes(T + 2 * MINUTE, { type: 'counter' }), googleTimes(T + 4 * MINUTE, { type: 'counter', times: 2 })] // biome-ignore format: one line
    expect(points(readBalancer(scrapes(...pages), counted), 'pool_response_seconds')).toEqual([[1, 0.026]])
    const one = readBalancer(scrapes(pages[0]!), counted)
    expect(points(one, 'pool_response_seconds')).toEqual([])
    expect(one.topology.capabilities).toContainEqual({ feature: 'response times', available: false, because: expect.stringContaining('read it through a Prometheus') }) // biome-ignore format: one line
  })

  it('of a Prometheus that does not say what they are are not read, nor are quantiles of a few', () => {
    expect(readBalancer(scrapes(googleTimes(T)), null).summed).toEqual([])
    const few = readBalancer(scrapes(googleTimes(T, { codes: { 200: [0, 10, 19, 19] } })), [])
    expect(points(few, 'pool_response_seconds')).toHaveLength(1)
    expect(points(few, 'pool_response_seconds_p50')).toEqual([])
  })
})

const CDN_RESULTS = { HIT: 900, MISS: 80, PARTIAL_HIT: 20, DISABLED: 5_000 }
const cdn = (backend: string, results: Record<string, number>) =>
  Object.entries(results)
    .map(([result, count]) => `stackdriver_https_lb_rule_loadbalancing_googleapis_com_https_request_count{unit="1",url_map_name="front",backend_target_name="${backend}",cache_result="${result}",response_code_class="200"} ${count} ${T}\n`) // biome-ignore format: one line
    .join('')

describe('Cloud CDN', () => {
  it('is a cache for each backend that has it', () => {
    const text = cdn('images', CDN_RESULTS) + cdn('api', { DISABLED: 700 })
    expect(thingsIn(text).map(({ name, exporter }) => [name, exporter])).toEqual([['front/images', 'stackdriver_cdn']])
    const read = readings(text)
    expect(points(read, 'cache_hits_total').at(-1)).toEqual([0, 900])
    expect(points(read, 'cache_misses_total').at(-1)).toEqual([0, 100])
  })
})

const SERVERLESS = 'account_id="1",name="arn:aws:elasticache:eu-west-1:1:serverlesscache:cart",dimension_clusterId="cart"'
const serverless = `
aws_elasticache_cache_hits_sum{${SERVERLESS}} 600
aws_elasticache_cache_misses_sum{${SERVERLESS}} 60
aws_elasticache_throttled_cmds_sum{${SERVERLESS}} 3
aws_elasticache_curr_items_average{${SERVERLESS}} 4200
aws_elasticache_successful_read_request_latency_average{${SERVERLESS}} 250
`
const memcached = `
stackdriver_memcache_node_memcache_googleapis_com_node_items{unit="1",instance_id="projects/p/locations/l/instances/pool",node_id="node-1"} 7 ${T}
stackdriver_memcache_node_memcache_googleapis_com_node_hit_ratio{unit="%",instance_id="projects/p/locations/l/instances/pool",node_id="node-1"} 95 ${T}
`

describe('caches whose provider hides their servers', () => {
  it('ElastiCache Serverless is told apart from nodes by its labels, and has no parameters to set', () => {
    expect(thingsIn(serverless + yace('5')).map(({ name, exporter }) => [name, exporter])).toEqual([
      ['cart', 'yace_elasticache_serverless'],
      ['shop-001/0001', 'yace_elasticache'],
    ])
    const read = readings(serverless)
    expect(points(read, 'cache_hits_total').at(-1)).toEqual([0, 600])
    expect(points(read, 'elasticache_throttled_commands_total').at(-1)).toEqual([0, 3])
    expect(points(read, 'elasticache_read_seconds')).toEqual([[0, 250e-6]])
    expect(points(readings(serverless.replaceAll('dimension_clusterId', 'dimension_cluster_id')), 'cache_items')).toEqual([[0, 4200]])
  })

  it('Memorystore for Memcached tells a ratio of hits: counts are not made up from it', () => {
    const read = readings(memcached)
    expect(points(read, 'memorystore_hit_ratio')).toEqual([[0, 0.95]])
    expect(points(read, 'cache_hits_total')).toEqual([])
  })

  it('Azure Managed Redis tells by five minutes, under the names of the older service', () => {
    const text = azure('PT5M').replaceAll('microsoft.cache/redis/', 'microsoft.cache/redisenterprise/')
    expect(thingsIn(text).map(({ name, exporter }) => [name, exporter])).toEqual([['cart', 'azure_redis']])
    expect(points(readings(text), 'cache_hits_total').at(-1)![1]).toBe(600)
  })
})

/** A change of a parameter of the first thing on a page, as code. */
const command = (text: string) => {
  const [thing] = thingsIn(text)
  const config = prometheusConfig.parse({ kind: 'prometheus', name: 'prom', url: 'http://127.0.0.1:9090' })
  const behind = { exporter: thing!.exporter, instance: '', address: '', thing: thing! }
  return prometheusCode.snippets({ ...config, behind }, [{ name: 'config/maxmemory-policy', expect: '', value: 'allkeys-lfu' }])
}

const MEMORYDB = 'account_id="1",region="eu-west-1",name="arn:aws:memorydb:eu-west-1:1:cluster/cart",dimension_ClusterName="cart"'
const memorydb = `
aws_memorydb_keyspace_hits_sum{${MEMORYDB},dimension_NodeName=""} 900
aws_memorydb_keyspace_hits_sum{${MEMORYDB},dimension_NodeName="cart-0001-001"} 600
aws_memorydb_keyspace_misses_sum{${MEMORYDB},dimension_NodeName="cart-0001-001"} 60
aws_memorydb_bytes_used_for_memory_db_average{${MEMORYDB},dimension_NodeName="cart-0001-001"} 4096
aws_memorydb_engine_cpuutilization_average{${MEMORYDB},dimension_NodeName="cart-0001-001"} 25
`
const NLB = 'dimension_LoadBalancer="net/front/50dc6c495c0c9188"'
const nlb = `
aws_networkelb_new_flow_count_sum{${NLB},dimension_AvailabilityZone="",dimension_TargetGroup=""} 600
aws_networkelb_new_flow_count_sum{${NLB},dimension_AvailabilityZone="eu-west-1a",dimension_TargetGroup=""} 600
aws_networkelb_tcp_target_reset_count_sum{${NLB},dimension_AvailabilityZone="",dimension_TargetGroup=""} 3
aws_networkelb_un_healthy_host_count_average{${NLB},dimension_AvailabilityZone="",dimension_TargetGroup="targetgroup/blue/73e2d6bc24d8a067"} 1
`
/** The resource's type before the metric's, both by NormalizeMetricName of utils/utils.go. */
const sharded = (prefix: string, labels: string) => `
${prefix}_stats_keyspace_hits_count{unit="1",role="primary",${labels},node_id="n1"} 1200 ${T}
${prefix}_stats_keyspace_hits_count{unit="1",role="replica",${labels},node_id="n2"} 300 ${T}
${prefix}_commandstats_calls_count{unit="1",role="primary",command="get",${labels},node_id="n1"} 1500 ${T}
${prefix}_commandstats_calls_count{unit="1",role="primary",command="set",${labels},node_id="n1"} 40 ${T}
${prefix}_memory_usage{unit="By",role="primary",${labels},node_id="n1"} 4096 ${T}
`
const REGIONAL = 'stackdriver_http_external_regional_lb_rule_loadbalancing_googleapis_com_https_external_regional_backend_request_count'
const regional = `
${REGIONAL}{unit="1",region="europe-west2",url_map_name="front",backend_target_name="web",response_code_class="200"} 80 ${T}
${REGIONAL}{unit="1",region="europe-west2",url_map_name="front",backend_target_name="web",response_code_class="500"} 20 ${T}
`

describe('what one more service of a cloud tells', () => {
  it('MemoryDB: each node is a store, and none of ElastiCache’s commands is its', () => {
    expect(thingsIn(memorydb)).toMatchObject([{ name: 'cart/cart-0001-001', exporter: 'yace_memorydb' }])
    expect(EXPORTERS.yace_memorydb!.role).toBe('store')
    const read = readings(memorydb)
    expect(points(read, 'cache_hits_total').at(-1)).toEqual([0, 600])
    expect(points(read, 'cache_memory_used_bytes')).toEqual([[0, 4096]])
    expect(points(read, 'memorydb_engine_cpu_ratio')).toEqual([[0, 0.25]])
    expect(command(memorydb)).toEqual([])
  })

  it('Network Load Balancers: connections of the whole, targets by their group, and no pool', () => {
    expect(thingsIn(nlb + alb)).toMatchObject([{ name: 'front' }, { name: 'front' }])
    expect(thingsIn(nlb)).toMatchObject([{ name: 'front', exporter: 'yace_networkelb' }])
    const read = readings(nlb)
    expect(points(read, 'nlb_new_flows_total').at(-1)).toEqual([0, 600])
    expect(points(read, 'nlb_target_resets_total').at(-1)).toEqual([0, 3])
    expect(read.summed.find(({ metric }) => metric === 'nlb_unhealthy_targets')?.labels).toEqual({
      group: 'targetgroup/blue/73e2d6bc24d8a067',
    })
    expect(read.topology.pools).toEqual([])
  })

  it.each([
    [
      'stackdriver_redis_cluster',
      'stackdriver_redis_googleapis_com_cluster_node_redis_googleapis_com_cluster_node',
      'location="l",cluster_id="cart"',
    ],
    [
      'stackdriver_valkey',
      'stackdriver_memorystore_googleapis_com_instance_node_memorystore_googleapis_com_instance_node',
      'location="l",instance_id="cart"',
    ],
  ])('%s: each node is a cache', (exporter, prefix, labels) => {
    const text = sharded(prefix, labels)
    expect(thingsIn(text).map((one) => [one.name, one.exporter])).toEqual([['cart/n1', exporter], ['cart/n2', exporter]]) // biome-ignore format: one line
    const read = readings(text)
    expect(points(read, 'cache_hits_total').at(-1)).toEqual([0, 1200])
    expect(points(read, 'cache_writes_total').at(-1)).toEqual([0, 40])
    expect(points(read, 'cache_memory_used_bytes')).toEqual([[0, 4096]])
    expect(command(text)).toEqual([])
  })

  it('regional external load balancers of Google: each backend service is a pool', () => {
    expect(thingsIn(regional)).toMatchObject([{ name: 'front', exporter: 'stackdriver_regional_load_balancer' }])
    const read = readings(regional)
    expect(points(read, 'pool_requests_total').at(-1)).toEqual([0, 100])
    expect(points(read, 'pool_errors_total').at(-1)).toEqual([0, 20])
    expect(read.topology.pools!.map(({ name }) => name)).toEqual(['web'])
  })
})

describe('rows of one’s own', () => {
  it('are sums where they say of how many seconds', () => {
    const mappings = [{ from: 'my_lookups', to: 'cache_hits_total', per: 10 }]
    const series: PromSeries[] = [{ labels: { __name__: 'my_lookups' }, points: [[T + 1_000, 5], [T + 4_000, 5], [T + 11_000, 7]] }] // biome-ignore format: one line
    const { summed } = readScraped(series, [], mappings, { seen: '' })
    expect(summed.map(({ at, value }) => [at! - T, value])).toEqual([[-10_000, 0], [0, 5], [10_000, 12]]) // biome-ignore format: one line
  })
})

describe('a change', () => {
  it('is the one provider’s command, with the names that the series tell', () => {
    expect(command(google('gauge', T)).map(({ form }) => form)).toEqual(['gcloud', 'terraform'])
    expect(command(google('gauge', T))[0]!.text).toBe(
      'gcloud redis instances update shop --region europe-west1 --project p --update-redis-config=maxmemory-policy=allkeys-lfu',
    )
    expect(command(azure('PT1M'))[0]!.text).toBe(
      'az redis update --name cart --resource-group shop --subscription 0-1 --set redisConfiguration.maxmemory-policy=allkeys-lfu',
    )
    expect(command(yace('1'))[0]!.notes[0]).toContain('--cache-cluster-id shop-001 --query')
  })

  it('of Azure Managed Redis is the property of its database, and of a serverless cache there is none', async () => {
    const [az, terraform] = command(azure('PT5M').replaceAll('microsoft.cache/redis/', 'microsoft.cache/redisenterprise/'))
    expect(az!.text).toBe(
      'az redisenterprise database update --cluster-name cart --resource-group shop --subscription 0-1 --eviction-policy AllKeysLFU',
    )
    const { resource } = await parseHcl('x.tf', terraform!.text)
    expect(resource.azurerm_managed_redis.evenkeel[0].default_database).toEqual([{ eviction_policy: 'AllKeysLFU' }])
    expect(command(serverless)).toEqual([])
  })
})

describe('a page', () => {
  it('of a cloud’s exporter has a target for each thing, and none of the sums on the page itself', async () => {
    const config = scrape.config.parse({ kind: 'scrape', name: 'page', url: 'http://127.0.0.1:9', period: 60 })
    const page = {
      read: async () => ({ at: T + 1_000, text: yace('600') + google('gauge', T), openMetrics: false }),
      close: async () => {},
    }
    const link = { config, page }
    const found = await scrape.discover!(link, AbortSignal.timeout(1_000))
    expect(found.map(({ name, role }) => [name, role])).toEqual([
      ['page:shop-001/0001', 'cache'],
      ['page:shop/node-0', 'cache'],
      ['page:shop/node-1', 'cache'],
    ])
    const readOf = async (one: typeof config) => {
      const [probe] = (scrape.variant!(one) ?? scrape).probes
      const raw = await probe!.read({ ...link, config: one }, null, AbortSignal.timeout(1_000))
      return probe!.parse(raw, { cursor: null, at: T })
    }
    expect((await readOf(config)).samples).toEqual([])
    const node = await readOf(found[0]!)
    expect(node.samples.map(({ metric, value }) => [metric, value])).toEqual([
      ['cache_hits_total', 0],
      ['cache_hits_total', 600],
      ['cache_items', 4200],
    ])
    expect(node).toMatchObject({ stepMs: 45_000, lateMs: 360_000, topology: { facts: { role: 'cache' } } })
  })
})
