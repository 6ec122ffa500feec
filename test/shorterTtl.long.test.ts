import { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import { followPolicies } from '../demo/follower.ts'
import { describeWith } from './live.ts'
import { found, readThrough, reporterTo, startEvenkeel } from './liveCache.ts'
import { apply, expectPredicted, judged, proposed } from './predictedChange.ts'
import { randomOf } from './random.ts'
import { startRedis } from './servers.ts'

const TTL_KEY = 'evenkeel:ttl'
const TTL_MS = 40_000
const JITTER = 0.1
const PER_SECOND = 400
/** A page is read a few times within seconds, and never again. */
const PAGES_PER_SECOND = 100
const READ_WITHIN_S = 1

/** `npm run test:long`: about four minutes. */
describeWith(['redis-server'], 'a TTL that is too long', () => {
  test('is found, shortened, its old keys re-timed, and the hits stay where they were predicted', async () => {
    await using cache = await startRedis({ config: ['maxmemory 64mb', 'maxmemory-policy allkeys-lru'] })
    const redis = new Redis(cache.about.url)
    await using evenkeel = await startEvenkeel(`mode: tune
targets: [{ kind: redis, name: cache, url: "${cache.about.url}", role: cache, references: { from: report } }]
ttls: [{ name: pages, match: "page:*", ttl: ${TTL_MS}ms, jitter: ${JITTER}, control: { target: cache, key: "${TTL_KEY}" } }]
rules: { cache/memory-surplus: { for: 1s, history: 60s, bytesMin: 500000 } }
prices: { gibMonth: 1000, currency: EUR }
watch: { before: 20s, measure: 20s }
`)
    const { call } = evenkeel
    const policies = await followPolicies({
      name: 'application',
      redis,
      ttlKey: TTL_KEY,
      ttls: { pages: { version: 0, match: 'page:*', ttlMs: TTL_MS, jitter: JITTER } },
      random: Math.random,
    })
    const reporter = reporterTo(evenkeel.send)
    const random = randomOf(7)
    let n = 0
    using _ = readThrough({
      url: cache.about.url,
      perSecond: PER_SECOND,
      key: () => `page:${Math.floor((n++ / PER_SECOND) * PAGES_PER_SECOND + READ_WITHIN_S * PAGES_PER_SECOND * Math.log(1 - random()))}`,
      ttlMs: policies.ttlMs,
      value: 'x'.repeat(1_000),
      reporter,
    })
    const proposal = await proposed(evenkeel, 'ttl-length', 400_000)
    expect(proposal).toMatchObject({
      reversal: 'lossy',
      prediction: { holds: true },
      because: expect.stringMatching(/has become free saves [\d.]+\sEUR a month once the memory limit is lowered/),
    })
    const after = Number.parseInt(proposal.steps[0]!.after, 10) * 1_000
    expect(after).toBeLessThanOrEqual(TTL_MS / 2)
    const before = await redis.dbsize()
    const change = await apply(evenkeel, proposal)
    const applied = Date.now()

    const plan = await found('the plan of re-timing', async () => (await call('GET', `changes/${change}`)).body.retime?.[0])
    expect(plan).toMatchObject({ target: 'cache', text: expect.stringMatching(/were stored with a TTL of 40\s+s/) })
    expect(await call('POST', `changes/${change}/retime`, { target: 'cache', dryRun: true })).toMatchObject({
      status: 202,
      body: { change: null },
    })
    const { body: job } = await call('POST', `changes/${change}/retime`, { target: 'cache' })
    expect(await call('POST', `changes/${change}/retime`, { target: 'cache' })).toMatchObject({ status: 409 })
    const retimed = await found('the end of the job', async () => {
      const { body } = await call('GET', `changes/${job.change}`)
      const { body: state } = await call('GET', `jobs/${body.job}`)
      return state.state === 'done' && state
    })
    expect(retimed.done).toBeGreaterThan(500)

    const ended = await judged(evenkeel, change, 120_000)
    const seconds = Math.round((Date.now() - applied) / 1_000)
    const keys = await redis.dbsize()
    const line = `after ${seconds} s, ${before} keys, then ${keys}, ${retimed.done} re-timed; ${expectPredicted(proposal, ended)}`
    console.log(line)
    expect(ended.measured!.after, line).toBeLessThanOrEqual(proposal.prediction.high)
    expect(keys, line).toBeLessThan(0.6 * before)
    await reporter.stop()
    await policies.stop()
    redis.disconnect()
  })
})
