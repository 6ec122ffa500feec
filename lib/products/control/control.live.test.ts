import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { CAUSE } from '../../../test/cause.ts'
import { describeWith } from '../../../test/live.ts'
import { type RedisServer, redisSay, startRedis } from '../../../test/servers.ts'
import type { ControlConfig } from '../../model/control.ts'
import type { TargetConfig } from '../../model/product.ts'
import { createRedisClient } from '../redis/client.ts'
import { controlActuator } from './actuator.ts'
import { copies } from './probes/copies.ts'
import { document } from './probes/document.ts'
import { control } from './product.ts'

const signal = () => AbortSignal.timeout(3_000)
const NODES = [
  { name: 'cache-a', address: '127.0.0.1:6379', points: 40 },
  { name: 'cache-b', address: '127.0.0.1:6380', points: 160 },
]

describeWith(['redis-server'], 'control documents on a real Redis', () => {
  let redis: RedisServer
  let ring: ControlConfig
  let ttl: ControlConfig
  beforeAll(async () => {
    redis = await startRedis({ password: 'secret-1' })
    const reach = { kind: 'redis', name: 'cache-a', url: redis.about.url } as TargetConfig
    ring = {
      kind: 'control',
      name: 'ring:products',
      key: 'evenkeel:ring:products',
      redis: reach,
      followersExpected: 2,
      ring: { name: 'products', spec: { algorithm: 'ketama', nodes: NODES }, nodes: NODES.map((node) => ({ ...node, target: node.name })) },
    }
    ttl = {
      kind: 'control',
      name: 'ttl:products',
      key: 'evenkeel:ttl',
      redis: reach,
      ttl: { name: 'products', match: 'product:*', ttlMs: 600_000, jitter: 0.1 },
    }
  })
  afterAll(() => redis?.[Symbol.asyncDispose]())
  beforeEach(() => redisSay(redis, 'FLUSHALL'))

  async function seen(config: ControlConfig) {
    const link = control.open(config)
    try {
      const raw = await document.read(link, null, signal())
      expect(JSON.stringify(raw)).not.toContain('secret')
      return document.parse(raw, { cursor: null, at: Date.now() }).topology
    } finally {
      await control.close(link)
    }
  }
  async function call(...command: [string, ...string[]]) {
    const client = createRedisClient({ url: redis.about.url })
    try {
      return await client.call(command, signal())
    } finally {
      await client.close()
    }
  }
  const points = (node: string) => `products/${node}/points`

  test('without a document the configuration is live and nothing is written', async () => {
    const before = await call('DBSIZE')
    expect((await seen(ring)).rings).toMatchObject([
      { version: 0, nodes: [{ target: 'cache-a', points: 40 }, { points: 160 }], followersExpected: 2 },
    ])
    expect((await seen(ttl)).ttls).toMatchObject([{ version: 0, ttlMs: 600_000, jitter: 0.1, match: 'product:*' }])
    expect(await controlActuator.get(ring, [points('cache-a')], signal())).toEqual({ [points('cache-a')]: '40' })
    expect(await controlActuator.get(ttl, ['products/ttl', 'products/jitter'], signal())).toEqual({
      'products/ttl': '10m',
      'products/jitter': '0.1',
    })
    expect(await call('DBSIZE')).toBe(before)
  })

  test('a copy of another region that does not get the document any more has an older version, and one that hangs hides no other', async () => {
    await using other = await startRedis({})
    const replicate = (...to: string[]) => redisSay(other, 'CONFIG SET masterauth secret-1', `REPLICAOF ${to.join(' ')}`)
    const at = (name: string, url: string) => ({ kind: 'redis', name, url }) as TargetConfig
    const config = { ...ring, copies: [at('registry-eu', other.about.url), at('registry-ap', 'redis://127.0.0.1:1')] }
    const link = control.open(config)
    const told = async () => {
      const raw = await copies.read(link, null, signal())
      expect(JSON.stringify(raw)).not.toContain('secret')
      const { samples, topology } = copies.parse(raw, { cursor: null, at: Date.now() })
      expect(topology.capabilities).toEqual([{ feature: 'copy on registry-ap', available: false, because: expect.any(String) }])
      return Object.fromEntries(samples.map(({ labels, value }) => [labels!.copy, value]))
    }
    try {
      expect(copies.wanted!(link)).toBe(true)
      expect(await told()).toEqual({ 'cache-a': 0, 'registry-eu': 0 })
      await replicate('127.0.0.1', String(redis.about.port))
      await controlActuator.write(ring, [{ name: points('cache-a'), expect: '40', value: '120' }], signal(), CAUSE)
      await vi.waitUntil(async () => (await told())['registry-eu'] === 1, { timeout: 10_000, interval: 100 })
      await replicate('NO', 'ONE')
      await controlActuator.write(ring, [{ name: points('cache-a'), expect: '120', value: '80' }], signal(), CAUSE)
      expect(await told()).toEqual({ 'cache-a': 2, 'registry-eu': 1 })
      await replicate('127.0.0.1', String(redis.about.port))
      await vi.waitUntil(async () => (await told())['registry-eu'] === 2, { timeout: 10_000, interval: 100 })
    } finally {
      await control.close(link)
    }
  })

  test('a document that rests is hardly looked up; one that was written is read at once, and watched while its followers move', async () => {
    const lookups = async () => {
      const [, hits = '', misses = ''] = /keyspace_hits:(\d+)\r\nkeyspace_misses:(\d+)/.exec(await redisSay(redis, 'INFO stats')) ?? []
      return Number(hits) + Number(misses)
    }
    const link = control.open(ring)
    try {
      const version = async () =>
        document.parse(await document.read(link, null, signal()), { cursor: null, at: Date.now() }).topology.rings![0]!.version
      const before = await lookups()
      for (let i = 0; i < 20; i++) expect(await version()).toBe(0)
      expect((await lookups()) - before).toBe(2)
      await controlActuator.write(ring, [{ name: points('cache-a'), expect: '40', value: '120' }], signal(), CAUSE)
      document.forget!(link)
      expect(await version()).toBe(1)
      await controlActuator.write(ring, [{ name: points('cache-a'), expect: '120', value: '130' }], signal(), CAUSE)
      expect(await version()).toBe(2)
    } finally {
      await control.close(link)
    }
  })

  test('the first write makes the document; all edits are one write, published', async () => {
    const heard: string[] = []
    const { Redis } = await import('ioredis')
    const listener = new Redis(redis.about.url)
    await listener.subscribe(ring.key)
    listener.on('message', (_channel, message) => heard.push(message))
    const edits = [
      { name: points('cache-a'), expect: '40', value: '120' },
      { name: points('cache-b'), expect: '160', value: '100' },
    ]
    await controlActuator.write(ring, edits, signal(), CAUSE)
    expect(JSON.parse(String(await call('GET', ring.key)))).toEqual({
      version: 1,
      algorithm: 'ketama',
      nodes: [
        { name: 'cache-a', address: '127.0.0.1:6379', points: 120 },
        { name: 'cache-b', address: '127.0.0.1:6380', points: 100 },
      ],
    })
    await expect.poll(() => heard).toEqual(['1'])
    listener.disconnect()
    expect((await seen(ring)).rings).toMatchObject([{ version: 1, nodes: [{ points: 120 }, { points: 100 }] }])
  })

  test('a document is the truth; unknown fields and order stay', async () => {
    const there = {
      note: { keep: [] },
      version: 7,
      algorithm: 'ketama',
      nodes: [
        { name: 'cache-b', address: '127.0.0.1:6380', points: 10, zone: 'x' },
        { name: 'cache-a', address: '127.0.0.1:6379', points: 20 },
      ],
    }
    await call('SET', ring.key, JSON.stringify(there))
    expect(await controlActuator.get(ring, [points('cache-b')], signal())).toEqual({ [points('cache-b')]: '10' })
    await controlActuator.write(ring, [{ name: points('cache-b'), expect: '10', value: '30' }], signal(), CAUSE)
    const after = JSON.parse(String(await call('GET', ring.key)))
    expect(after).toEqual({ ...there, version: 8, nodes: [{ ...there.nodes[0], points: 30 }, there.nodes[1]] })
  })

  test('drift writes nothing', async () => {
    await call('SET', ring.key, JSON.stringify({ version: 2, algorithm: 'ketama', nodes: NODES }))
    const edits = [
      { name: points('cache-a'), expect: '40', value: '50' },
      { name: points('cache-b'), expect: '159', value: '150' },
    ]
    await expect(controlActuator.write(ring, edits, signal(), CAUSE)).rejects.toMatchObject({ code: 'drift' })
    expect(JSON.parse(String(await call('GET', ring.key)))).toMatchObject({ version: 2, nodes: NODES })
  })

  test('two writers at once: one wins, the other drifts, versions never repeat', async () => {
    await call('SET', ring.key, JSON.stringify({ version: 2, algorithm: 'ketama', nodes: NODES }))
    const write = (value: string) => controlActuator.write(ring, [{ name: points('cache-a'), expect: '40', value }], signal(), CAUSE)
    const results = await Promise.allSettled(['41', '42', '43', '44'].map(write))
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(JSON.parse(String(await call('GET', ring.key))).version).toBe(3)
  })

  test('a TTL policy: one field, other policies untouched, its own version', async () => {
    await call('HSET', ttl.key, 'other', '{"version":4}')
    const edits = [
      { name: 'products/ttl', expect: '600s', value: '20m' },
      { name: 'products/jitter', expect: '0.1', value: '0.3' },
    ]
    await controlActuator.write(ttl, edits, signal(), CAUSE)
    expect(JSON.parse(String(await call('HGET', ttl.key, 'products')))).toEqual({
      version: 1,
      match: 'product:*',
      ttlMs: 1_200_000,
      jitter: 0.3,
    })
    expect(await call('HGET', ttl.key, 'other')).toBe('{"version":4}')
    expect((await seen(ttl)).ttls).toMatchObject([{ version: 1, ttlMs: 1_200_000, jitter: 0.3 }])
  })

  test('followers: reports in both forms of time, the rest left out', async () => {
    const now = Date.now()
    await call('HSET', `${ring.key}:followers`, 'app1', JSON.stringify({ name: 'app1', version: 7, at: new Date(now).toISOString() }))
    await call('HSET', `${ring.key}:followers`, 'app2', JSON.stringify({ name: 'app2', version: 6, at: now - 1000 }))
    await call('HSET', `${ring.key}:followers`, 'bad', 'no json')
    await call('HSET', `${ring.key}:followers`, 'gone', JSON.stringify({ name: 'gone', version: 6, at: now - 90_000_000 }))
    expect((await seen(ring)).rings![0]!.followers).toMatchObject([
      { name: 'app1', version: 7 },
      { name: 'app2', version: 6, seenAt: now - 1000 },
    ])
  })

  test.each([
    ['not json', 'SET'],
    ['{"version":1,"algorithm":"nope","nodes":[{"name":"a"}]}', 'SET'],
    ['{"version":1,"algorithm":"ketama","nodes":[{"name":"a","points":-1}]}', 'SET'],
    ['x', 'LPUSH'],
  ])('a document that is none (%s) is said, and never written over', async (text, command) => {
    await call(command, ring.key, text)
    const [found] = (await seen(ring)).rings!
    expect(found!.error).toBeTruthy()
    expect(found!.nodes).toHaveLength(2)
    await expect(controlActuator.write(ring, [{ name: points('cache-a'), expect: '40', value: '50' }], signal(), CAUSE)).rejects.toThrow()
    expect(await call('TYPE', ring.key)).toBe(command === 'SET' ? 'string' : 'list')
  })

  test('settings that do not exist, and a ring left without points', async () => {
    await expect(controlActuator.get(ring, ['products/nope/points'], signal())).rejects.toMatchObject({ code: 'not_found' })
    await expect(controlActuator.get(ring, ['other/cache-a/points'], signal())).rejects.toMatchObject({ code: 'not_found' })
    await expect(controlActuator.get(ttl, ['products/match'], signal())).rejects.toMatchObject({ code: 'not_found' })
    const none = NODES.map(({ name, points: count }) => ({ name: points(name), expect: String(count), value: '0' }))
    await expect(controlActuator.write(ring, none, signal(), CAUSE)).rejects.toMatchObject({ code: 'invalid' })
  })
})
