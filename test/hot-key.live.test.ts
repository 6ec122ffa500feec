import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import { hotKey } from '../lib/detectors/cache/hot-key.ts'
import { createBus } from '../lib/engine/bus.ts'
import { createEngine } from '../lib/engine/engine.ts'
import { createFleet } from '../lib/engine/fleet.ts'
import type { Finding } from '../lib/model/finding.ts'
import { redisConfig } from '../lib/products/redis/config.ts'
import { redis } from '../lib/products/redis/product.ts'
import { createStore } from '../lib/store/store.ts'
import { describeWith } from './live.ts'
import { startRedis } from './servers.ts'

describeWith(['redis-server'], 'a hot key, from the server to the finding', () => {
  test('fires within seconds of its first reads, names the key alone, and resolves', async () => {
    await using server = await startRedis()
    const config = redisConfig.parse({ kind: 'redis', name: 'a', url: server.about.url, monitor: 'bursts' })
    const client = new Redis(server.about.url)
    let hot = 0
    const traffic = setInterval(() => {
      for (let i = 0; i < 4; i++) void client.get(Math.random() < hot ? 'hot:1' : `k:${Math.floor(1_600 * Math.random() ** 2)}`)
    }, 20)
    const findings = new Map<string, Finding>()
    const bus = createBus(() => {})
    bus.on((event) => {
      if (event.type === 'finding') findings.set(event.finding.subject.key ?? '', event.finding)
    })
    const store = createStore({ path: ':memory:' })
    const quiet = () => {}
    const log = { info: quiet, warn: quiet, error: quiet }
    const poll = { everyMs: 1_000, timeoutMs: 900 }
    const engine = createEngine({
      fleet: createFleet({ targets: [{ config, product: redis }], edges: [], poll, store, bus, log }),
      rules: {},
      detectors: [hotKey],
      advisors: [],
      store,
      bus,
      describe: () => ({ commands: [] }),
      learningMs: 0,
      log,
    })
    const until = async (ms: number, done: () => boolean) => {
      const end = Date.now() + ms
      while (Date.now() < end && !done()) await sleep(100)
      return done()
    }
    try {
      engine.start()
      await sleep(10_000)
      expect([...findings.values()]).toEqual([])
      hot = 0.3
      expect(await until(20_000, () => findings.get('hot:1')?.state === 'firing')).toBe(true)
      hot = 0
      expect(await until(30_000, () => findings.get('hot:1')?.state === 'resolved')).toBe(true)
      expect([...findings.keys()]).toEqual(['hot:1'])
    } finally {
      clearInterval(traffic)
      await engine.stop()
      client.disconnect()
      store.close()
    }
  })
})
