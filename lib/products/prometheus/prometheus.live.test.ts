import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { startEngine } from '../../../test/engine.ts'
import { describeWith } from '../../../test/live.ts'
import { hasPromex, startPromex } from '../../../test/promex.ts'
import { type RedisServer, redisSay, startPrometheus, startRedis, startRedisExporter } from '../../../test/servers.ts'
import type { Engine } from '../../engine/engine.ts'
import { measure } from '../../metrics/measure.ts'
import { redis } from '../redis/product.ts'
import { prometheus } from './product.ts'

const title = hasPromex ? 'a fleet behind Prometheus' : 'a fleet behind Prometheus: this haproxy is built without its exporter'
const WITHIN = { timeout: 30_000, interval: 250 }

const withExporter: typeof describeWith = (programs, name, body) =>
  hasPromex ? describeWith(programs, name, body) : describe.skip(name, body)

withExporter(['redis-server', 'haproxy', 'prometheus', 'prometheus-redis-exporter'], title, () => {
  const ends = new AsyncDisposableStack()
  let engine: Engine
  let behind: RedisServer
  let native: RedisServer
  let instance: string

  beforeAll(async () => {
    ;[behind, native] = (await Promise.all([startRedis(), startRedis()])).map((server) => ends.use(server)) as [RedisServer, RedisServer]
    const exporters = await Promise.all([behind, native].map((server) => startRedisExporter(server.about.url)))
    for (const exporter of exporters) ends.use(exporter)
    const haproxy = ends.use(await startPromex())
    instance = new URL(exporters[0]!.about.url).host
    const prom = ends.use(
      await startPrometheus({
        jobs: { redis: exporters.map((exporter) => exporter.about.url), haproxy: [`http://127.0.0.1:${haproxy.about.ports[0]}/metrics`] },
      }),
    )
    engine = ends.use(
      startEngine([
        { config: redis.config.parse({ kind: 'redis', name: 'cache-a', url: native.about.url }), product: redis },
        { config: prometheus.config.parse({ kind: 'prometheus', name: 'prom', url: prom.about.url }), product: prometheus },
      ]),
    )
  })
  afterAll(() => ends.disposeAsync())

  it('shows each server behind it once: what is watched at its own address is not watched twice', async () => {
    await vi.waitUntil(() => engine.topology().targets.length >= 4, { ...WITHIN, timeout: 60_000 })
    const names = engine.topology().targets.map(({ name }) => name)
    expect(names).toContain('cache-a')
    expect(names).toContain(`prom:${instance}`)
    expect(names.filter((name) => name.startsWith('prom:'))).toHaveLength(2)
  })

  it('measures a Redis behind it in the canonical vocabulary, at the resolution of the scrapes', async () => {
    await redisSay(behind, 'SET k v')
    const target = `prom:${instance}`
    // Reads until it is measured: those of a start would be gone where the first scrapes come late.
    await vi.waitUntil(async () => {
      await redisSay(behind, ...Array.from({ length: 18 }, () => 'GET k'), 'GET missing', 'GET missing')
      const ratio = measure('cache_hit_ratio', { target }, engine.window(30_000))
      return ratio.is === 'measured' && Math.abs(ratio.value - 0.9) < 0.01 && ratio.count > 200
    }, WITHIN)
    expect(engine.topology().targets.find(({ name }) => name === target)).toMatchObject({
      state: 'up',
      role: 'cache',
      version: expect.stringMatching(/^\d+\./),
    })
    expect(engine.window(30_000).series('cache_hits_total', { target })[0]?.stepMs).toBeLessThan(1_500)
  })

  it('shows HAProxy’s pools with weights and states, read-only', async () => {
    await vi.waitUntil(() => engine.topology().pools.length > 0, WITHIN)
    expect(engine.topology().pools.find(({ name }) => name === 'app')).toMatchObject({
      can: { weight: { because: expect.any(String) } },
      servers: [
        { name: 'a', weightSet: 10, state: 'up' },
        { name: 'b', weightSet: 30, state: 'maint' },
      ],
    })
  })

  it('says down, with the reason, when a server behind it ends', async () => {
    await behind[Symbol.asyncDispose]()
    await vi.waitUntil(() => engine.topology().targets.find(({ name }) => name === `prom:${instance}`)?.state === 'down', WITHIN)
    expect(engine.topology().targets.find(({ name }) => name === `prom:${instance}`)?.error).toContain('redis_up is 0')
    expect(engine.topology().targets.find(({ name }) => name === 'cache-a')?.state).toBe('up')
  })
})
