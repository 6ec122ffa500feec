import { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import { followTtls } from '../client/index.ts'
import { describeWith } from './live.ts'
import { found, readThrough, reporterTo, startEvenkeel } from './liveCache.ts'
import { randomOf } from './random.ts'
import { startRedis } from './servers.ts'

const TTL_KEY = 'evenkeel:ttl'
const VALUE = 'x'.repeat(1_000)

type Lever = {
  config: string[]
  advisor: string
  key(random: () => number, n: number): string
  /** Of the keys `page:*`, by a policy that the application follows; other keys live for ten minutes. */
  ttlMs: number
  perSecond: number
}

/** Zipf's law over so many keys, by inversion. */
const rank = (keys: number, random: () => number) => Math.floor(keys ** random() - 1)

const LEVERS: Record<string, Lever> = {
  'more memory': {
    config: ['maxmemory 5mb', 'maxmemory-policy allkeys-lru'],
    advisor: 'cache-memory',
    key: (random) => `item:${rank(12_000, random)}`,
    ttlMs: 600_000,
    perSecond: 500,
  },
  'a longer TTL': {
    config: ['maxmemory 64mb', 'maxmemory-policy allkeys-lru'],
    advisor: 'ttl-length',
    key: (random) => `page:${rank(4_000, random)}`,
    ttlMs: 5_000,
    perSecond: 300,
  },
}

/** `npm run test:long`: about two minutes each. */
describeWith(['redis-server'], 'what is predicted of a lever is what a real server does', () => {
  test.each(Object.entries(LEVERS))('%s', async (_name, { config, advisor, key, ttlMs, perSecond }) => {
    await using cache = await startRedis({ config })
    const redis = new Redis(cache.about.url)
    const listener = redis.duplicate()
    await using evenkeel = await startEvenkeel(`mode: tune
targets: [{ kind: redis, name: cache, url: "${cache.about.url}", role: cache, references: { from: report } }]
ttls: [{ name: pages, match: "page:*", ttl: ${ttlMs}ms, jitter: 0.1, control: { target: cache, key: "${TTL_KEY}" } }]
rules: { cache/hit-ratio-low: { low: 0.99, over: 20s, warm: 60s, for: 1s, lookupsMin: 500 } }
watch: { before: 20s, measure: 30s }
`)
    const { call } = evenkeel
    const policies = await followTtls({
      link: {
        get: (one) => redis.get(one),
        hgetall: (one) => redis.hgetall(one),
        hset: (one, field, value) => redis.hset(one, field, value),
        hdel: (one, field) => redis.hdel(one, field),
        async subscribe(channel, onMessage) {
          listener.on('message', (_, message) => onMessage(message))
          await listener.subscribe(channel)
          return () => listener.disconnect()
        },
      },
      name: 'application',
      key: TTL_KEY,
      initial: { pages: { version: 0, match: 'page:*', ttlMs, jitter: 0.1 } },
    })
    const reporter = reporterTo(evenkeel.send)
    const random = randomOf(7)
    let n = 0
    using _ = readThrough({
      url: cache.about.url,
      perSecond,
      key: () => key(random, n++),
      ttlMs: (one) => Math.round(policies.ttlMs(one) ?? 600_000),
      value: VALUE,
      reporter,
    })
    const proposal = await found(
      'the proposal',
      async () => {
        const { items } = (await call('GET', 'proposals?state=open')).body
        return items.find((one: { advisor: string; prediction: unknown }) => one.advisor === advisor && one.prediction)
      },
      240_000,
    )
    const { change } = (await call('POST', `proposals/${proposal.id}/apply`)).body
    const ended = await found(
      'the verdict',
      async () => {
        const { body } = await call('GET', `changes/${change}`)
        return body.verdict && body
      },
      600_000,
    )
    const { before, after, low, high } = proposal.prediction
    const words = `${proposal.steps[0].after}: ${before} -> ${after} (${low} to ${high}), measured ${ended.measured?.after}: ${ended.outcome}`
    expect(ended, words).toMatchObject({ state: 'kept', verdict: 'improved' })
    expect(ended.measured.after, words).toBeGreaterThanOrEqual(low)
    expect(ended.measured.after, words).toBeLessThanOrEqual(high)
    console.log(`${advisor}: ${words}`)
    await reporter.stop()
    await policies.stop()
    redis.disconnect()
  })
})
