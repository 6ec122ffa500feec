import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { startEngine } from '../../../test/engine.ts'
import { describeWith } from '../../../test/live.ts'
import { startPrometheus } from '../../../test/servers.ts'
import { stampede } from '../../detectors/cache/stampede.ts'
import type { Engine } from '../../engine/engine.ts'
import { increase, rates } from '../../math/rates.ts'
import { prometheus } from './product.ts'

const MINUTE = 60_000
const WITHIN = { timeout: 30_000, interval: 250 }
const NODE = 'name="arn:aws:elasticache:eu-west-1:1:cluster:shop-001",dimension_CacheClusterId="shop-001",dimension_CacheNodeId="0001"'
const INSTANCE = 'instance_id="projects/p/locations/europe-west1/instances/cart",node_id="node-0"'

const LB = 'stackdriver_https_lb_rule_loadbalancing_googleapis_com_https'
const SERVICE = 'unit="1",url_map_name="front",backend_target_name="web"'
/** 100 requests of a minute, 2,600 ms in all, and where Cloud CDN has looked. */
const balancer = (at: number) => `# TYPE ${LB}_backend_request_count gauge
${LB}_backend_request_count{${SERVICE},response_code_class="200"} 100 ${at}
# TYPE ${LB}_backend_latencies histogram
${[['10', 0], ['20', 40], ['40', 80], ['80', 100], ['+Inf', 100]].map(([le, value]) => `${LB}_backend_latencies_bucket{${SERVICE},le="${le}"} ${value} ${at}`).join('\n')}
${LB}_backend_latencies_sum{${SERVICE}} 2600 ${at}
${LB}_backend_latencies_count{${SERVICE}} 100 ${at}
# TYPE ${LB}_request_count gauge
${LB}_request_count{${SERVICE},response_code_class="200",cache_result="HIT"} 900 ${at}
${LB}_request_count{${SERVICE},response_code_class="200",cache_result="MISS"} 100 ${at}
` // biome-ignore format: a page

/**
 * A page as two exporters print theirs: of CloudWatch without a time, one sum that is repeated; of Google with the time of the point, whose minutes
 * pass here at each scrape.
 */
async function startExporters() {
  const first = Math.floor(Date.now() / MINUTE) * MINUTE - 12 * MINUTE
  let minutes = 0
  const server = createServer((_, response) => {
    const own = first + Math.min(minutes++, 8) * MINUTE
    response.end(`# TYPE aws_elasticache_cache_hits_sum gauge
aws_elasticache_cache_hits_sum{${NODE}} 600
# TYPE aws_elasticache_cache_misses_sum gauge
aws_elasticache_cache_misses_sum{${NODE}} 200
# TYPE stackdriver_redis_instance_redis_googleapis_com_stats_keyspace_hits gauge
stackdriver_redis_instance_redis_googleapis_com_stats_keyspace_hits{unit="1",role="primary",${INSTANCE}} 1200 ${own}
${balancer(own)}`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`
  return { url, [Symbol.asyncDispose]: async () => void server.close() }
}

describeWith(['prometheus'], 'things of a cloud behind Prometheus', () => {
  const ends = new AsyncDisposableStack()
  let engine: Engine

  beforeAll(async () => {
    const exporters = ends.use(await startExporters())
    const { about } = ends.use(await startPrometheus({ jobs: { cloud: [exporters.url] }, everyMs: 500 }))
    const counted = encodeURIComponent('count_over_time({__name__=~"stackdriver_redis.*"}[15m]) >= 6')
    await vi.waitUntil(async () => (await (await fetch(`${about.url}/api/v1/query?query=${counted}`)).text()).includes('node-0'), WITHIN)
    // The sums of a period of a second: what takes minutes at AWS.
    const config = prometheus.config.parse({ kind: 'prometheus', name: 'prom', url: about.url, period: 1 })
    engine = ends.use(startEngine([{ config, product: prometheus }], { detectors: [stampede] }))
    const read = ['prom:cart/node-0', 'prom:shop-001/0001', 'prom:front/web']
    await vi.waitUntil(() => read.every((target) => of(target).length > 0), WITHIN)
  })
  afterAll(() => ends.disposeAsync())

  const of = (target: string) => engine.window(20 * MINUTE).series('cache_hits_total', { target })

  it('shows each as a target of its own, with its provider’s delay', async () => {
    const targets = () => engine.topology().targets.filter(({ name }) => name.startsWith('prom:'))
    await vi.waitFor(
      () =>
        expect(
          targets()
            .map(({ name, role, state }) => [name, role, state])
            .sort(),
        ).toEqual([
          ['prom:cart/node-0', 'cache', 'up'],
          ['prom:front', undefined, 'up'],
          ['prom:front/web', 'cache', 'up'],
          ['prom:shop-001/0001', 'cache', 'up'],
        ]),
      WITHIN,
    )
    expect(targets().find(({ name }) => name === 'prom:cart/node-0')).toMatchObject({ resolution: { everyMs: MINUTE, lateMs: 360_000 } })
  })

  it('makes counters of sums: each minute once, at its own time where it has one', () => {
    const [google] = of('prom:cart/node-0')
    const minutes = rates(google!.points, google!.stepMs)
    expect(minutes.length).toBeGreaterThanOrEqual(5)
    expect(new Set(minutes.map(([, value]) => value))).toEqual(new Set([20]))
    expect(minutes.every(([at], index) => at % MINUTE === 0 && (index === 0 || at - minutes[index - 1]![0] === MINUTE))).toBe(true)
    // Scraped twice a second, counted once.
    const [amazon] = of('prom:shop-001/0001')
    const seconds = amazon!.points.length - 1
    expect(increase(amazon!.points)).toBe(600 * seconds)
    expect(rates(amazon!.points, amazon!.stepMs).every(([, value]) => value === 600)).toBe(true)
  })

  it('has the mean, the median and the 95th percentile of Google’s distributions, minute by minute, and Cloud CDN’s hits', async () => {
    const times = (metric: string) => {
      const [series] = engine.window(20 * MINUTE).series(metric, { target: 'prom:front', pool: 'web' })
      return series?.points ?? []
    }
    await vi.waitUntil(() => times('pool_response_seconds').length >= 5 && of('prom:front/web').length > 0, WITHIN)
    for (const [metric, seconds] of [
      ['pool_response_seconds', 0.026],
      ['pool_response_seconds_p50', 0.025],
      ['pool_response_seconds_p95', 0.07],
    ] as const)
      for (const [at, value] of times(metric)) expect([at % MINUTE, Number(value.toPrecision(9))], metric).toEqual([0, seconds])
    const [hits] = of('prom:front/web')
    expect(new Set(rates(hits!.points, hits!.stepMs).map(([, value]) => value))).toEqual(new Set([15]))
  })

  it('is not judged by a rule of seconds, which says why', async () => {
    const status = () => engine.judged(stampede.id)
    await vi.waitUntil(() => status().because.some((one) => one.includes('needs finer values')), WITHIN)
    expect(status()).toMatchObject({ found: 0, clear: 0 })
  })
})
