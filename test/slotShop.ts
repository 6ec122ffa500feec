import { setTimeout as sleep } from 'node:timers/promises'
import { Cluster } from 'ioredis'
import { expect } from 'vitest'
import { planMoves } from '../lib/advisors/slots/plan.ts'
import type { Job } from '../lib/model/job.ts'
import type { TargetConfig } from '../lib/model/product.ts'
import type { Proposal } from '../lib/model/proposal.ts'
import { ownersText, slotsName } from '../lib/model/slots.ts'
import { parseClusterNodes } from '../lib/products/redis/clusterNodes.ts'
import { redisConfig } from '../lib/products/redis/config.ts'
import { openRedis } from '../lib/products/redis/link.ts'
import { slots as probe } from '../lib/products/redis/probes/slots.ts'
import { KillableEvenkeel } from './killableEvenkeel.ts'
import { startCluster, startReplicas } from './redisFamilies.ts'
import { type RedisServer, redisSay } from './servers.ts'

const KEYS = 6_000
/** Of the plan: each move is written to the nodes' own files five times, which takes 30 to 100 ms here. */
const MOVES = 300
const value = (i: number) => `value ${i}`
const addressOf = (node: RedisServer) => `127.0.0.1:${node.about.port}`

/** What each node says that it serves itself, and which slots it has open. */
export async function served(nodes: readonly RedisServer[]) {
  const texts = await Promise.all(nodes.map((node) => redisSay(node, 'CLUSTER NODES')))
  const selves = texts.map((text) => parseClusterNodes(text.slice(text.indexOf('\n') + 1)).nodes.find(({ self }) => self)!)
  return { ranges: selves.map(({ ranges }) => ranges), open: selves.flatMap(({ open }) => open) }
}

/** A master that serves three quarters of the slots, its keys, and clients that read and write all the while. */
async function shop(nodes: readonly RedisServer[]) {
  const client = new Cluster([{ host: '127.0.0.1', port: nodes[0]!.about.port }], { redisOptions: { maxRetriesPerRequest: 5 } })
  for (let i = 0; i < KEYS; i += 500)
    await Promise.all(Array.from({ length: 500 }, (_, k) => client.set(`product:${i + k}`, value(i + k), 'PX', 3_600_000 + i + k)))
  await client.hset('product:hash', { a: 1, b: 2 })
  await client.set('product:large', 'x'.repeat(3_000_000))
  const load = { reads: 0, wrong: [] as string[], written: 0, still: false, over: false }
  const running = (async () => {
    for (let i = 0; !load.over; i++) {
      if (i % 4 === 0 || load.still) await sleep(1)
      if (load.still) continue
      const k = (i * 7_919) % KEYS
      const seen = await client.get(`product:${k}`).catch((error: Error) => error.message)
      load.reads++
      if (seen !== value(k)) load.wrong.push(`product:${k}: ${seen}`)
      if (i % 10 === 0) await client.set(`new:${load.written}`, 'x').then(() => load.written++, (error: Error) => load.wrong.push(error.message)) // biome-ignore format: one line
    }
  })()
  return {
    load,
    async [Symbol.asyncDispose]() {
      load.over = true
      await running
      client.disconnect()
    },
    /** Every key is where clients find it, with its value and its end; and stands on one node alone. */
    async whole(masters: readonly RedisServer[] = nodes) {
      load.still = true
      await sleep(20)
      const values = await Promise.all(Array.from({ length: KEYS }, (_, i) => client.get(`product:${i}`)))
      expect(values.findIndex((seen, i) => seen !== value(i))).toBe(-1)
      const ends = await Promise.all(Array.from({ length: 200 }, (_, i) => client.pttl(`product:${i * 30}`)))
      expect(ends.every((ms) => ms > 3_000_000 && ms <= 3_606_000)).toBe(true)
      expect(await client.hgetall('product:hash')).toEqual({ a: '1', b: '2' })
      expect(await client.strlen('product:large')).toBe(3_000_000)
      const counts = await Promise.all(
        masters.map(async (node) => Number(/keys=(\d+)/.exec(await redisSay(node, 'INFO keyspace'))?.[1] ?? 0)),
      )
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(KEYS + 2 + load.written)
      load.still = false
    },
  }
}

/** The plan of these masters, by the keys of each slot, as a proposal. */
async function planned(nodes: readonly RedisServer[], id: string): Promise<Proposal> {
  const link = openRedis(redisConfig.parse({ kind: 'redis', name: 'r', role: 'cache', url: nodes[0]!.about.url }))
  const counted = await probe.read(link, null, AbortSignal.timeout(2_000))
  // As many slots a poll as beside busy clients.
  link.seen = { ...({} as NonNullable<typeof link.seen>), runId: '', opsPerSecond: 10_000 }
  for (let i = 0; i < 16; i++) await probe.read(link, null, AbortSignal.timeout(2_000))
  const measured = (await probe.read(link, null, AbortSignal.timeout(2_000)))!
  await link.client.close()
  expect(counted).toMatchObject({ method: 'key-count', load: null })
  expect(measured.slots).toHaveLength(measured.of)
  const slots = measured.slots.map((slot, i) => ({ slot, load: measured.keys[i]!, keys: measured.keys[i]!, bytes: 0 }))
  const load = slots.reduce((sum, slot) => sum + slot.load, 0)
  const room = Number.POSITIVE_INFINITY
  const { moves } = planMoves({ load, slots }, [
    { load: (KEYS * 2_384) / 16_384, room },
    { load: (KEYS * 2_000) / 16_384, room },
  ])
  expect(moves.length).toBeGreaterThan(100)
  const owners = new Map(moves.slice(0, MOVES).map(({ slot, to }) => [slot, addressOf(nodes[to + 1]!)]))
  return {
    id,
    finding: 'f',
    advisor: 'slot-moves',
    steps: [
      {
        setting: { target: `shop:${addressOf(nodes[0]!)}`, name: slotsName(owners.keys()) },
        before: addressOf(nodes[0]!),
        after: ownersText(owners),
      },
    ],
    because: 'a test',
    prediction: null,
    guards: [],
    risk: 'low',
    riskBecause: '',
    commands: [],
    state: 'open',
    createdAt: Date.now(),
  }
}

/** An Evenkeel that watches a Cluster with replicas and clients, one master of which serves three quarters of the slots. It knows the first node's address, or all masters'. */
export async function watchedShop(seeds: 'first' | 'all') {
  await using ends = new AsyncDisposableStack()
  const nodes = ends.use(await startCluster([12_000, 2_384, 2_000]))
  const replicas = ends.use(await startReplicas(nodes))
  const fleet = ends.use(await shop(nodes))
  const cluster = (seeds === 'first' ? nodes.slice(0, 1) : nodes).map(({ about }) => about.url)
  const evenkeel = ends.use(new KillableEvenkeel([{ kind: 'redis', name: 'shop', cluster, role: 'cache' } as unknown as TargetConfig], {}))
  await evenkeel.start()
  const states = () => evenkeel.ask<{ state: string }[]>('state')
  // The Cluster itself and its six nodes.
  await evenkeel.until(states, (all) => all.length === 7 && all.every(({ state }) => state === 'up'))
  const before = await served(nodes)
  const kept = ends.move()
  return { nodes, replicas, fleet, evenkeel, before, [Symbol.asyncDispose]: () => kept.disposeAsync() }
}

/** Applies the plan of that shop: its change, and a look at its job. */
export async function rebalancing({ nodes, evenkeel }: Pick<Awaited<ReturnType<typeof watchedShop>>, 'nodes' | 'evenkeel'>, id: string) {
  const { change } = await evenkeel.ask<{ change: string }>('apply', { proposal: await planned(nodes, id) })
  const { job } = await evenkeel.change(change)
  return { change, look: () => evenkeel.ask<Job>('job', { job }) }
}
