import { Cluster } from 'ioredis'
import { expect, test } from 'vitest'
import { reportReferences } from '../client/index.ts'
import { clusterSlot } from '../lib/rings/algorithms/redisCluster.ts'
import { describeWith } from './live.ts'
import { ORIGIN, readThrough, redisClient, startEvenkeel } from './liveCache.ts'
import { apply, expectPredicted, judged, proposed } from './predictedChange.ts'
import { randomOf } from './random.ts'
import { startCluster } from './redisFamilies.ts'
import { type RedisServer, redisSay, startRedis } from './servers.ts'

const MIB = 1_048_576
/** Keys of each cache, and its reads a second. */
const LOADS = [
  { name: 'calm', keys: 1_000, perSecond: 150 },
  { name: 'busy', keys: 12_000, perSecond: 450 },
]

/** `npm run test:long`: about five minutes. */
describeWith(['redis-server'], 'the memory of a ring whose caches hold unlike keys', () => {
  test('is split by what it wins: predicted, set on both, and the ring hits what was predicted', async () => {
    await using calm = await startRedis({ config: ['maxmemory 8mb', 'maxmemory-policy allkeys-lru'] })
    await using busy = await startRedis({ config: ['maxmemory 8mb', 'maxmemory-policy allkeys-lru'] })
    const caches = [calm, busy]
    await using evenkeel = await startEvenkeel(`mode: tune
targets:
${LOADS.map(({ name }, i) => `  - { kind: redis, name: ${name}, url: "${caches[i]!.about.url}", role: cache, references: { from: report } }`).join('\n')}
rings: [{ name: products, nodes: [{ target: calm, points: 160 }, { target: busy, points: 160 }], control: { target: calm, key: "evenkeel:ring" } }]
rules: { ring/memory-split: { for: 1s, history: 2m } }
watch: { before: 20s, measure: 30s }
`)
    const random = randomOf(7)
    const reporters = LOADS.map(({ name }) => reportReferences({ url: ORIGIN, target: name, rate: 1, everyMs: 500, fetch: evenkeel.send }))
    const applications = LOADS.map(({ name, keys, perSecond }, i) =>
      readThrough({
        url: caches[i]!.about.url,
        perSecond,
        key: () => `${name}:${Math.floor(keys ** random() - 1)}`,
        ttlMs: () => 3_600_000,
        value: 'x'.repeat(1_000),
        reporter: reporters[i]!,
      }),
    )
    using stack = new DisposableStack()
    for (const application of applications) stack.use(application)
    const proposal = await proposed(evenkeel, 'memory-split', 300_000)
    const sizes = new Map(proposal.steps.map(({ setting, after }) => [setting.target, Number(after)]))
    expect([...sizes.keys()]).toEqual(['calm', 'busy'])
    expect(sizes.get('calm')! + sizes.get('busy')!).toBeLessThanOrEqual(16 * MIB)
    const ended = await judged(evenkeel, await apply(evenkeel, proposal), 600_000)
    console.log(expectPredicted(proposal, ended))
    for (const [i, { name }] of LOADS.entries())
      expect(await redisSay(caches[i]!, 'CONFIG GET maxmemory')).toContain(String(sizes.get(name)))
    for (const reporter of reporters) await reporter.stop()
  })
})

/** Slots of each master. */
const SLOTS = [12_000, 2_192, 2_192] as const

/** `npm run test:long`: about five minutes. */
describeWith(['redis-server'], 'the memory of a Cluster whose masters serve unlike numbers of slots', () => {
  test('is split by what it wins: predicted, set on all, and the Cluster hits what was predicted', async () => {
    await using masters = await startCluster(SLOTS, ['maxmemory 10mb', 'maxmemory-policy allkeys-lru'])
    await using evenkeel = await startEvenkeel(`mode: tune
targets: [{ kind: redis, name: shop, cluster: ["${masters[0]!.about.url}"], references: { from: report } }]
rules: { cache/memory-split: { for: 1s, history: 2m } }
watch: { before: 20s, measure: 30s }
`)
    const random = randomOf(7)
    const nameOf = (node: RedisServer) => `shop:127.0.0.1:${node.about.port}`
    const [first, ...others] = masters.map((node) =>
      reportReferences({ url: ORIGIN, target: nameOf(node), rate: 1, everyMs: 500, fetch: evenkeel.send }),
    )
    const reporterOf = (key: string) => {
      const slot = clusterSlot(key)
      return slot < SLOTS[0] ? first! : others[slot < SLOTS[0] + SLOTS[1] ? 0 : 1]!
    }
    using _ = readThrough({
      url: redisClient(new Cluster([masters[0]!.about.url])),
      perSecond: 600,
      key: () => `item:${Math.floor(6_000 ** random() - 1)}`,
      ttlMs: () => 3_600_000,
      value: 'x'.repeat(4_000),
      reporter: {
        ...first!,
        get: (key) => reporterOf(key).get(key),
        set: (key, bytes, ttlMs) => reporterOf(key).set(key, bytes, ttlMs),
      },
    })
    const proposal = await proposed(evenkeel, 'memory-split', 300_000)
    expect(proposal).toMatchObject({ subject: { target: nameOf(masters[0]!) }, prediction: { metric: 'cluster_hit_ratio' } })
    const sizes = new Map(proposal.steps.map(({ setting, after }) => [setting.target, Number(after)]))
    // Those that give come first.
    expect([...sizes.keys()].at(-1)).toBe(nameOf(masters[0]!))
    expect(sizes.get(nameOf(masters[0]!))).toBeGreaterThan(11 * MIB)
    expect(masters.reduce((sum, node) => sum + (sizes.get(nameOf(node)) ?? 10 * MIB), 0)).toBeLessThanOrEqual(30 * MIB)
    const ended = await judged(evenkeel, await apply(evenkeel, proposal), 600_000)
    console.log(expectPredicted(proposal, ended))
    for (const node of masters) expect(await redisSay(node, 'CONFIG GET maxmemory')).toContain(String(sizes.get(nameOf(node)) ?? 10 * MIB))
    for (const reporter of [first!, ...others]) await reporter.stop()
  })
})
