import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { expect, test, vi } from 'vitest'
import { follow } from '../demo/follower.ts'
import { parseConfig } from '../lib/config/parse.ts'
import { openHouse } from '../lib/server/open.ts'
import { schemas } from '../lib/server/schemas.ts'
import { describeWith } from './live.ts'
import { startRedis } from './servers.ts'

const KEYS = 4_000
const TTL_MS = 12_000

/** An application that fetches each key again when it has ended, with the TTL that the policy draws: one load that comes back for ever. */
async function startLoader(url: string) {
  const redis = new Redis(url)
  const policy = { match: 'product:*', ttlMs: TTL_MS, jitter: 0, version: 0 }
  const followed = await follow({
    name: 'loader',
    redis,
    ringKey: 'no-ring',
    ttlKey: 'evenkeel:ttl',
    ring: { version: 0, algorithm: 'ketama', nodes: [{ name: 'a', address: '127.0.0.1:1', points: 1 }] },
    ttls: { products: policy },
    random: Math.random,
  })
  const keys = Array.from({ length: KEYS }, (_, i) => ({ key: `product:${i}`, endsAt: 0 }))
  const timer = setInterval(() => {
    const now = Date.now()
    const pipeline = redis.pipeline()
    for (const each of keys) {
      if (each.endsAt > now) continue
      const ttl = followed.ttlMs(each.key)
      each.endsAt = now + ttl
      pipeline.set(each.key, 'x', 'PX', ttl)
    }
    if (pipeline.length > 0) void pipeline.exec()
  }, 100)
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      await followed.stop()
      redis.disconnect()
    },
  }
}

/** What `look` finds within that time. */
const found = <T>(withinMs: number, what: string, look: () => Promise<T | null | undefined> | T | null | undefined): Promise<T> =>
  vi.waitFor(
    async () => {
      const seen = await look()
      if (seen === null || seen === undefined) throw new Error(`not within ${withinMs / 1_000} s: ${what}`)
      return seen
    },
    { timeout: withinMs, interval: 250 },
  )

describeWith(['redis-server'], 'a cliff of keys on a real Redis that comes back every TTL', () => {
  test('a change of its jitter is kept as improved: the measured peak stands beside the predicted', { timeout: 180_000 }, async () => {
    await using redis = await startRedis()
    await using _loader = await startLoader(redis.about.url)
    const data = mkdtempSync(join(tmpdir(), 'evenkeel-jitter-'))
    process.env.EVENKEEL_LOG = 'silent'
    const text = `
mode: tune
data: ${data}
learning: 0s
targets: [{ kind: redis, name: cache, url: "${redis.about.url}", role: cache }]
ttls: [{ name: products, match: "product:*", ttl: ${TTL_MS}ms, jitter: 0, followers: 1, control: { target: cache, key: "evenkeel:ttl" } }]
`
    const house = await openHouse(
      parseConfig(text, {}, schemas(), { file: join(data, 'x.yaml'), readFile: () => '' }),
      { NODE_ENV: 'test' },
      () => {},
    )
    try {
      const proposal = await found(60_000, 'the jitter is proposed', () =>
        house.store.proposals.list((one) => one.state === 'open' && one.advisor === 'ttl-jitter').at(0),
      )
      const prediction = proposal.prediction!
      expect(prediction).toMatchObject({ metric: 'cache_expiration_peak_rate', where: { target: 'cache' } })
      expect(prediction.before).toBeGreaterThan(KEYS / 4)
      const { change } = await found(10_000, 'it is applied', () => house.changes.apply(proposal.id, 'ann').catch(() => null))
      const ended = await found(110_000, 'the change ends', () => {
        const now = house.store.changes.get(change!)!
        return now.state === 'kept' || now.state === 'rolled_back' || now.state === 'failed' ? now : null
      })
      expect(ended, ended.outcome).toMatchObject({ state: 'kept', verdict: 'improved' })
      expect(ended.needsPerson).toBeUndefined()
      const { before, after } = ended.measured!
      expect(before).toBe(prediction.before)
      expect(after).toBeLessThan(before / 3)
      expect(after, ended.outcome).toBeLessThanOrEqual(prediction.high)
      expect(after, ended.outcome).toBeGreaterThanOrEqual(prediction.low * 0.5)
    } finally {
      await house.close()
      rmSync(data, { recursive: true, force: true })
    }
  })
})
