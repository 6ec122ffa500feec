import { expect, test } from 'vitest'
import { describeWith } from './live.ts'
import { found, readThrough, reporterTo, startEvenkeel } from './liveCache.ts'
import { apply, expectPredicted, judged } from './predictedChange.ts'
import { randomOf } from './random.ts'
import { redisSay, startRedis } from './servers.ts'

type Load = { policy: string; better: string; from: 'monitor' | 'report'; key(random: () => number, n: number): string }

/** Zipf's law over so many keys, by inversion. */
const rank = (keys: number, random: () => number) => Math.floor(keys ** random() - 1)

const LOADS: Record<string, Load> = {
  'scans beside what is popular': {
    policy: 'allkeys-lru',
    better: 'allkeys-lfu',
    from: 'monitor',
    key: (random, n) => (n % 2 === 0 ? `item:${rank(4_000, random)}` : `scan:${n}`),
  },
  // An LFU whose hits fall and rise by several points within each minute.
  'popularity that moves on': {
    policy: 'allkeys-lfu',
    better: 'allkeys-lru',
    from: 'report',
    key: (random, n) => `item:${Math.floor(n / 12) + Math.floor(4_000 * random() ** 2)}`,
  },
}

/** `npm run test:long`: about six minutes each. */
describeWith(['redis-server'], 'another rule of eviction', () => {
  test.each(Object.entries(LOADS))('%s: found, set, and it hits what was predicted', async (_name, { policy, better, from, key }) => {
    await using cache = await startRedis({ config: ['maxmemory 4mb', `maxmemory-policy ${policy}`] })
    await using evenkeel = await startEvenkeel(`mode: tune
targets: [{ kind: redis, name: cache, url: "${cache.about.url}", monitor: bursts, references: { from: ${from} } }]
rules: { cache/eviction-policy: { for: 1s, resolveAfter: 1s, history: 3m } }
watch: { before: 60s, measure: 60s }
`)
    const { call } = evenkeel
    const reporter = from === 'report' ? reporterTo(evenkeel.send) : undefined
    const random = randomOf(7)
    let n = 0
    using _ = readThrough({
      url: cache.about.url,
      perSecond: 500,
      key: () => key(random, n++),
      ttlMs: () => 3_600_000,
      value: 'x'.repeat(1_000),
      ...(reporter && { reporter }),
    })
    const finding = await found(
      'the finding',
      async () => (await call('GET', 'findings?state=firing&rule=cache/eviction-policy')).body.items[0],
      400_000,
    )
    const proposal = await found('the proposal', async () => (await call('GET', `proposals?finding=${finding.id}`)).body.items[0])
    expect(proposal.advisor).toBe('cache-policy')
    expect(proposal.steps[0]).toMatchObject({ before: policy, after: better })
    const ended = await judged(evenkeel, await apply(evenkeel, proposal), 400_000)
    console.log(`from ${policy}: ${expectPredicted(proposal, ended)}`)
    expect(await redisSay(cache, 'CONFIG GET maxmemory-policy')).toContain(better)
    // By the rule that it has now nothing is to be won by another: its next curve says so.
    await found('its end', async () => (await call('GET', `findings/${finding.id}`)).body.state === 'resolved', 400_000)
    expect((await call('GET', 'proposals?state=open')).body.items).toEqual([])
    await reporter?.stop()
  })
})
