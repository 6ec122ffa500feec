import { setTimeout as sleep } from 'node:timers/promises'
import { createRedisClient } from '../lib/products/redis/client.ts'
import { redisConfig } from '../lib/products/redis/config.ts'
import { infoField } from '../lib/products/redis/info.ts'
import { scan } from '../lib/products/redis/scan.ts'
import { type RedisServer, redisSay, startRedis } from '../test/servers.ts'
import { RedisLoad, VALUE } from './redisLoad.ts'
import { RedisWatch } from './redisWatch.ts'
import type { Bench, Row } from './table.ts'

const PER_SECOND = 20_000
const KEYS = 200_000
const CLIENTS = 50
const SKEW = 0.99
/** Halves of one pair: first the one server is watched, then its twin. */
const HALF_MS = 5_000
const PAIRS = 10
const PAIRS_MOST = 16
/** Where less of the load was sent the machine did something else: such a pair tells nothing. */
const SENT_LEAST = 0.97
const RECALL_MS = 10_000
const ROUNDS = 5

/** A newer Redis or Valkey, built from source: HOTKEYS and the load of slots are measured there. */
const NEWER = 'EVENKEEL_BENCH_REDIS'

/** `slots`: it counts the load of slots, so it runs as the only node of a Cluster. `method`: the best that it has for hot keys. */
type Subject = { title: string; program: string; slots: boolean; method: 'monitor' | 'hotkeys' }

async function subjectOf(program: string): Promise<Subject> {
  await using server = await startRedis({ program, config: ['cluster-enabled yes', 'cluster-port 0'] })
  const said = await redisSay(server, 'INFO server', 'COMMAND INFO hotkeys|start', 'CLUSTER HELP')
  const version = infoField(said, 'valkey_version')
  return {
    title: version ? `Valkey ${version}` : `Redis ${infoField(said, 'redis_version')}`,
    program,
    slots: /SLOT-STATS/i.test(said),
    method: said.includes('hotkeys|start') ? 'hotkeys' : 'monitor',
  }
}

async function start({ program, slots }: Subject): Promise<RedisServer> {
  const config = slots ? ['cluster-enabled yes', 'cluster-slot-stats-enabled yes', 'cluster-port 0'] : []
  const server = await startRedis({ program, config })
  if (slots) await redisSay(server, 'CLUSTER ADDSLOTSRANGE 0 16383')
  for (const end = Date.now() + 10_000; slots; await sleep(50)) {
    if (/cluster_state:ok/.test(await redisSay(server, 'CLUSTER INFO'))) break
    if (Date.now() > end) throw new Error('the Cluster of one node did not form')
  }
  const client = createRedisClient(redisConfig.parse({ kind: 'redis', name: 'fill', url: server.about.url }))
  for (let from = 0; from < KEYS; from += 10_000)
    await client.pipeline(
      Array.from({ length: 10_000 }, (_, i) => ['SET', `k:${from + i}`, VALUE, 'EX', 3_600 + (i % 600)] as const),
      AbortSignal.timeout(10_000),
    )
  await client.close()
  return server
}

const loadOn = ({ about: { port } }: RedisServer) =>
  RedisLoad.start({ port, perSecond: PER_SECOND, keys: KEYS, skew: SKEW, clients: CLIENTS })

/** CPU time that the server reports, µs, and the commands of its clients. */
async function usage(server: RedisServer): Promise<{ cpuUs: number; commands: number }> {
  const info = await redisSay(server, 'INFO cpu', 'INFO commandstats')
  const calls = (name: string) => Number(new RegExp(`^cmdstat_${name}:calls=(\\d+)`, 'm').exec(info)?.[1] ?? 0)
  const seconds = Number(infoField(info, 'used_cpu_user')) + Number(infoField(info, 'used_cpu_sys'))
  return { cpuUs: seconds * 1e6, commands: calls('get') + calls('set') }
}

/** CPU time per command of each server over one half, while the first is watched: µs; and the part of the load that was sent. */
async function half(watch: RedisWatch, servers: readonly [watched: RedisServer, twin: RedisServer]) {
  const before = await Promise.all(servers.map(usage))
  const began = performance.now()
  await watch.spell(HALF_MS)
  const after = await Promise.all(servers.map(usage))
  const [watched, twin] = after.map(({ cpuUs, commands }, i) => (cpuUs - before[i]!.cpuUs) / (commands - before[i]!.commands))
  const due = (PER_SECOND * (performance.now() - began)) / 1_000
  const sent = Math.min(...after.map(({ commands }, i) => (commands - before[i]!.commands) / due))
  return { watched: watched!, twin: twin!, sent }
}

/** The middle of the pairs, and the interval that holds the median of all pairs with 97.9 % (of ten, the second to the ninth). */
function middle(values: readonly number[]) {
  const sorted = [...values].sort((a, b) => a - b)
  return { median: (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2, low: sorted[1]!, high: sorted.at(-2)! }
}

/**
 * Two equal servers under equal load at the same time, of which one is watched, in turns: what else the machine does burdens both, and what the
 * two differ in counts for and against.
 */
async function cost(subject: Subject): Promise<Row[]> {
  await using one = await start(subject)
  await using other = await start(subject)
  await using _load = await loadOn(one)
  await using _equal = await loadOn(other)
  const [watch, turned] = [new RedisWatch(one), new RedisWatch(other)]
  // What is done once at the start is not what watching costs.
  await Promise.all([watch.spell(3_000), turned.spell(3_000)])
  const own = process.cpuUsage()
  const pairs: number[] = []
  const twins: number[] = []
  let tried = 0
  for (; pairs.length < PAIRS && tried < PAIRS_MOST; tried++) {
    const halves = [await half(watch, [one, other]), await half(turned, [other, one])]
    if (halves.some(({ sent }) => sent < SENT_LEAST)) continue
    pairs.push(halves.reduce((sum, { watched, twin }) => sum + Math.log(watched / twin), 0) / halves.length)
    twins.push(...halves.map(({ twin }) => twin))
  }
  const spent = process.cpuUsage(own)
  await Promise.all([watch.close(), turned.close()])
  if (pairs.length < PAIRS)
    return [{ what: 'CPU per command', value: `not measured: the load was sent in ${pairs.length} of ${tried} pairs` }]
  const more = (log: number) => (Math.exp(log) - 1) * 100
  const { median, low, high } = middle(pairs)
  const usual = middle(twins).median
  return [
    { what: `CPU per command at ${PER_SECOND} a second, unwatched`, value: usual, unit: 'µs' },
    { what: 'and more of it with every probe', value: more(median), unit: '%', goal: { most: 1.5 } },
    {
      what: 'the interval that holds that with 98 %',
      value: `${more(low).toFixed(1)} to ${more(high).toFixed(1)} % (${PAIRS} of ${tried} pairs)`,
    },
    { what: "Evenkeel's own CPU for it, of one core", value: (spent.user + spent.system) / (2 * tried * HALF_MS * 10), unit: '%' },
    { what: 'reads of sampling probes', value: SAMPLING.map((id) => `${id} ${watch.reads.get(id) ?? 0}`).join(', ') },
    { what: 'references from MONITOR', value: watch.because.get('references') ?? 'on' },
  ]
}

const SAMPLING = ['ttl', 'keys', 'idle', 'monitor', 'hotkeys', 'slots']

/** How long the server is held by the slices of SCAN that probes ask for, as it measures that itself. */
async function stalls(server: RedisServer): Promise<Row[]> {
  const watch = new RedisWatch(server)
  await redisSay(server, 'CONFIG RESETSTAT')
  let cursor = '0'
  for (let i = 0; i < SCANS; i++) {
    // As often as the walk and the sample of TTLs: once in five seconds, and once in one.
    ;({ cursor } = await scan(watch.link, cursor, i % 6 === 0 ? 1_000 : 200, AbortSignal.timeout(2_000)))
    await sleep(10)
  }
  await watch.close()
  const found = /latency_percentiles_usec_scan:p50=([\d.]+),p99=([\d.]+)/.exec(await redisSay(server, 'INFO latencystats'))
  return [
    { what: `a slice of SCAN holds it, the middle of ${SCANS}`, value: Number(found?.[1]) / 1_000, unit: 'ms' },
    { what: 'and p99', value: Number(found?.[2]) / 1_000, unit: 'ms', goal: { most: 1 } },
  ]
}
const SCANS = 600

/** Of the ten hottest by the generator's law, how many are among the ten named within ten seconds of a first look: the mean of so many rounds. */
async function recall(server: RedisServer, method: string, times: number, config: Record<string, unknown> = {}) {
  const rounds: { strict: number; fair: number }[] = []
  for (let i = 0; i < times; i++) {
    const watch = new RedisWatch(server, config)
    await watch.spell(RECALL_MS)
    const named = (watch.hot.get(method)?.keys ?? []).slice(0, 10).map((key) => Number(/^k:(\d+)$/.exec(key)?.[1] ?? Number.NaN))
    await watch.close()
    const part = (ranks: number) => named.filter((rank) => rank < ranks).length / 10
    // The twelfth is read 0.83 times as often as the tenth.
    rounds.push({ strict: part(10), fair: part(12) })
  }
  const mean = (which: 'strict' | 'fair') => rounds.reduce((sum, round) => sum + round[which], 0) / times
  return { strict: mean('strict'), fair: mean('fair') }
}

/** What a second busy server beside it would disturb. */
async function alone(subject: Subject): Promise<Row[]> {
  await using server = await start(subject)
  await using _load = await loadOn(server)
  await sleep(2_000)
  const held = await stalls(server)
  const best = await recall(server, subject.method, ROUNDS)
  await redisSay(server, 'CONFIG SET maxmemory 1gb', 'CONFIG SET maxmemory-policy allkeys-lfu')
  const lfu = await recall(server, 'lfu', 1, { monitor: 'never' })
  const what = `of ten keys named within 10 s by ${subject.method}`
  return [
    ...held,
    { what: `${what}: among the ten hottest`, value: best.strict },
    { what: `${what}: read at least 0.8 times as often as the tenth`, value: best.fair, goal: { least: 0.95 } },
    // A counter of a byte tells that a key is hot, not which is hottest; the walk comes past few keys in ten seconds.
    { what: 'and by LFU counters alone', value: lfu.fair },
  ]
}

export const bench: Bench = {
  name: 'redis',
  title: 'what watching adds to the CPU time of Redis with everything on, how long SCAN holds it, and which hot keys are found',
  async run(): Promise<Row[]> {
    const subject = await subjectOf(process.env[NEWER] ?? 'redis-server')
    const newest: Row[] = process.env[NEWER]
      ? []
      : [{ what: 'HOTKEYS, SLOT-STATS', value: `not there: ${NEWER}=PATH names a newer server` }]
    return [{ what: 'server', value: subject.title }, ...(await cost(subject)), ...(await alone(subject)), ...newest]
  },
}
