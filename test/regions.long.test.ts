import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import { replicationLag } from '../lib/detectors/cache/replication-lag.ts'
import { redisConfig } from '../lib/products/redis/config.ts'
import { redis } from '../lib/products/redis/product.ts'
import { startEngine } from './engine.ts'
import { describeWith } from './live.ts'
import { startRelay } from './relay.ts'
import { startRedis } from './servers.ts'

describeWith(['redis-server'], 'a replica in another region', () => {
  test('is told to be behind once its link carries nothing, by the age of its values, and not before', async () => {
    await using primary = await startRedis({ config: ['repl-diskless-sync-delay 0', 'repl-ping-replica-period 1'] })
    await using link = await startRelay(primary.about.port)
    await using replica = await startRedis({ config: [`replicaof 127.0.0.1 ${link.port}`] })
    const targets = [
      { name: 'us', url: primary.about.url, region: 'us-east-1' },
      { name: 'eu', url: replica.about.url, region: 'eu-west-1' },
    ].map(({ region, ...rest }) => ({
      config: { ...redisConfig.parse({ kind: 'redis', role: 'store', ...rest }), labels: { region } },
      product: redis,
    }))
    await using engine = startEngine(targets)
    const writer = new Redis(primary.about.url)
    const writes = setInterval(() => void writer.set('k', String(Date.now())), 20)
    const settings = replicationLag.settings.parse({ regionSeconds: 2, regionOver: '7s' })
    const said = () =>
      [...replicationLag.detect(engine.window(60_000), engine.topology(), settings)].find(({ subject }) => subject.target === 'eu')
    const until = async (is: string) => {
      for (const end = Date.now() + 25_000; Date.now() < end; await sleep(100)) if (said()?.is === is) return said()
      throw new Error(`not ${is}: ${JSON.stringify(said())}`)
    }
    try {
      expect(await until('clear')).toBeDefined()
      link.hold()
      expect(await until('found')).toMatchObject({
        severity: 'warning',
        summary: expect.stringMatching(/^Readers of eu in eu-west-1 get values that are .* old: so far it is behind us in us-east-1$/),
        evidence: [{ unit: 'seconds', threshold: 2 }],
      })
      link.release()
      expect(await until('clear')).toBeDefined()
    } finally {
      clearInterval(writes)
      writer.disconnect()
    }
  }, 60_000)
})
