import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { LRUCache } from 'lru-cache'
import { Counter, Gauge, Registry } from 'prom-client'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { startEngine } from '../../../test/engine.ts'
import { describeWith } from '../../../test/live.ts'
import { startPromex } from '../../../test/promex.ts'
import { type RedisServer, redisSay, startRedis, startRedisExporter } from '../../../test/servers.ts'
import type { Engine } from '../../engine/engine.ts'
import { measure } from '../../metrics/measure.ts'
import { scrape } from './product.ts'

const WITHIN = { timeout: 30_000, interval: 100 }

/** An application with two caches in its memory, told by prom-client under Micrometer's names. */
async function startApplication() {
  const registry = new Registry()
  const gets = new Counter({ name: 'cache_gets_total', help: 'reads', labelNames: ['cache', 'result'], registers: [registry] })
  const caches = ['users', 'prices'].map((cache) => ({ cache, entries: new LRUCache<string, string>({ max: 100 }) }))
  const size = new Gauge({
    name: 'cache_size',
    help: 'entries',
    labelNames: ['cache'],
    registers: [registry],
    collect: () => caches.forEach(({ cache, entries }) => void size.set({ cache }, entries.size)),
  })
  let requests = 0
  const server = createServer(async (_request, response) => {
    requests++
    response.writeHead(200, { 'content-type': registry.contentType }).end(await registry.metrics())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`,
    requests: () => requests,
    read(index: number, key: string) {
      const { cache, entries } = caches[index]!
      const hit = entries.get(key) !== undefined
      gets.inc({ cache, result: hit ? 'hit' : 'miss' })
      if (!hit) entries.set(key, key)
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

describeWith(['redis-server', 'haproxy', 'prometheus-redis-exporter'], 'pages of metrics without a Prometheus', () => {
  const ends = new AsyncDisposableStack()
  let engine: Engine
  let application: Awaited<ReturnType<typeof startApplication>>
  let redis: RedisServer

  beforeAll(async () => {
    application = ends.use(await startApplication())
    redis = ends.use(await startRedis())
    const exporter = ends.use(await startRedisExporter(redis.about.url))
    const haproxy = ends.use(await startPromex())
    const targetOf = (name: string, url: string) => ({ config: scrape.config.parse({ kind: 'scrape', name, url }), product: scrape })
    // Caches are looked for at once, and then each ten seconds.
    application.read(0, 'first')
    application.read(1, 'first')
    engine = ends.use(
      startEngine([
        targetOf('shop', application.url),
        targetOf('redis', exporter.about.url),
        targetOf('edge', `http://127.0.0.1:${haproxy.about.ports[0]}/metrics`),
      ]),
    )
  })
  afterAll(() => ends.disposeAsync())

  const fact = (name: string) => engine.topology().targets.find((target) => target.name === name)

  it('shows each cache of an application as one, with its own hit ratio, by one request for all', async () => {
    await vi.waitUntil(() => fact('shop:users')?.state === 'up' && fact('shop:prices')?.state === 'up', WITHIN)
    expect(fact('shop:users')).toMatchObject({ role: 'cache' })
    const ratioOf = (name: string) => measure('cache_hit_ratio', { target: name }, engine.window(30_000))
    let turn = 0
    await vi.waitUntil(() => {
      // Ten keys that fit, and ever new ones.
      for (let i = 0; i < 50; i++) {
        application.read(0, `k${i % 10}`)
        application.read(1, i % 2 === 0 ? 'same' : `new${turn++}`)
      }
      const [users, prices] = [ratioOf('shop:users'), ratioOf('shop:prices')]
      return users.is === 'measured' && users.value > 0.95 && prices.is === 'measured' && Math.abs(prices.value - 0.5) < 0.05
    }, WITHIN)
    const [from, since] = [application.requests(), performance.now()]
    await vi.waitUntil(() => application.requests() >= from + 2, WITHIN)
    // Three targets are read by one request each 2 s; the first may have been about to come.
    expect((performance.now() - since) / 2).toBeGreaterThan(1_000)
  })

  it('reads an exporter and a balancer by the same table as behind a Prometheus', async () => {
    await vi.waitUntil(async () => {
      await redisSay(redis, 'SET k v', ...Array.from({ length: 9 }, () => 'GET k'), 'GET missing')
      const ratio = measure('cache_hit_ratio', { target: 'redis' }, engine.window(30_000))
      return ratio.is === 'measured' && Math.abs(ratio.value - 0.9) < 0.01
    }, WITHIN)
    expect(fact('redis')).toMatchObject({ state: 'up', role: 'cache', version: expect.stringMatching(/^\d+\./) })
    expect(engine.topology().pools.find(({ name }) => name === 'app')).toMatchObject({
      target: 'edge',
      can: { weight: { because: expect.stringContaining('page of metrics') } },
      servers: [
        { name: 'a', weightSet: 10, state: 'up' },
        { name: 'b', weightSet: 30, state: 'maint' },
      ],
    })
  })
})
