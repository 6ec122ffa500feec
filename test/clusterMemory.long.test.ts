import { Cluster } from 'ioredis'
import { expect, test } from 'vitest'
import type { Step } from '../lib/model/proposal.ts'
import { describeWith } from './live.ts'
import { found, readThrough, redisClient, startEvenkeel } from './liveCache.ts'
import { apply, expectPredicted, judged, proposed } from './predictedChange.ts'
import { randomOf } from './random.ts'
import { startCluster, startReplicas } from './redisFamilies.ts'
import { redisSay } from './servers.ts'

const MIB = 1_048_576

/** `npm run test:long`: about four minutes. */
describeWith(['redis-server'], 'the nodes of a Redis Cluster', () => {
  test('have references and curves each; memory of one is predicted, set, and hits what was predicted', async () => {
    await using masters = await startCluster([5_461, 5_461, 5_462], ['maxmemory 5mb', 'maxmemory-policy allkeys-lru'])
    await using replicas = await startReplicas(masters)
    await using evenkeel = await startEvenkeel(`mode: tune
targets: [{ kind: redis, name: shop, cluster: ["${masters[0]!.about.url}"], monitor: bursts, references: { from: monitor } }]
rules: { cache/hit-ratio-low: { low: 0.99, over: 20s, warm: 60s, for: 1s, lookupsMin: 500 } }
watch: { before: 20s, measure: 30s }
`)
    const { call } = evenkeel
    const random = randomOf(7)
    using _ = readThrough({
      url: redisClient(new Cluster([masters[0]!.about.url])),
      perSecond: 600,
      key: () => `item:${Math.floor(9_000 ** random() - 1)}`,
      ttlMs: () => 3_600_000,
      value: 'x'.repeat(1_000),
    })
    const nameOf = (port: number) => `shop:127.0.0.1:${port}`
    for (const { about } of masters)
      await found(
        `a curve of ${about.port}`,
        async () => {
          const { status, body } = await call('POST', 'curves', { source: { target: nameOf(about.port) }, sizes: { bytes: [5 * MIB] } })
          return status === 200 && Math.abs(body.present.model - body.present.measured) < 0.03
        },
        120_000,
      )
    for (const { about } of replicas) {
      const { capabilities } = (await call('GET', `targets/${encodeURIComponent(nameOf(about.port))}`)).body
      expect(capabilities).toContainEqual(
        expect.objectContaining({ feature: 'references', available: false, because: expect.stringMatching(/^it is a replica/) }),
      )
    }
    const proposal = await proposed(evenkeel, 'cache-memory', 240_000)
    const [{ setting, after: bytes }] = proposal.steps as [Step]
    const node = masters.find(({ about }) => nameOf(about.port) === setting.target)!
    const ended = await judged(evenkeel, await apply(evenkeel, proposal), 600_000)
    console.log(expectPredicted(proposal, ended))
    expect(await redisSay(node, 'CONFIG GET maxmemory')).toContain(bytes)
  })
})
