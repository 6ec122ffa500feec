import { describe, expect, it } from 'vitest'
import { prometheusCode } from '../prometheus/asCode.ts'
import { prometheusConfig } from '../prometheus/config.ts'
import { scrape } from '../scrape/product.ts'
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
  summed.filter((one) => one.metric === metric).map(({ at, value }) => [(at! - T) / MINUTE, value])

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

describe('rows of one’s own', () => {
  it('are sums where they say of how many seconds', () => {
    const mappings = [{ from: 'my_lookups', to: 'cache_hits_total', per: 10 }]
    const series: PromSeries[] = [{ labels: { __name__: 'my_lookups' }, points: [[T + 1_000, 5], [T + 4_000, 5], [T + 11_000, 7]] }] // biome-ignore format: one line
    const { summed } = readScraped(series, [], mappings, { seen: '' })
    expect(summed.map(({ at, value }) => [at! - T, value])).toEqual([[-10_000, 0], [0, 5], [10_000, 12]]) // biome-ignore format: one line
  })
})

describe('a change', () => {
  const command = (text: string) => {
    const [thing] = thingsIn(text)
    const config = prometheusConfig.parse({ kind: 'prometheus', name: 'prom', url: 'http://127.0.0.1:9090' })
    const behind = { exporter: thing!.exporter, instance: '', address: '', thing: thing! }
    return prometheusCode.snippets({ ...config, behind }, [{ name: 'config/maxmemory-policy', expect: '', value: 'allkeys-lfu' }])
  }

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
