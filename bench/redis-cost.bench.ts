import { redisConfig } from '../lib/products/redis/config.ts'
import { openRedis, type RedisLink } from '../lib/products/redis/link.ts'
import { redis } from '../lib/products/redis/product.ts'
import { ask, type RedisServer, startRedis } from '../test/servers.ts'
import type { Bench, Row } from './table.ts'

const ROUNDS = 1_000
const KEYS = 20_000

/** CPU time that Redis reports, µs. */
async function cpuOf(server: RedisServer): Promise<number> {
  const info = await ask(server.about.port, 'INFO cpu\r\nPING end\r\n', (text) => text.includes('$3\r\nend'))
  const of = (name: string) => Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(info)?.[1])
  return (of('used_cpu_user') + of('used_cpu_sys')) * 1e6
}

/** One poll of each named probe, as the engine does it. */
async function observe(link: RedisLink, ids: string[], cursors: Map<string, string | null>): Promise<void> {
  const at = Date.now()
  for (const probe of redis.probes.filter((candidate) => ids.includes(candidate.id))) {
    const cursor = cursors.get(probe.id) ?? null
    const raw = await probe.read(link, cursor, AbortSignal.timeout(5_000))
    cursors.set(probe.id, probe.parse(raw, { cursor, at }).cursor ?? cursor)
  }
}

/** Mean cost of one observed second: Redis's CPU and this process's, µs. Rounds follow each other at once, so that idle time costs nothing. */
async function costOf(server: RedisServer, ids: string[]): Promise<{ server: number; own: number }> {
  const link = openRedis(redisConfig.parse({ kind: 'redis', name: 'bench', url: server.about.url }))
  const cursors = new Map<string, string | null>()
  for (let i = 0; i < 50; i++) await observe(link, ['info', ...ids], cursors)
  const [serverStart, ownStart] = [await cpuOf(server), process.cpuUsage()]
  for (let i = 0; i < ROUNDS; i++) {
    await observe(link, ids, cursors)
  }
  const own = process.cpuUsage(ownStart)
  const spent = (await cpuOf(server)) - serverStart
  await redis.close(link)
  return { server: spent / ROUNDS, own: (own.user + own.system) / ROUNDS }
}

export const bench: Bench = {
  name: 'redis-cost',
  title: 'what watching costs a Redis and Evenkeel, for each observed second',
  async run(): Promise<Row[]> {
    await using server = await startRedis({ config: ['slowlog-log-slower-than 0', 'latency-monitor-threshold 100'] })
    const { port } = server.about
    // Commands of a real cache, so that commandstats has its usual length, and keys that expire.
    const lines = Array.from({ length: KEYS }, (_, i) => `SET product:${i} ${'x'.repeat(100)} EX ${600 + (i % 300)}\r\n`).join('')
    const mixed =
      'GET product:1\r\nMGET product:1 product:2\r\nINCR n\r\nHSET h f v\r\nHGETALL h\r\nDEL n\r\nEXPIRE h 100\r\nTTL h\r\nLPUSH l 1\r\nLPOP l\r\n'
    await ask(port, `${lines}${mixed}CONFIG SET slowlog-log-slower-than 10000\r\nPING end\r\n`, (text) => text.includes('$3\r\nend'))
    const basic = await costOf(server, ['info', 'slowlog', 'latency'])
    const sampled = await costOf(server, ['ttl'])
    return [
      { what: 'Redis CPU: INFO, SLOWLOG and LATENCY once a second', value: basic.server, unit: 'µs', goal: { most: 150 } },
      { what: 'Redis CPU: the TTL sample of a cache, once a second', value: sampled.server, unit: 'µs', goal: { most: 1_500 } },
      { what: 'Evenkeel CPU: the same three, read and parsed', value: basic.own, unit: 'µs' },
      { what: 'Evenkeel CPU: the TTL sample', value: sampled.own, unit: 'µs' },
      {
        what: 'Redis targets that one core can watch (without the sample)',
        value: Math.round(1e6 / basic.own),
        unit: 'targets',
        goal: { least: 1_000 },
      },
    ]
  },
}
