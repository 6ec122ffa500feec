import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import { hotKey } from '../lib/detectors/cache/hot-key.ts'
import type { Finding } from '../lib/model/finding.ts'
import { redisConfig } from '../lib/products/redis/config.ts'
import { redis } from '../lib/products/redis/product.ts'
import { startEngine } from './engine.ts'
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
    const onFinding = (finding: Finding) => void findings.set(finding.subject.key ?? '', finding)
    const until = async (ms: number, done: () => boolean) => {
      const end = Date.now() + ms
      while (Date.now() < end && !done()) await sleep(100)
      return done()
    }
    try {
      await using _engine = startEngine([{ config, product: redis }], { detectors: [hotKey], learningMs: 0, onFinding })
      await sleep(10_000)
      expect([...findings.values()]).toEqual([])
      hot = 0.3
      expect(await until(20_000, () => findings.get('hot:1')?.state === 'firing')).toBe(true)
      hot = 0
      expect(await until(30_000, () => findings.get('hot:1')?.state === 'resolved')).toBe(true)
      expect([...findings.keys()]).toEqual(['hot:1'])
    } finally {
      clearInterval(traffic)
      client.disconnect()
    }
  })
})
