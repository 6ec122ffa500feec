import { mkdtempSync, rmSync } from 'node:fs'
import { Agent, get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { expect, test, vi } from 'vitest'
import { follow } from '../demo/follower.ts'
import { parseConfig } from '../lib/config/parse.ts'
import { openRuntime } from '../lib/server/open.ts'
import { schemas } from '../lib/server/schemas.ts'
import { webToApp } from './haproxyCfg.ts'
import { describeWith } from './live.ts'
import { ask, redisSay, startApp, startHaproxy, startRedis } from './servers.ts'

const KEYS = 4_000
const TTL_MS = 12_000

/** An application that fetches each key again when it has expired, with a TTL drawn by the policy: a load that repeats for ever. */
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

/** An Evenkeel on that fleet, without a page. */
async function open(fleet: string) {
  const data = mkdtempSync(join(tmpdir(), 'evenkeel-watching-'))
  process.env.EVENKEEL_LOG = 'silent'
  const text = `mode: tune\ndata: ${data}\nlearning: 0s\n${fleet}`
  const evenkeel = await openRuntime(
    parseConfig(text, {}, schemas(), { file: join(data, 'x.yaml'), readFile: () => '' }),
    { NODE_ENV: 'test' },
    () => {},
  )
  return Object.assign(evenkeel, {
    async [Symbol.asyncDispose]() {
      await evenkeel.close()
      rmSync(data, { recursive: true, force: true })
    },
  })
}

/** Two minutes; ten in the long run. */
const MINUTES = process.env.EVENKEEL_LONG ? 10 : 2

// They mostly wait: run side by side they take as long as the longest.
describeWith(['redis-server', 'haproxy'], 'beside real traffic', () => {
  test.concurrent('a change of its jitter is kept as improved: the measured peak stands beside the predicted', {
    timeout: 180_000,
  }, async () => {
    await using redis = await startRedis()
    await using _loader = await startLoader(redis.about.url)
    await using evenkeel = await open(`
targets: [{ kind: redis, name: cache, url: "${redis.about.url}", role: cache }]
ttls: [{ name: products, match: "product:*", ttl: ${TTL_MS}ms, jitter: 0, followers: 1, control: { target: cache, key: "evenkeel:ttl" } }]
`)
    const proposal = await found(60_000, 'the jitter is proposed', () =>
      evenkeel.store.proposals.list((one) => one.state === 'open' && one.advisor === 'ttl-jitter').at(0),
    )
    const prediction = proposal.prediction!
    expect(prediction).toMatchObject({ metric: 'cache_expiration_peak_rate', where: { target: 'cache' } })
    expect(prediction.before).toBeGreaterThan(KEYS / 4)
    const { change } = await found(10_000, 'it is applied', () => evenkeel.changes.apply(proposal.id, 'ann').catch(() => null))
    const ended = await found(110_000, 'the change ends', () => {
      const now = evenkeel.store.changes.get(change!)!
      return now.state === 'kept' || now.state === 'rolled_back' || now.state === 'failed' ? now : null
    })
    expect(ended, ended.outcome).toMatchObject({ state: 'kept', verdict: 'improved' })
    expect(ended.needsPerson).toBeUndefined()
    const { before, after } = ended.measured!
    expect(before).toBe(prediction.before)
    expect(after).toBeLessThan(before / 3)
    expect(after, ended.outcome).toBeLessThanOrEqual(prediction.high)
    expect(after, ended.outcome).toBeGreaterThanOrEqual(prediction.low * 0.5)
  })

  test.concurrent('the lookups of a server are those of its clients, within 2 %', {
    timeout: (MINUTES + 2) * 60_000,
  }, async () => {
    await using redis = await startRedis({ config: ['maxmemory 50mb', 'maxmemory-policy allkeys-lfu'] })
    const client = new Redis(redis.about.url)
    const keys = Array.from({ length: 5_000 }, (_, i) => `product:${i}`)
    const load = client.pipeline()
    for (const key of keys) load.set(key, 'x', 'EX', 3_600)
    await load.exec()
    const counted = async () => {
      const [, hits = '', misses = ''] = /keyspace_hits:(\d+)\r\nkeyspace_misses:(\d+)/.exec(await redisSay(redis, 'INFO stats')) ?? []
      return Number(hits) + Number(misses)
    }
    await using _evenkeel = await open(`
targets: [{ kind: redis, name: cache, url: "${redis.about.url}", role: cache }]
rings: [{ name: products, nodes: [{ target: cache, points: 160 }], control: { target: cache, key: "evenkeel:ring" } }]
ttls: [{ name: products, match: "product:*", ttl: 1h, jitter: 0.1, control: { target: cache, key: "evenkeel:ttl" } }]
`)
    const before = await counted()
    const until = performance.now() + MINUTES * 60_000
    let own = 0
    while (performance.now() < until) {
      const reads = client.pipeline()
      for (let i = 0; i < 23; i++) reads.get(keys[Math.floor(Math.random() * keys.length)]!)
      own += 23
      await reads.exec()
      await sleep(100)
    }
    const watching = (await counted()) - before - own
    client.disconnect()
    expect(own).toBeGreaterThan(MINUTES * 60 * 100)
    expect(watching, `${watching} lookups beside ${own}`).toBeGreaterThan(0)
    expect(watching, `${watching} lookups beside ${own}`).toBeLessThanOrEqual(Math.max(MINUTES * 60, 0.02 * own))
  })

  test.concurrent('a proposal is applied a minute after it was read, while the evidence moved on', { timeout: 180_000 }, async () => {
    const apps = await Promise.all([20, 20, 20, 160].map((latencyMs, i) => startApp({ name: `app${i + 1}`, latencyMs })))
    await using haproxy = await startHaproxy({
      cfg: webToApp('balance roundrobin', ...apps.map(({ port }, i) => `server app${i + 1} 127.0.0.1:${port} weight 100`)),
    })
    const url = `http://127.0.0.1:${haproxy.about.ports[0]}/`
    const traffic = setInterval(
      () =>
        void fetch(url).then(
          (answer) => answer.text(),
          () => {},
        ),
      1_000 / 60,
    )
    await using evenkeel = await open(`targets: [{ kind: haproxy, name: edge, socket: "tcp://127.0.0.1:${haproxy.about.adminPort}" }]\n`)
    try {
      const read = await found(70_000, 'weights are proposed', () =>
        evenkeel.store.proposals.list((one) => one.state === 'open' && one.advisor === 'pool-weights').at(0),
      )
      // The slow server wavers by a tenth, the others by a quarter.
      const moving = setInterval(() => {
        for (const [i, app] of apps.entries()) app.latencyMs = i === 3 ? 145 + 30 * Math.random() : 15 + 10 * Math.random()
      }, 1_000)
      await sleep(60_000)
      clearInterval(moving)
      const { change } = await evenkeel.changes.apply(read.id, 'ann')
      expect(evenkeel.store.changes.get(change!)!.steps.map(({ after }) => after)).toEqual(read.steps.map(({ after }) => after))
    } finally {
      clearInterval(traffic)
      for (const app of apps) await app[Symbol.asyncDispose]()
    }
  })

  test.concurrent('a weight that was taken from a slow server is given back once it has recovered', {
    timeout: 240_000,
  }, async () => {
    const apps = await Promise.all([40, 40, 40, 200].map((latencyMs, i) => startApp({ name: `app${i + 1}`, latencyMs })))
    await using haproxy = await startHaproxy({
      cfg: webToApp('balance roundrobin', ...apps.map(({ port }, i) => `server app${i + 1} 127.0.0.1:${port} weight 100`)),
    })
    const agent = new Agent({ keepAlive: true, maxSockets: 64 })
    const traffic = setInterval(() => {
      for (let i = 0; i < 8; i++) get({ port: haproxy.about.ports[0]!, host: '127.0.0.1', agent }, (answer) => answer.resume()).on('error', () => {}) // biome-ignore format: one line
    }, 50)
    await using evenkeel = await open(`targets: [{ kind: haproxy, name: edge, socket: "tcp://127.0.0.1:${haproxy.about.adminPort}" }]
rules: { balancer/slow-server: { for: 1s, resolveAfter: 2s }, balancer/weight-held-back: { for: 1s, settled: 20s, outlasts: 4s, requestsMin: 5, faster: 30ms } }
`)
    const newest = (advisor: string) => evenkeel.store.proposals.list((one) => one.state === 'open' && one.advisor === advisor).at(0)
    const ended = async (change: string) =>
      await found(120_000, 'the change ends', () => {
        const now = evenkeel.store.changes.get(change)!
        return now.state === 'kept' || now.state === 'rolled_back' || now.state === 'failed' ? now : null
      })
    const applied = async (advisor: string) => {
      const proposal = await found(70_000, `${advisor} proposes`, () => newest(advisor))
      const { change } = await found(10_000, `${advisor} is applied`, () => evenkeel.changes.apply(proposal.id, 'ann').catch(() => null))
      return ended(change!)
    }
    const weightOf = async () => Number(/^\d+/.exec(await ask(haproxy.about.adminPort, 'get weight app/app4\n'))?.[0])
    try {
      const lowered = await applied('pool-weights')
      expect(lowered, lowered.outcome).toMatchObject({ state: 'kept' })
      const less = await weightOf()
      expect(less).toBeLessThan(100)
      // It stays slow with it, so that its load was not the reason.
      await sleep(6_000)
      apps[3]!.latencyMs = 40
      const back = await applied('weight-return')
      expect(back, back.outcome).toMatchObject({ state: 'kept', verdict: 'improved', prediction: { holds: true } })
      expect(await weightOf()).toBe(Number(back.steps[0]!.after))
      expect(await weightOf()).toBeGreaterThan(less)
    } finally {
      clearInterval(traffic)
      agent.destroy()
      for (const app of apps) await app[Symbol.asyncDispose]()
    }
  })
})
