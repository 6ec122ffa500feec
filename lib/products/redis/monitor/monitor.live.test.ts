import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { describeWith } from '../../../../test/live.ts'
import { type RedisServer, redisSay, startBadServer, startRedis } from '../../../../test/servers.ts'
import { createRedisClient, type RedisClient } from '../client.ts'
import { redisConfig } from '../config.ts'
import { openRedis, type RedisLink } from '../link.ts'
import { monitor } from '../probes/monitor.ts'
import { redis } from '../product.ts'
import { listen } from './burst.ts'

const soon = (ms = 4_000) => AbortSignal.timeout(ms)
const configOf = (url: string, extra: object = {}) => redisConfig.parse({ kind: 'redis', name: 'a', url, monitor: 'bursts', ...extra })

async function withLink(url: string, work: (link: RedisLink) => Promise<void>, extra: object = {}): Promise<void> {
  const link = openRedis(configOf(url, extra))
  try {
    await redis.probes[0]!.read(link, null, soon())
    await work(link)
  } finally {
    await redis.close(link)
  }
}

/** One burst at once, as text that would reach the store. */
async function hear(link: RedisLink) {
  link.monitored.dueAt = 0
  const raw = await monitor.read(link, null, soon())
  const parsed = monitor.parse(JSON.parse(JSON.stringify(raw)), { cursor: null, at: Date.now() })
  return { raw: raw!, text: JSON.stringify(parsed), keys: parsed.records.flatMap((record) => (record.kind === 'hot-key' ? [record] : [])) }
}

type Sent = readonly [name: string, ...args: (string | Buffer)[]]
/** Sends commands as fast as `perSecond` says until disposed. */
function traffic(server: RedisServer, perSecond: number, next: () => Sent): AsyncDisposable & { sent: number } {
  const client: RedisClient = createRedisClient(configOf(server.about.url))
  let going = true
  const tick = 10
  let sent = 0
  const loop = (async () => {
    let due = 0
    while (going) {
      due += (perSecond * tick) / 1_000
      const batch = Array.from({ length: Math.floor(due) }, next)
      due -= batch.length
      if (batch.length > 0) await client.pipeline(batch, soon())
      sent += batch.length
      await sleep(tick)
    }
  })()
  return {
    get sent() {
      return sent
    },
    async [Symbol.asyncDispose]() {
      going = false
      await loop.catch(() => {})
      await client.close()
    },
  }
}

const some = (n: number) => `k${Math.floor(Math.random() * n)}`

describeWith(['redis-server'], 'hot keys by MONITOR', () => {
  test('finds the hot key, its share, its rate and its client', async () => {
    await using server = await startRedis()
    // Each fifth read, not by chance: a share that is drawn lies outside its 95 % interval now and then.
    let n = 0
    await using _ = traffic(server, 400, () => ['GET', n++ % 5 === 0 ? 'hot:1' : some(500)])
    await withLink(server.about.url, async (link) => {
      let heard = await hear(link)
      for (let i = 0; i < 3; i++) heard = await hear(link)
      const [first] = heard.keys
      expect(first).toMatchObject({ key: 'hot:1', method: 'monitor', hot: true })
      expect(first!.low).toBeLessThan(0.2)
      expect(first!.high).toBeGreaterThan(0.2)
      expect(first!.perSecond).toBeGreaterThan(40)
      expect(first!.perSecond).toBeLessThan(120)
      expect(first!.clients).toEqual([{ address: expect.stringMatching(/^127\.0\.0\.1:\d+$/), share: 1 }])
      expect(heard.keys.filter((key) => key.hot)).toHaveLength(1)
      expect(heard.keys.length).toBeLessThanOrEqual(20)
    })
    expect(await redisSay(server, 'CLIENT LIST')).not.toContain('cmd=monitor')
  })

  test('our own commands are no reads; those in scripts are', async () => {
    await using server = await startRedis()
    await redisSay(server, 'SET own 1')
    let n = 0
    await using _ = traffic(server, 300, () =>
      n++ % 2 ? ['EVAL', "return redis.call('GET', KEYS[1])", '1', 'scripted'] : ['OBJECT', 'ENCODING', 'own'],
    )
    await withLink(server.about.url, async (link) => {
      const own = setInterval(() => void link.client.call(['GET', 'own'], soon()).catch(() => {}), 5)
      const { keys } = await hear(link)
      clearInterval(own)
      expect(keys.map((key) => key.key)).toEqual(['scripted'])
      expect(keys[0]!.clients).toEqual([{ address: 'lua', share: 1 }])
    })
  })

  test('keys of any bytes, and never a value', async () => {
    await using server = await startRedis()
    const sentinel = 'SENTINEL-4242'
    const keys: Buffer[] = [
      Buffer.from([0, 255, 10, 13, 34, 92]),
      Buffer.from('"quoted" \\n'),
      Buffer.from('żółw 🐢'),
      Buffer.from('<img src=x onerror=alert(1)>'),
      Buffer.from(`] "GET" "x`),
    ]
    let n = 0
    await using _ = traffic(server, 300, () => {
      const key = keys[n++ % keys.length]!
      return n % 2 ? ['SET', key, sentinel] : n % 7 ? ['GET', key] : ['MGET', key, Buffer.from('other')]
    })
    await withLink(server.about.url, async (link) => {
      const heard = await hear(link)
      const names = heard.keys.map((key) => key.key)
      expect(names).toEqual(
        expect.arrayContaining([
          '\\x00\\xff\\x0a\\x0d"\\',
          '"quoted" \\n',
          'żółw 🐢',
          '<img src=x onerror=alert(1)>',
          '] "GET" "x',
          'other',
        ]),
      )
      expect(heard.text).not.toContain(sentinel)
      expect(JSON.stringify([...link.monitored.bursts.map((burst) => [...burst.keys])])).not.toContain(sentinel)
    })
  })

  test('a key of a megabyte is cut, told from its like, and ends the burst in time', async () => {
    await using server = await startRedis()
    const huge = (last: string) => Buffer.concat([Buffer.alloc(1_048_576, 0x61), Buffer.from(last)])
    let n = 0
    await using _ = traffic(server, 20, () => ['GET', huge(String(n++ % 2))])
    await withLink(server.about.url, async (link) => {
      const keys = new Set<string>()
      // One burst of a busy machine may hold a single command.
      for (const until = Date.now() + 20_000; keys.size < 2 && Date.now() < until; ) {
        const heard = await hear(link)
        expect(heard.raw.burst.bytes).toBeLessThan(6_000_000)
        for (const { key } of heard.keys) keys.add(key)
      }
      expect(keys.size).toBe(2)
      for (const key of keys) expect(key).toMatch(/^a{512}… \(1048577 bytes, [0-9a-f]{8}\)$/)
    })
  })

  test('a flood ends the burst at 3 000 commands and leaves no memory behind', async () => {
    await using server = await startRedis()
    await using _ = traffic(server, 40_000, () => ['GET', some(1_000)])
    await sleep(300)
    const memory = async () => Number(/used_memory:(\d+)/.exec(await redisSay(server, 'INFO memory'))?.[1])
    await withLink(server.about.url, async (link) => {
      const before = await memory()
      for (let i = 0; i < 3; i++) {
        const { raw } = await hear(link)
        expect(raw.burst.lines).toBeLessThanOrEqual(3_000)
        expect(raw.burst.ms).toBeLessThan(1_200)
      }
      await sleep(50)
      expect((await memory()) - before).toBeLessThan(2_000_000)
    })
    expect(await redisSay(server, 'CLIENT LIST')).not.toContain('cmd=monitor')
  })

  test('rests between bursts once it knows enough, the longer the more it has heard', async () => {
    await using server = await startRedis()
    await using _ = traffic(server, 20_000, () => ['GET', some(1_000)])
    await withLink(server.about.url, async (link) => {
      await hear(link)
      expect(link.monitored.dueAt - performance.now()).toBeLessThan(1_250)
      const known = () => link.monitored.bursts.reduce((sum, { reads }) => sum + reads, 0)
      for (let burst = 0; burst < 40 && known() < 15_000; burst++) await hear(link)
      expect(link.monitored.dueAt - performance.now()).toBeGreaterThan(2_000)
      expect(await monitor.read(link, null, soon())).toBeNull()
    })
  })

  test('forbidden or hidden: the capability says why', async () => {
    await using server = await startRedis({ config: ['user watcher on >pw ~* -@all +info +client +get'] })
    await withLink(server.about.url.replace('redis://', 'redis://watcher:pw@'), async (link) => {
      const error = await hear(link).catch((caught) => caught)
      expect(redis.unavailable?.(error)).toContain('NOPERM')
    })
    await using hidden = await startRedis({ config: ['rename-command MONITOR ""'], password: 'sesame' })
    await withLink(hidden.about.url, async (link) => {
      const error = await hear(link).catch((caught) => caught)
      expect(redis.unavailable?.(error)).toContain('hides the command')
    })
  })

  test('where COMMAND and CLIENT are hidden, the usual commands are understood', async () => {
    await using server = await startRedis({ config: ['rename-command COMMAND ""', 'rename-command CLIENT ""'] })
    await using _ = traffic(server, 300, () => ['GET', 'a'])
    await withLink(server.about.url, async (link) => {
      expect((await hear(link)).keys[0]).toMatchObject({ key: 'a', share: 1 })
    })
  })

  test('over a unix socket, with a password', async () => {
    await using server = await startRedis({ password: 'sesame' })
    await using _ = traffic(server, 300, () => ['GET', 'a'])
    await withLink(`unix:${server.about.socket}`, async (link) => expect((await hear(link)).keys[0]).toMatchObject({ key: 'a' }), {
      password: 'sesame',
    })
    await withLink(server.about.url, async (link) => {
      const wrong = { ...link.config, url: link.config.url.replace('sesame', 'wrong') }
      const limits = { lines: 10, ms: 100, bytes: 1e6, lagMs: 100 }
      await expect(listen(wrong, limits, () => {}, soon())).rejects.toThrow(/refuses the password/)
    })
  })

  test.each([
    ['hangs', () => {}],
    ['hangs up', (socket: import('node:net').Socket) => void socket.end()],
    ['sends noise without end', (socket: import('node:net').Socket) => void socket.write(Buffer.alloc(9_000_000, 0x61))],
    ['sends broken lines', (socket: import('node:net').Socket) => void socket.write('+OK\r\n+OK\r\n+nonsense\r\n')],
  ])('a server that %s ends the burst with an error', async (_what, behave) => {
    await using server = await startBadServer(behave)
    const config = configOf(`redis://127.0.0.1:${server.port}`)
    const limits = { lines: 10, ms: 100, bytes: 4e6, lagMs: 100 }
    const { readMonitorLine } = await import('./line.ts')
    await expect(listen(config, limits, readMonitorLine, soon(300))).rejects.toMatchObject({ code: /unreachable|malformed/ })
  })

  test('asks first, never listens to a store, and leaves a busy server alone', async () => {
    const link = (extra: object, seen: object = {}) => {
      const opened = openRedis(configOf('redis://127.0.0.1:1', extra))
      opened.seen = { opsPerSecond: 10, cpu: 0.1, evictedPerSecond: 0, ...seen } as RedisLink['seen']
      return opened
    }
    expect(monitor.wanted!(link({}))).toBe(true)
    expect(monitor.wanted!(link({ monitor: undefined }))).toContain('admin')
    expect(monitor.wanted!(link({ monitor: undefined, role: 'store' }))).toContain('never')
    expect(monitor.wanted!(link({ monitor: 'never' }))).toContain('never')
    expect(monitor.wanted!(link({ monitor: 'bursts', role: 'store' }))).toBe(true)
    expect(monitor.wanted!(link({}, { opsPerSecond: 200_000 }))).toContain('too busy')
    expect(monitor.wanted!(link({}, { cpu: 0.9 }))).toContain('too busy')
    expect(monitor.wanted!(link({}, { opsPerSecond: 3_000, evictedPerSecond: 2_000 }))).toContain('evicting')
  })
})
