import { Redis } from 'ioredis'
import { test } from 'vitest'
import { followPolicies } from '../demo/follower.ts'
import { describeWith } from './live.ts'
import { readThrough, reporterTo, startEvenkeel } from './liveCache.ts'
import { apply, expectPredicted, judged, proposed } from './predictedChange.ts'
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
    await using evenkeel = await startEvenkeel(`mode: tune
targets: [{ kind: redis, name: cache, url: "${cache.about.url}", role: cache, references: { from: report } }]
ttls: [{ name: pages, match: "page:*", ttl: ${ttlMs}ms, jitter: 0.1, control: { target: cache, key: "${TTL_KEY}" } }]
rules: { cache/hit-ratio-low: { low: 0.99, over: 20s, warm: 60s, for: 1s, lookupsMin: 500 } }
watch: { before: 20s, measure: 30s }
`)
    const policies = await followPolicies({
      name: 'application',
      redis,
      ttlKey: TTL_KEY,
      ttls: { pages: { version: 0, match: 'page:*', ttlMs, jitter: 0.1 } },
      random: Math.random,
    })
    const reporter = reporterTo(evenkeel.send)
    const random = randomOf(7)
    let n = 0
    using _ = readThrough({
      url: cache.about.url,
      perSecond,
      key: () => key(random, n++),
      ttlMs: (one) => (one.startsWith('page:') ? policies.ttlMs(one) : 600_000),
      value: VALUE,
      reporter,
    })
    const proposal = await proposed(evenkeel, advisor, 240_000)
    const ended = await judged(evenkeel, await apply(evenkeel, proposal), 600_000)
    console.log(expectPredicted(proposal, ended))
    await reporter.stop()
    await policies.stop()
    redis.disconnect()
  })
})
