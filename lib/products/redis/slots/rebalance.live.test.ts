import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { describeWith } from '../../../../test/live.ts'
import { startCluster } from '../../../../test/redisFamilies.ts'
import { type RedisServer, redisSay } from '../../../../test/servers.ts'
import type { Edit, LongWork } from '../../../model/product.ts'
import { parseClusterNodes } from '../clusterNodes.ts'
import { redisConfig } from '../config.ts'
import { redis } from '../product.ts'
import { rebalance } from './rebalance.ts'

const KEYS = 700
/** What `rights` of the product names; those of newer servers are unknown here. */
const NEWER = /^\+(hotkeys|commandlog|cluster\|slot-stats)/
const RIGHTS = redis.rights!.match(/[~+-][^\s;,]+|resetchannels/g)!.filter((right) => !NEWER.test(right))
const soon = () => AbortSignal.timeout(3_000)
const addressOf = (node: RedisServer) => `127.0.0.1:${node.about.port}`
const say = async (node: RedisServer, command: string) =>
  (await redisSay(node, command)).replace(/\+PONG[\s\S]*|\$7\r\nthe-end[\s\S]*/, '').trim()

async function selfOf(node: RedisServer) {
  const text = await redisSay(node, 'CLUSTER NODES')
  return parseClusterNodes(text.slice(text.indexOf('\n') + 1)).nodes.find(({ self }) => self)!
}

/** Writes until all of it is written. */
async function through(work: LongWork, edits: readonly Edit[], write = () => work.write(edits, soon())): Promise<number> {
  for (;;) {
    const written = await write()
    if (written !== 'unfinished') return written
    await sleep(5)
  }
}

describeWith(['redis-server'], 'a slot of a real Cluster', () => {
  let nodes: Awaited<ReturnType<typeof startCluster>>
  let [from, to] = [] as unknown as [RedisServer, RedisServer]
  let slot = 0
  beforeAll(async () => {
    nodes = await startCluster([3_000, 3_000, 10_384])
  }, 30_000)
  afterAll(() => nodes[Symbol.asyncDispose]())

  beforeEach(async () => {
    for (const node of nodes) await redisSay(node, 'FLUSHALL', 'CONFIG SET maxmemory 0')
    slot = Number(/\d+/.exec(await say(nodes[0]!, 'CLUSTER KEYSLOT {a}'))![0])
    ;[from, to] = [nodes[2]!, nodes[0]!]
    for (const node of nodes) await redisSay(node, `CLUSTER SETSLOT ${slot} STABLE`)
    expect((await selfOf(from)).ranges.some(([first, last]) => slot >= first && slot <= last)).toBe(true)
    await redisSay(from, ...Array.from({ length: KEYS }, (_, i) => `SET {a}:${i} value${i}`))
  })

  const workOf = (login: { username?: string; password?: string } = {}, role: 'cache' | 'store' = 'cache') => {
    const config = redisConfig.parse({ kind: 'redis', name: 'r', role, url: from.about.url, ...login })
    return rebalance(config, { name: `slots/${slot}`, expect: addressOf(from), value: addressOf(to) })
  }
  const edit = () => [{ name: `${slot}`, expect: addressOf(from), value: addressOf(to) }]
  const back = () => [{ name: `${slot}`, expect: addressOf(to), value: addressOf(from) }]
  const countAt = async (node: RedisServer) => Number(/\d+/.exec(await say(node, `CLUSTER COUNTKEYSINSLOT ${slot}`))![0])
  const user = (name: string, rights: string[]) =>
    Promise.all(nodes.map(async (node) => expect(await say(node, `ACL SETUSER ${name} reset on >secret ${rights.join(' ')}`)).toBe('+OK')))
  const nothingOpen = async () => expect([...(await selfOf(from)).open, ...(await selfOf(to)).open]).toEqual([])

  test('moves and comes back by the rights that the doctor names, logged in at the receiver too', async () => {
    await user('mover', RIGHTS)
    const work = workOf({ username: 'mover', password: 'secret' })
    expect((await work.look(null, soon())).edits).toEqual(edit())
    expect(await through(work, edit())).toBe(1)
    expect([await countAt(from), await countAt(to)]).toEqual([0, KEYS])
    // Once more, as after a crash between the last command and its record.
    expect(await through(work, edit())).toBe(1)
    expect(await through(work, back())).toBe(1)
    expect([await countAt(from), await countAt(to)]).toEqual([KEYS, 0])
    await nothingOpen()
    await work.close()
  })
  test('a receiver that is full takes nothing: what had moved comes back, and what was written anew stays', async () => {
    const work = workOf()
    await redisSay(from, ...Array.from({ length: 200 }, (_, i) => `SET {a}:large${i} ${'x'.repeat(20_000)}`))
    const used = Number(/used_memory:(\d+)/.exec(await say(to, 'INFO memory'))![1])
    await redisSay(to, `CONFIG SET maxmemory ${used + 1_500_000}`)
    expect(await through(work, edit()).catch((error: unknown) => error)).toMatchObject({
      code: 'invalid',
      message: expect.stringMatching(/OOM|maxmemory/),
    })
    expect(await countAt(to)).toBeGreaterThan(0)
    expect(await through(work, back())).toBe(1)
    expect([await countAt(from), await countAt(to)]).toEqual([KEYS + 200, 0])
    await nothingOpen()
    await work.close()
  }, 20_000)
  test('a key that is too big leaves its slot as it was', async () => {
    await redisSay(from, `SETRANGE {a}:huge 20000000 x`)
    const work = workOf()
    // It is not among the first keys perhaps: then some have moved, and come back.
    const refused = await through(work, edit()).catch((error: unknown) => error)
    expect(refused).toMatchObject({ message: expect.stringMatching(/20 MiB|19 MiB/) })
    await through(work, back())
    expect([await countAt(from), await countAt(to)]).toEqual([KEYS + 1, 0])
    await nothingOpen()
    await work.close()
  })
  test('half-way from a crash: to its end, or back', async () => {
    const [fromId, toId] = [(await selfOf(from)).id, (await selfOf(to)).id]
    const open = async () => {
      await redisSay(to, `CLUSTER SETSLOT ${slot} IMPORTING ${fromId}`)
      await redisSay(from, `CLUSTER SETSLOT ${slot} MIGRATING ${toId}`)
    }
    const work = workOf()
    await open()
    // No key has moved: it is only closed.
    expect(await through(work, back())).toBe(1)
    await nothingOpen()
    await open()
    await redisSay(from, `MIGRATE 127.0.0.1 ${to.about.port} "" 0 2000 KEYS {a}:1 {a}:2 {a}:3`)
    await redisSay(to, 'ASKING', 'SET {a}:new x')
    expect(await through(work, back())).toBe(1)
    expect([await countAt(from), await countAt(to)]).toEqual([KEYS + 1, 0])
    await nothingOpen()
    await open()
    await redisSay(from, `MIGRATE 127.0.0.1 ${to.about.port} "" 0 2000 KEYS {a}:1 {a}:2 {a}:3`)
    expect(await through(work, edit())).toBe(1)
    expect(await through(work, back())).toBe(1)
    // The receiver knows, the sender does not.
    await open()
    await redisSay(
      from,
      `MIGRATE 127.0.0.1 ${to.about.port} "" 0 2000 KEYS ${Array.from({ length: KEYS }, (_, i) => `{a}:${i}`).join(' ')} {a}:new`,
    )
    await redisSay(to, `CLUSTER SETSLOT ${slot} NODE ${toId}`)
    expect(await through(work, edit())).toBe(1)
    await nothingOpen()
    expect(await through(work, back())).toBe(1)
    await work.close()
  }, 20_000)
  test('waits while a node is slow to answer', async () => {
    const work = workOf()
    await work.look(null, soon())
    expect(await work.busy(soon())).toBeNull()
    const paused = redisSay(to, 'CLIENT PAUSE 500 ALL')
    await expect
      .poll(() => work.busy(soon()), { interval: 1, timeout: 3_000 })
      .toMatch(new RegExp(`^${addressOf(to)} takes \\d+ ms to answer$`))
    await paused
    await expect.poll(() => work.busy(soon())).toBeNull()
    await work.close()
  })
  test('one that somebody else has open, or that is another node’s, is left alone', async () => {
    const [fromId, thirdId] = [(await selfOf(from)).id, (await selfOf(nodes[1]!)).id]
    await redisSay(nodes[1]!, `CLUSTER SETSLOT ${slot} IMPORTING ${fromId}`)
    await redisSay(from, `CLUSTER SETSLOT ${slot} MIGRATING ${thirdId}`)
    const work = workOf()
    expect(await through(work, edit())).toBe(0)
    expect(await countAt(from)).toBe(KEYS)
    expect((await selfOf(from)).open).toEqual([{ slot, way: 'migrating', node: thirdId }])
    const other = (await selfOf(nodes[1]!)).ranges[0]![0]
    expect(await through(work, [{ ...edit()[0]!, name: `${other}` }])).toBe(0)
    await work.close()
  })
  // The last: a server keeps the connections of MIGRATE for some seconds, logged in as whoever came last.
  test.each(['+migrate', '+restore-asking', '+cluster|setslot', '+cluster|getkeysinslot'])(
    'without %s nothing is moved and nothing left open',
    async (missing) => {
      await user(
        'least',
        RIGHTS.filter((right) => right !== missing),
      )
      const work = workOf({ username: 'least', password: 'secret' })
      const refused = await through(work, edit()).catch((error: unknown) => error)
      expect(refused).toMatchObject({ code: 'not_allowed' })
      expect(String(refused)).not.toContain('secret')
      expect([await countAt(from), await countAt(to)]).toEqual([KEYS, 0])
      await work.close()
      if (missing !== '+cluster|setslot') await nothingOpen()
    },
  )
})
