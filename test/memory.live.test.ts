import { expect, test } from 'vitest'
import { describeWith } from './live.ts'
import { found, readThrough, reporterTo, startEvenkeel } from './liveCache.ts'
import { apply, expectPredicted, judged } from './predictedChange.ts'
import { randomOf } from './random.ts'
import { redisSay, startRedis } from './servers.ts'

const MIB = 1_048_576
const KEYS = 6_000

describeWith(['redis-server'], 'a cache that is too big', () => {
  test('is found, made smaller on one call, and hits as much as was predicted', async () => {
    await using cache = await startRedis({ config: ['maxmemory 64mb', 'maxmemory-policy allkeys-lru'] })
    await using evenkeel = await startEvenkeel(`mode: tune
targets: [{ kind: redis, name: cache, url: "${cache.about.url}", references: { from: report } }]
rules: { cache/memory-surplus: { for: 1s, history: 20s } }
watch: { before: 10s, measure: 10s }
`)
    const { call } = evenkeel
    const reporter = reporterTo(evenkeel.send)
    const random = randomOf(7)
    const key = () => `product:${Math.floor(KEYS ** random() - 1)}`
    using _ = readThrough({ url: cache.about.url, perSecond: 400, key, ttlMs: () => 120_000, value: 'x'.repeat(500), reporter })
    const finding = await found(
      'the finding',
      async () => (await call('GET', 'findings?state=firing&rule=cache/memory-surplus')).body.items[0],
    )
    expect(finding).toMatchObject({ severity: 'info', subject: { target: 'cache' } })
    const proposal = await found('the proposal', async () => (await call('GET', `proposals?finding=${finding.id}`)).body.items[0])
    const { low, after, high, holds } = proposal.prediction
    expect(holds).toBe(true)
    expect(low).toBeLessThanOrEqual(after)
    expect(high - low).toBeLessThanOrEqual(0.1)
    expectPredicted(proposal, await judged(evenkeel, await apply(evenkeel, proposal), 60_000))
    const max = Number(/maxmemory:(\d+)/.exec(await redisSay(cache, 'INFO memory'))![1])
    expect(max).toBeLessThan(32 * MIB)
    expect(max).toBe(Number(proposal.steps[0].after))
    await reporter.stop()
  })
})
