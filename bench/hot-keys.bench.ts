import { execFile } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { createRedisClient } from '../lib/products/redis/client.ts'
import { redisConfig } from '../lib/products/redis/config.ts'
import { openRedis, type RedisLink } from '../lib/products/redis/link.ts'
import { info } from '../lib/products/redis/probes/info.ts'
import { monitor } from '../lib/products/redis/probes/monitor.ts'
import { redis } from '../lib/products/redis/product.ts'
import { findProgram } from '../test/daemon.ts'
import { randomOf } from '../test/random.ts'
import { ask, type RedisServer, startRedis } from '../test/servers.ts'
import type { Bench, Row } from './table.ts'
import { zipf } from './zipf.ts'

const KEYS = 100_000
const run = promisify(execFile)

/** GETs at a steady rate until it is stopped. `newcomer`: the part that goes to one new key. */
function startLoad(server: RedisServer, perSecond: number, skew: number) {
  const random = randomOf(7)
  const rank = zipf(KEYS, skew, random)
  const client = createRedisClient(configOf(server))
  const load = { newcomer: 0, sent: 0, stop: async () => {} }
  let going = true
  const loop = (async () => {
    const started = performance.now()
    while (going) {
      const due = Math.min(2_000, Math.floor(((performance.now() - started) / 1_000) * perSecond) - load.sent)
      const batch = Array.from({ length: due }, () => ['GET', random() < load.newcomer ? 'newcomer' : `k:${rank()}`] as const)
      if (batch.length > 0) await client.pipeline(batch, AbortSignal.timeout(10_000))
      load.sent += batch.length
      await sleep(5)
    }
  })()
  load.stop = async () => {
    going = false
    await loop
    await client.close()
  }
  return load
}

const configOf = (server: RedisServer) => redisConfig.parse({ kind: 'redis', name: 'bench', url: server.about.url, monitor: 'bursts' })

/** The probe at its rhythm for that long; `seen` is told the keys, hottest first, after each burst. */
async function watch(link: RedisLink, ms: number, seen: (keys: string[], at: number) => boolean | undefined): Promise<void> {
  const until = performance.now() + ms
  while (performance.now() < until) {
    const began = performance.now()
    await info.read(link, null, AbortSignal.timeout(2_000))
    const raw = await monitor.read(link, null, AbortSignal.timeout(4_000))
    if (
      raw &&
      seen(
        raw.hot.map(({ key }) => key),
        performance.now(),
      )
    )
      return
    await sleep(Math.max(0, monitor.everyMs - (performance.now() - began)))
  }
}

const recall = (keys: string[], k: number) => keys.slice(0, k).filter((key) => /^k:\d+$/.test(key) && Number(key.slice(2)) < k).length / k

async function cpuOf(server: RedisServer): Promise<number> {
  const text = await ask(server.about.port, 'INFO cpu\r\nPING end\r\n', (answer) => answer.includes('$3\r\nend'))
  const of = (name: string) => Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(text)?.[1])
  return of('used_cpu_user') + of('used_cpu_sys')
}

/** One load: recall at the first decision (3 000 commands or 15 s) and after 30 s, then the time until a new key of 5 % is named. */
async function measure(skew: number, perSecond: number): Promise<Row[]> {
  await using server = await startRedis()
  const load = startLoad(server, perSecond, skew)
  await sleep(1_000)
  const quiet = await cpuOf(server)
  await sleep(4_000)
  const usual = ((await cpuOf(server)) - quiet) / 4
  const link = openRedis(configOf(server))
  const started = performance.now()
  const cpu = await cpuOf(server)
  let first: string[] | null = null
  let last: string[] = []
  let lines = 0
  await watch(link, 30_000, (keys, at) => {
    last = keys
    lines = link.monitored.bursts.reduce((sum, burst) => sum + burst.reads, 0)
    if (!first && (lines >= 3_000 || at - started > 15_000)) first = keys
    return false
  })
  const spent = ((await cpuOf(server)) - cpu) / ((performance.now() - started) / 1_000)
  load.newcomer = 0.05
  const onset = performance.now()
  let found: number | null = null
  await watch(link, 20_000, (keys, at) => {
    if (keys.indexOf('newcomer') < 0 || keys.indexOf('newcomer') > 2) return false
    found = (at - onset) / 1_000
    return true
  })
  await load.stop()
  await redis.close(link)
  const what = `Zipf ${skew}, ${perSecond} reads/s`
  return [
    {
      what: `${what}: of the 10 hottest, named at the first decision`,
      value: recall(first ?? last, 10),
      ...(perSecond > 1_000 ? { goal: { least: 0.8 } } : {}),
    },
    { what: `${what}: of the 10 hottest, after 30 s`, value: recall(last, 10), ...(perSecond > 1_000 ? { goal: { least: 0.9 } } : {}) },
    { what: `${what}: of the 20 hottest, after 30 s`, value: recall(last, 20) },
    { what: `${what}: a new key of 5 % among the first three`, value: found ?? 'not found', unit: 's', goal: { most: 10 } },
    {
      what: `${what}: CPU of Redis for it, of one core (the traffic: ${(usual * 100).toFixed(1)} %)`,
      value: Math.max(0, spent - usual) * 100,
      unit: '%',
      goal: { most: 2 },
    },
  ]
}

/** `redis-cli --hotkeys` on the same traffic, with the LFU policy that it needs. */
async function beside(skew: number): Promise<Row[]> {
  const program = findProgram('redis-cli')
  if (!program) return [{ what: 'redis-cli --hotkeys', value: 'not installed' }]
  await using server = await startRedis({ config: ['maxmemory 500mb', 'maxmemory-policy allkeys-lfu'] })
  const fill = createRedisClient(configOf(server))
  for (let i = 0; i < KEYS; i += 10_000)
    await fill.pipeline(
      Array.from({ length: 10_000 }, (_, k) => ['SET', `k:${i + k}`, 'x'] as const),
      AbortSignal.timeout(10_000),
    )
  await fill.close()
  const load = startLoad(server, 5_000, skew)
  await sleep(30_000)
  const began = performance.now()
  const { stdout } = await run(program, ['-p', String(server.about.port), '--hotkeys'], { maxBuffer: 64 * 1_048_576 })
  const took = (performance.now() - began) / 1_000
  await load.stop()
  const keys = [...stdout.matchAll(/^hot key found with counter: (\d+)\s+keyname: "?([^"\n]+)"?$/gm)].map((match) => match[2]!)
  const title = `redis-cli --hotkeys on LFU, Zipf ${skew}, 5000 reads/s for 30 s`
  return [
    { what: `${title}: of the 10 hottest`, value: recall(keys, 10) },
    { what: `${title}: one pass over ${KEYS} keys`, value: took, unit: 's' },
  ]
}

export const bench: Bench = {
  name: 'hot-keys',
  title: 'hot keys by MONITOR bursts, against what the generator sent',
  async run(): Promise<Row[]> {
    const rows: Row[] = []
    for (const [skew, perSecond] of [
      [0.99, 5_000],
      [1.2, 5_000],
      [0.99, 170],
    ] as const)
      rows.push(...(await measure(skew, perSecond)))
    return [...rows, ...(await beside(0.99))]
  },
}
