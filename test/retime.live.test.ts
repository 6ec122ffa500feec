import { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import { describeWith } from './live.ts'
import { found, startEvenkeel } from './liveCache.ts'
import { startRedis } from './servers.ts'

const KEYS = 3_000

describeWith(['redis-server'], 'keys that were stored before a TTL became shorter', () => {
  test('are re-timed over the new TTL, those written since are left alone, and a roll-back gives each its end back', async () => {
    await using cache = await startRedis()
    const redis = new Redis(cache.about.url)
    await using evenkeel = await startEvenkeel(`mode: tune
targets: [{ kind: redis, name: cache, url: "${cache.about.url}", role: cache }]
ttls: [{ name: pages, match: "page:*", ttl: 10m, jitter: 0.1, control: { target: cache, key: "evenkeel:ttl" } }]
`)
    const { call } = evenkeel
    const names = Array.from({ length: KEYS }, (_, i) => `page:${i}`)
    const ends = () => Promise.all(names.map((name) => redis.pexpiretime(name)))
    const began = Date.now()
    await Promise.all([
      ...names.map((name) => redis.set(name, 'x', 'PX', Math.round(540_000 + 120_000 * Math.random()))),
      redis.set('user:1', 'x', 'PX', 600_000),
    ])
    const before = await ends()
    const [other] = [await redis.pexpiretime('user:1')]

    const { change } = await found('the change', async () => {
      const { body } = await call('POST', 'changes', { steps: [{ setting: { target: 'ttl:pages', name: 'pages/ttl' }, after: '1m' }] })
      return body.change && body
    })
    const plan = await found('the plan', async () => (await call('GET', `changes/${change}`)).body.retime?.[0])
    expect(plan).toMatchObject({ target: 'cache', commands: expect.arrayContaining([expect.stringContaining('SCAN CURSOR MATCH page:*')]) })
    await redis.set('page:new', 'x', 'PX', 66_000)
    const written = await redis.pexpiretime('page:new')
    const asked = await call('POST', `changes/${change}/retime`, { target: 'cache' })
    expect(asked).toMatchObject({ status: 202, body: { commands: expect.any(Array) } })
    const { change: retiming } = asked.body
    const { body } = await call('GET', `changes/${retiming}`)
    expect(body).toMatchObject({ follows: change, state: 'watching' })
    const job = await found('the end of the job', async () => {
      const { body: now } = await call('GET', `jobs/${body.job}`)
      return now.state === 'done' && now
    })
    expect(job).toMatchObject({ done: KEYS, left: 0 })
    const after = await ends()
    // A TTL of a minute with its jitter, from when the job began.
    expect(Math.max(...after)).toBeLessThan(began + 66_000 + 30_000)
    expect(Math.min(...after)).toBeGreaterThan(began)
    // None lives longer, and they do not end together.
    expect(after.every((end, i) => end <= before[i]!)).toBe(true)
    const seconds = Map.groupBy(after, (end) => Math.floor(end / 1_000))
    expect(Math.max(...[...seconds.values()].map(({ length }) => length))).toBeLessThan(KEYS / 15)
    expect(await Promise.all([redis.pexpiretime('user:1'), redis.pexpiretime('page:new')])).toEqual([other, written])

    expect((await call('POST', `changes/${retiming}/roll-back`)).status).toBe(202)
    await found('the roll-back', async () => (await call('GET', `changes/${retiming}`)).body.state === 'rolled_back')
    const back = await ends()
    // What has ended meanwhile does not come back.
    expect(back.filter((end, i) => end !== before[i] && end !== -2)).toEqual([])
    expect(back.filter((end) => end === -2).length).toBeLessThan(KEYS / 4)
    redis.disconnect()
  })
})
