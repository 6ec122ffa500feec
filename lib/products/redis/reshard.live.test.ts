import { expect, test } from 'vitest'
import { freePort } from '../../../test/daemon.ts'
import { describeWith } from '../../../test/live.ts'
import { startCluster } from '../../../test/redisFamilies.ts'
import { type RedisServer, redisSay, startRedis } from '../../../test/servers.ts'
import { redisConfig } from './config.ts'
import { openRedis, type RedisLink } from './link.ts'
import { redis } from './product.ts'

const soon = () => AbortSignal.timeout(2_000)
const KEYS = 300

const linkTo = (server: RedisServer) => openRedis(redisConfig.parse({ kind: 'redis', name: 'r', role: 'cache', url: server.about.url }))

async function poll(link: RedisLink, id: string) {
  const probe = redis.probes.find((one) => one.id === id)!
  return probe.parse(await probe.read(link, null, soon()), { cursor: null, at: Date.now() })
}

/** What redis-cli would show of this command, on one line. */
const say = async (server: RedisServer, command: string) => (await redisSay(server, command)).trim()
const idOf = async (server: RedisServer) => /[0-9a-f]{40}/.exec(await say(server, 'CLUSTER MYID'))![0]
const moved = async (server: RedisServer) => Number(/errorstat_MOVED:count=(\d+)/.exec(await say(server, 'INFO errorstats'))?.[1] ?? 0)
/** All keys of one slot, with an end, the last of them big. */
const fill = (server: RedisServer) =>
  redisSay(
    server,
    ...Array.from({ length: KEYS }, (_, i) => `SET {a}:${i} x EX 600`),
    `SET {a}:big ${'x'.repeat(20_000)} EX 600`,
    // Another slot of the same node.
    ...Array.from({ length: KEYS }, (_, i) => `SET {c}:${i} x EX 600`),
  )

describeWith(['redis-server'], 'a Redis Cluster whose slots move', () => {
  test('keys that move cost themselves alone: ends, sizes and types go on', async () => {
    await using nodes = await startCluster([7_000, 9_384])
    const [to, from] = [nodes[0]!, nodes[1]!]
    await fill(from)
    const link = linkTo(from)
    try {
      await poll(link, 'info')
      // A look waits until its share of all samples is worth a round trip.
      await expect
        .poll(async () => (await poll(link, 'keys')).records.find(({ kind }) => kind === 'big-key'), { interval: 20, timeout: 5_000 })
        .toMatchObject({ key: '{a}:big', type: 'string' })

      const slot = Number(/\d+/.exec(await say(from, 'CLUSTER KEYSLOT {a}:0'))![0])
      await redisSay(to, `CLUSTER SETSLOT ${slot} IMPORTING ${await idOf(from)}`)
      await redisSay(from, `CLUSTER SETSLOT ${slot} MIGRATING ${await idOf(to)}`)
      const names = [...Array.from({ length: 50 }, (_, i) => `{a}:${i}`), '{a}:big']
      expect(await redisSay(from, `MIGRATE 127.0.0.1 ${to.about.port} "" 0 2000 KEYS ${names.join(' ')}`)).toContain('+OK')

      // The big key is asked for again and answers ASK.
      const open = await poll(link, 'keys')
      expect(open.records.filter((one) => one.kind === 'big-key' && one.key === '{a}:big')).toEqual([])
      expect((await poll(link, 'cluster')).samples).toContainEqual({ metric: 'redis_cluster_slots_migrating', value: 1 })
      // The importing side finds names that it does not answer for.
      const other = linkTo(to)
      await poll(other, 'info')
      await redisSay(to, 'SET {b}:1 x EX 600', 'SET {b}:2 x EX 600')
      await poll(other, 'info')
      expect((await poll(other, 'ttl')).records[0]).toMatchObject({ kind: 'ttl-histogram' })
      await redis.close(other)

      await redisSay(
        from,
        `MIGRATE 127.0.0.1 ${to.about.port} "" 0 2000 KEYS ${Array.from({ length: 250 }, (_, i) => `{a}:${i + 50}`).join(' ')}`,
      )
      for (const node of nodes) await redisSay(node, `CLUSTER SETSLOT ${slot} NODE ${await idOf(to)}`)
      await poll(link, 'keys')
      await poll(link, 'info')
      expect((await poll(link, 'ttl')).records[0]).toMatchObject({ kind: 'ttl-histogram' })
      const before = await moved(from)
      for (let i = 0; i < 3; i++) await poll(link, 'keys')
      // What has moved is forgotten: nothing is asked for in vain.
      expect(await moved(from)).toBe(before)
    } finally {
      await redis.close(link)
    }
  })

  test('a replica is asked with READONLY', async () => {
    await using nodes = await startCluster([16_384])
    const master = nodes[0]!
    await using replica = await startRedis({
      config: ['cluster-enabled yes', `cluster-port ${await freePort()}`, 'cluster-node-timeout 2000'],
    })
    const bus = /@(\d+)/.exec(await say(master, 'CLUSTER NODES'))![1]
    await redisSay(replica, `CLUSTER MEET 127.0.0.1 ${master.about.port} ${bus}`)
    const id = await idOf(master)
    await expect.poll(() => say(replica, 'CLUSTER NODES'), { timeout: 10_000 }).toContain(id)
    await expect.poll(() => say(replica, `CLUSTER REPLICATE ${id}`), { timeout: 10_000 }).toContain('OK')
    await redisSay(master, ...Array.from({ length: 30 }, (_, i) => `SET key:${i} x EX 600`))
    await expect.poll(() => say(replica, 'INFO keyspace'), { timeout: 15_000 }).toContain('keys=30')
    const link = linkTo(replica)
    try {
      await poll(link, 'info')
      const [histogram] = (await poll(link, 'ttl')).records
      expect(histogram).toMatchObject({ kind: 'ttl-histogram', pattern: 'key:*' })
      expect((await poll(link, 'keys')).records.filter(({ kind }) => kind === 'big-key').length).toBeGreaterThan(0)
      expect(await moved(replica)).toBe(0)
    } finally {
      await redis.close(link)
    }
  })
})
