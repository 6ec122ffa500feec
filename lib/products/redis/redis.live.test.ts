import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { CAUSE } from '../../../test/cause.ts'
import { describeWith } from '../../../test/live.ts'
import { type RedisServer, redisSay, startBadServer, startRedis } from '../../../test/servers.ts'
import type { Edit, Parsed } from '../../model/product.ts'
import { redisActuator } from './actuator.ts'
import { createRedisClient } from './client.ts'
import { redisConfig } from './config.ts'
import { openRedis, type RedisLink } from './link.ts'
import { redis } from './product.ts'

const soon = (ms = 2_000) => AbortSignal.timeout(ms)
const configOf = (url: string, extra: object = {}) => redisConfig.parse({ kind: 'redis', name: 'a', url, ...extra })

/** One poll of one probe, as the engine does it; what was read must survive JSON, so that it can be saved as a fixture. */
async function poll(link: RedisLink, id: string, cursor: string | null = null): Promise<Parsed> {
  const probe = redis.probes.find((candidate) => candidate.id === id)!
  const raw = await probe.read(link, cursor, soon())
  return probe.parse(JSON.parse(JSON.stringify(raw)), { cursor, at: Date.now() })
}

async function withLink(url: string, work: (link: RedisLink) => Promise<void>, extra: object = {}): Promise<void> {
  const link = openRedis(configOf(url, extra))
  try {
    await work(link)
  } finally {
    await redis.close(link)
  }
}

const value = (parsed: Parsed, metric: string) => parsed.samples.find((sample) => sample.metric === metric)?.value

describeWith(['redis-server'], 'redis probes', () => {
  test('every probe reads a real server, over TCP and over a socket', async () => {
    await using server = await startRedis({
      config: ['maxmemory 50mb', 'maxmemory-policy allkeys-lru', 'slowlog-log-slower-than 0', 'latency-monitor-threshold 1'],
    })
    await redisSay(server, 'SET product:1 x EX 100', 'GET product:1', 'GET nothing', 'DEBUG SLEEP 0.002')
    for (const url of [server.about.url, `unix:${server.about.socket}`])
      await withLink(url, async (link) => {
        const parsed = await poll(link, 'info')
        expect(value(parsed, 'cache_memory_max_bytes')).toBe(50 * 1_048_576)
        expect(value(parsed, 'cache_hits_total')).toBeGreaterThanOrEqual(1)
        expect(value(parsed, 'cache_items')).toBe(1)
        expect(parsed.topology.facts?.version).toMatch(/^(Valkey )?\d+\.\d+\.\d+$/)
        for (const { id, wanted } of redis.probes) if ((wanted?.(link) ?? true) === true) await poll(link, id)
        const facts = (await poll(link, 'config')).records.filter((record) => record.kind === 'fact')
        expect(facts).toContainEqual(expect.objectContaining({ id: 'config/maxmemory-policy', value: 'allkeys-lru' }))
      })
    expect(await redisSay(server, 'CLIENT LIST')).not.toContain('name=evenkeel')
  })

  test('names its connection', async () => {
    await using server = await startRedis()
    await withLink(server.about.url, async (link) => {
      await poll(link, 'info')
      expect(await redisSay(server, 'CLIENT LIST')).toContain('name=evenkeel')
    })
  })

  test('the slow log is fetched only as far as it grew, and again after a restart', async () => {
    await using server = await startRedis({ config: ['slowlog-log-slower-than 0'] })
    await redisSay(server, 'SET a 1', 'SET b 2')
    await withLink(server.about.url, async (link) => {
      const first = await poll(link, 'slowlog')
      expect(first.records.filter((record) => record.kind === 'slow').length).toBeGreaterThanOrEqual(2)
      await redisSay(server, 'SET c 3')
      const second = await poll(link, 'slowlog', first.cursor)
      const commands = second.records.flatMap((record) => (record.kind === 'slow' ? [record.command.join(' ')] : []))
      expect(commands).toContain('SET c 3')
      expect(commands).not.toContain('SET a 1')
      await server.stop()
      await server.start()
      await redisSay(server, 'SET d 4')
      const third = await poll(link, 'slowlog', '100000')
      expect(JSON.stringify(third.records)).toContain('SET')
    })
  })

  test('a restart shows as another run id; the connection comes back by itself', async () => {
    await using server = await startRedis()
    await withLink(server.about.url, async (link) => {
      const before = (await poll(link, 'info')).topology.facts?.runId
      await server.stop()
      await expect(poll(link, 'info')).rejects.toMatchObject({ code: 'unreachable' })
      await expect(poll(link, 'info')).rejects.toThrow(/nothing listens at 127\.0\.0\.1:/)
      await server.start()
      const after = (await poll(link, 'info')).topology.facts?.runId
      expect(after).toMatch(/^[0-9a-f]{40}$/)
      expect(after).not.toBe(before)
    })
  })

  test('says in words that a password is missing, wrong or not wanted', async () => {
    await using server = await startRedis({ password: 'sesame' })
    const bare = `127.0.0.1:${server.about.port}`
    const trouble = async (url: string) => {
      let message = ''
      await withLink(url, async (link) => {
        for (let i = 0; i < 2; i++)
          message = await poll(link, 'info').then(
            () => 'ok',
            (error) => String(error.message),
          )
      })
      return message
    }
    expect(await trouble(`redis://${bare}`)).toContain('demands a password')
    expect(await trouble(`redis://:wrong@${bare}`)).toContain('refuses the password')
    expect(await trouble(`redis://:sesame@${bare}`)).toBe('ok')
    expect(redis.unavailable?.(new Error('NOAUTH Authentication required.'))).toBeNull()
  })

  test('a hidden or forbidden command is "not available here", not an outage', async () => {
    await using server = await startRedis({ config: ['rename-command CONFIG ""', 'user watcher on nopass ~* -@all +info +client'] })
    await withLink(server.about.url, async (link) => {
      const error = await poll(link, 'config').catch((caught) => caught)
      expect(redis.unavailable?.(error)).toContain('hides the command')
      expect(value(await poll(link, 'info'), 'cache_memory_max_bytes')).toBe(0)
    })
    await withLink(server.about.url.replace('redis://', 'redis://watcher:any@'), async (link) => {
      const error = await poll(link, 'slowlog').catch((caught) => caught)
      expect(redis.unavailable?.(error)).toContain('NOPERM')
      await poll(link, 'info')
    })
  })

  test('asks a server before Redis 7 for INFO in its old way', async () => {
    await using server = await startBadServer((socket) =>
      socket.on('data', (chunk) => {
        const text = chunk.toString()
        const info =
          'redis_version:5.0.7\r\nuptime_in_seconds:1\r\nused_memory:2\r\nkeyspace_hits:3\r\nkeyspace_misses:4\r\nevicted_keys:5\r\n'
        for (const command of text.split(/(?=\*\d)/)) {
          if (command.includes('commandstats')) socket.write('-ERR syntax error\r\n')
          else if (command.includes('INFO')) socket.write(`$${info.length}\r\n${info}\r\n`)
          else socket.write('+OK\r\n')
        }
      }),
    )
    await withLink(`redis://127.0.0.1:${server.port}`, async (link) => {
      for (let i = 0; i < 2; i++) expect(value(await poll(link, 'info'), 'cache_hits_total')).toBe(3)
      expect(link.oldInfo).toBe(true)
    })
  })

  test('gives up a frozen server at the deadline and recovers', async () => {
    await using server = await startRedis()
    await withLink(server.about.url, async (link) => {
      await poll(link, 'info')
      server.freeze()
      const begun = Date.now()
      await expect(redis.probes[0]!.read(link, null, soon(300))).rejects.toThrow(/in time/)
      expect(Date.now() - begun).toBeLessThan(600)
      server.thaw()
      await sleep(50)
      await poll(link, 'info')
    })
  })

  test.each([
    ['hangs', () => {}],
    ['hangs up', (socket: import('node:net').Socket) => void socket.end()],
    ['speaks another protocol', (socket: import('node:net').Socket) => void socket.write('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['sends noise', (socket: import('node:net').Socket) => void socket.write(Buffer.alloc(100_000, 0xff))],
  ])('a server that %s is unreachable, in words', async (_what, behave) => {
    await using server = await startBadServer(behave)
    await withLink(`redis://127.0.0.1:${server.port}`, async (link) => {
      await expect(redis.probes[0]!.read(link, null, soon(300))).rejects.toMatchObject({ code: 'unreachable' })
    })
  })

  test('a server that promises a huge answer is refused by its size', async () => {
    await using server = await startBadServer((socket) => void socket.write('$9999999999\r\nx'))
    await withLink(`redis://127.0.0.1:${server.port}`, async (link) => {
      await expect(redis.probes[0]!.read(link, null, soon(300))).rejects.toMatchObject({
        code: 'too_large',
        message: expect.stringContaining('an answer of 9,537 MiB'),
      })
    })
  })

  test('foresees a cliff after a bulk load: the fullest second and its pattern, for any bytes in keys', async () => {
    await using server = await startRedis()
    const client = createRedisClient(configOf(server.about.url))
    await withLink(server.about.url, async (link) => {
      // What is usual, a load, and its end.
      for (let i = 0; i < 2; i++) await poll(link, 'info')
      const cliff = Date.now() + 60_000
      await client.pipeline(
        Array.from({ length: 600 }, (_, i) => ['SET', `product:${i}`, 'x', 'PXAT', cliff] as const),
        soon(),
      )
      await client.pipeline(
        Array.from({ length: 200 }, (_, i) => ['SET', `user:${i}`, 'x', 'EX', 100 + i] as const),
        soon(),
      )
      await client.call(['SET', Buffer.from([0xff, 0x00, 0x0a]), 'x', 'EX', 50], soon())
      for (let i = 0; i < 2; i++) await poll(link, 'info')
      let parsed = await poll(link, 'ttl')
      for (let i = 0; i < 8; i++) {
        const next = await poll(link, 'ttl')
        // One that had no lookups left tells nothing new.
        if (next.records.length > 0) parsed = next
      }
      const [record] = parsed.records
      if (record?.kind !== 'ttl-histogram') throw new Error('no histogram')
      expect(record).toMatchObject({ pattern: 'product:*', keys: 801 })
      expect(record.sampled).toBeGreaterThan(600)
      const fullest = record.buckets.toSorted((a, b) => b[1] - a[1])[0]!
      expect(Math.abs(fullest[0] - cliff)).toBeLessThan(1_100)
      expect(fullest[1] / record.sampled).toBeGreaterThan(0.6)
    })
    await client.close()
  })

  test('its own lookups are no hits of the cache', async () => {
    await using server = await startRedis({ config: ['maxmemory 50mb', 'maxmemory-policy allkeys-lfu'] })
    await redisSay(server, 'SET a 1 EX 100', 'SET b 1 EX 100', 'GET a', 'GET a', 'GET nothing')
    await withLink(server.about.url, async (link) => {
      const counts = async () => {
        const parsed = await poll(link, 'info')
        return [value(parsed, 'cache_hits_total'), value(parsed, 'cache_misses_total')]
      }
      expect(await counts()).toEqual([2, 1])
      for (let i = 0; i < 5; i++) expect((await Promise.all([poll(link, 'ttl'), counts()]))[1]).toEqual([2, 1])
      expect(await redisSay(server, 'INFO stats')).toContain('keyspace_hits:12')
      expect(await counts()).toEqual([2, 1])
      for (let i = 0; i < 3; i++) {
        const looking = [poll(link, 'ttl'), poll(link, 'keys'), poll(link, 'lfu')]
        expect((await Promise.all([...looking, counts()]))[3]).toEqual([2, 1])
      }
      expect(await redisSay(server, 'INFO commandstats')).toMatch(/cmdstat_object\|freq:.*\r\n/)
    })
    await withLink(server.about.url, async (another) => {
      expect(value(await poll(another, 'info'), 'cache_hits_total')).toBe(2)
      await poll(another, 'ttl')
      await redisSay(server, 'DEL b')
      for (const id of ['keys', 'lfu']) await poll(another, id)
      const parsed = await poll(another, 'info')
      expect([value(parsed, 'cache_hits_total'), value(parsed, 'cache_misses_total')]).toEqual([2, 1])
    })
  })

  test('names the keys that hold the memory, and the patterns', async () => {
    await using server = await startRedis()
    const client = createRedisClient(configOf(server.about.url))
    await client.pipeline(
      Array.from({ length: 300 }, (_, i) => ['SET', `product:${i}`, 'x'.repeat(100), 'EX', 600] as const),
      soon(),
    )
    const members = Array.from({ length: 5_000 }, (_, i) => `member ${i} of a set`)
    await client.call(['SADD', Buffer.from('big\n"set"'), ...members], soon())
    await withLink(server.about.url, async (link) => {
      await poll(link, 'info')
      for (let i = 0; i < 3; i++) await poll(link, 'ttl')
      const { records } = await poll(link, 'keys')
      const [biggest] = records.filter((record) => record.kind === 'big-key')
      expect(biggest).toMatchObject({ key: 'big\\n"set"', type: 'set' })
      expect(biggest!.bytes).toBeGreaterThan(100_000)
      const [pattern] = records.filter((record) => record.kind === 'key-pattern')
      expect(pattern).toMatchObject({ pattern: 'product:*' })
      // The big key may be among the few that were sampled.
      expect(pattern!.share).toBeGreaterThan(0.9)
      expect(pattern!.bytesMean).toBeGreaterThan(100)
      expect(pattern!.ttlMsMedian).toBeGreaterThan(590_000)
      expect(pattern).toMatchObject({ keys: 301, types: [['string', expect.any(Number)]] })
      expect(pattern!.sizes).toBeGreaterThan(100)
      expect(pattern!.bytesLow).toBeLessThanOrEqual(pattern!.bytesMean!)
      // All of them end within ten minutes.
      expect(pattern!.ttlCounts![1]).toBe(pattern!.sampled)
      await redisSay(server, 'FLUSHALL')
      const gone = await poll(link, 'keys')
      expect(gone.records.filter((record) => record.kind === 'big-key')).toEqual([])
    })
    await client.close()
  })

  test('tells hot keys as a class by LFU counters where MONITOR is not allowed', async () => {
    await using server = await startRedis({ config: ['maxmemory 50mb', 'maxmemory-policy allkeys-lfu'] })
    const client = createRedisClient(configOf(server.about.url))
    await client.pipeline(
      Array.from({ length: 200 }, (_, i) => ['SET', `k${i}`, 'x'] as const),
      soon(),
    )
    const lfu = redis.probes.find((probe) => probe.id === 'lfu')!
    await withLink(server.about.url, async (link) => {
      expect(lfu.wanted!(link)).toContain('INFO')
      await poll(link, 'info')
      await client.pipeline(
        Array.from({ length: 20_000 }, () => ['GET', 'k7'] as const),
        soon(),
      )
      await sleep(50)
      await poll(link, 'info')
      expect(lfu.wanted!(link)).toBe(true)
      await poll(link, 'keys')
      // A part of the keys at each look: what may be looked up follows what clients do.
      const first = await vi.waitFor(
        async () => {
          await client.pipeline(
            Array.from({ length: 2_000 }, () => ['GET', 'k7'] as const),
            soon(),
          )
          await poll(link, 'info')
          const hottest = (await poll(link, 'lfu')).records[0]
          expect(hottest).toMatchObject({ kind: 'hot-key', key: 'k7', method: 'lfu' })
          return hottest
        },
        { timeout: 20_000, interval: 100 },
      )
      expect(first).toBeDefined()
    })
    await withLink(
      server.about.url,
      async (link) => void (await poll(link, 'info').then(() => expect(lfu.wanted!(link)).toContain('MONITOR'))),
      {
        monitor: 'bursts',
      },
    )
    await redisSay(server, 'CONFIG SET maxmemory-policy allkeys-lru')
    await withLink(
      server.about.url,
      async (link) => void (await poll(link, 'info').then(() => expect(lfu.wanted!(link)).toContain('allkeys-lru'))),
    )
    await client.close()
  })

  test('never asks for what an operator would fear', async () => {
    await using server = await startRedis()
    await redisSay(server, 'SET a 1 EX 100')
    await withLink(server.about.url, async (link) => {
      for (const { id, wanted } of redis.probes) if ((wanted?.(link) ?? true) === true) await poll(link, id)
    })
    const asked = [...(await redisSay(server, 'INFO commandstats')).matchAll(/cmdstat_([^:]+):/g)].map((match) => match[1])
    for (const feared of [
      'keys',
      'flushall',
      'flushdb',
      'debug',
      'save',
      'bgsave',
      'config|resetstat',
      'config|rewrite',
      'client|kill',
      'monitor',
      'shutdown',
    ])
      expect(asked).not.toContain(feared)
  })
})

describeWith(['redis-server'], 'redis actuator', () => {
  const write = (server: RedisServer, ...edits: Edit[]) => redisActuator.write(configOf(server.about.url), edits, soon(), CAUSE)
  const get = (server: RedisServer, ...names: string[]) => redisActuator.get(configOf(server.about.url), names, soon())

  test('writes, reads back and writes the way back', async () => {
    await using server = await startRedis({ config: ['maxmemory 50mb'] })
    const before = (await get(server, 'config/maxmemory'))['config/maxmemory']!
    expect(before).toBe('52428800')
    await write(server, { name: 'config/maxmemory', expect: before, value: '104857600' })
    expect(await get(server, 'config/maxmemory')).toEqual({ 'config/maxmemory': '104857600' })
    await write(server, { name: 'config/maxmemory', expect: '104857600', value: before })
    expect(await get(server, 'config/maxmemory')).toEqual({ 'config/maxmemory': before })
  })

  test('leaves alone what somebody else has changed', async () => {
    await using server = await startRedis()
    await redisSay(server, 'CONFIG SET hz 50')
    await expect(
      write(server, { name: 'config/maxmemory-samples', expect: '5', value: '10' }, { name: 'config/hz', expect: '10', value: '20' }),
    ).rejects.toMatchObject({ code: 'drift' })
    expect(await get(server, 'config/hz', 'config/maxmemory-samples')).toEqual({ 'config/hz': '50', 'config/maxmemory-samples': '5' })
  })

  test('one refused edit takes the others back', async () => {
    await using server = await startRedis()
    const edits = [
      { name: 'config/hz', expect: '10', value: '20' },
      { name: 'config/maxmemory-policy', expect: 'noeviction', value: 'banana' },
    ]
    await expect(write(server, ...edits)).rejects.toMatchObject({ code: 'invalid' })
    expect(await get(server, 'config/hz')).toEqual({ 'config/hz': '10' })
  })

  test('every setting of the list can be read and set to what it is', async () => {
    await using server = await startRedis()
    for (const setting of redisActuator.settings.filter(({ long }) => !long)) {
      const name = setting.pattern.source.replaceAll('\\', '').slice(1, -1)
      const value = (await get(server, name))[name]!
      expect(setting.value.safeParse(value).success, `${name} = ${value}`).toBe(true)
      if (name === 'config/activedefrag') continue
      await write(server, { name, expect: value, value })
    }
  })

  test.each(['config/dir', 'config/requirepass', 'config/save', 'maxmemory', 'config/maxmemory\r\nFLUSHALL', 'config/*', ''])(
    'refuses %j, which is not on the list',
    async (name) => {
      await using server = await startRedis()
      await expect(get(server, name)).rejects.toMatchObject({ code: 'not_found' })
      await expect(write(server, { name, expect: '', value: 'x' })).rejects.toMatchObject({ code: 'not_found' })
      expect(() => redisActuator.commands(configOf(server.about.url), [{ name, expect: '', value: 'x' }])).toThrow()
      expect(redisActuator.settings.some((setting) => setting.pattern.test(name))).toBe(false)
    },
  )

  test('says that CONFIG is hidden', async () => {
    await using server = await startRedis({ config: ['rename-command CONFIG ""'] })
    await expect(get(server, 'config/hz')).rejects.toMatchObject({ code: 'not_allowed' })
  })
})
