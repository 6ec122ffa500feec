import { setTimeout as sleep } from 'node:timers/promises'
import { scan } from '../lib/products/redis/scan.ts'
import { type RedisServer, redisSay } from '../test/servers.ts'
import { cost } from './redisCost.ts'
import { probeCosts } from './redisProbes.ts'
import { KEYS, loadOn, PER_SECOND, SKEW, type Subject, start, subjectOf } from './redisSubject.ts'
import { RedisWatch } from './redisWatch.ts'
import type { Bench, Row } from './table.ts'

const RECALL_MS = 10_000
const ROUNDS = 5
const SCANS = 400
/** The largest slice that any probe asks for, and longest. */
const NAMES = 250

/** A newer Redis or Valkey, built from source: HOTKEYS and the load of slots are measured there. */
const NEWER = 'EVENKEEL_BENCH_REDIS'

/** How long the server is held by a slice of SCAN, as it measures that itself. */
async function stalls(server: RedisServer, what: string): Promise<Row[]> {
  const watch = new RedisWatch(server)
  await redisSay(server, 'CONFIG RESETSTAT')
  let cursor = '0'
  for (let i = 0; i < SCANS; i++) {
    ;({ cursor } = await scan(watch.link, cursor, NAMES, AbortSignal.timeout(2_000)))
    await sleep(10)
  }
  await watch.close()
  const found = /latency_percentiles_usec_scan:p50=([\d.]+),p99=([\d.]+)/.exec(await redisSay(server, 'INFO latencystats'))
  return [
    { what: `a slice of SCAN holds it ${what}, the middle of ${SCANS}`, value: Number(found?.[1]) / 1_000, unit: 'ms' },
    { what: 'and p99', value: Number(found?.[2]) / 1_000, unit: 'ms', goal: { most: 1 } },
  ]
}

type Recall = { strict: number; fair: number; perSecond: number | null }

/** Of the ten hottest by the generator's law, how many are among the ten named within ten seconds of a first look: the mean of so many rounds. */
async function recall(server: RedisServer, method: string, times: number, config: Record<string, unknown> = {}): Promise<Recall> {
  const rounds: Recall[] = []
  for (let i = 0; i < times; i++) {
    const watch = new RedisWatch(server, config)
    // As where its commands are large.
    if (method === 'hotkeys') watch.link.monitored.largeUntil = Number.POSITIVE_INFINITY
    await watch.spell(RECALL_MS)
    const { keys = [], perSecond = null } = watch.hot.get(method) ?? {}
    const named = keys.slice(0, 10).map((key) => Number(/^k:(\d+)$/.exec(key)?.[1] ?? Number.NaN))
    await watch.close()
    const part = (ranks: number) => named.filter((rank) => rank < ranks).length / 10
    // The twelfth is read 0.83 times as often as the tenth.
    rounds.push({ strict: part(10), fair: part(12), perSecond })
  }
  const mean = (which: keyof Recall) => rounds.reduce((sum, round) => sum + (round[which] ?? Number.NaN), 0) / times
  return { strict: mean('strict'), fair: mean('fair'), perSecond: mean('perSecond') }
}

const rankSum = Array.from({ length: KEYS }, (_, i) => (i + 1) ** -SKEW).reduce((sum, one) => sum + one, 0)

/** What a second busy server beside it would disturb. */
async function alone(subject: Subject): Promise<Row[]> {
  await using server = await start(subject)
  const atRest = await stalls(server, 'at rest')
  await using _load = await loadOn(server)
  await sleep(2_000)
  const busy = await stalls(server, 'under load')
  const best = await recall(server, 'monitor', ROUNDS)
  const counted = subject.hotkeys ? await recall(server, 'hotkeys', 2) : null
  await redisSay(server, 'CONFIG SET maxmemory 1gb', 'CONFIG SET maxmemory-policy allkeys-lfu')
  const lfu = await recall(server, 'lfu', 1, { monitor: 'never' })
  const what = 'of ten keys named within 10 s'
  return [
    ...atRest,
    ...busy,
    { what: `${what} by MONITOR: among the ten hottest`, value: best.strict, goal: { least: 0.95 } },
    { what: `${what} by MONITOR: read at least 0.8 times as often as the tenth`, value: best.fair, goal: { least: 0.95 } },
    {
      what: `reads of the hottest key, of ${Math.round((PER_SECOND * 0.9) / rankSum)} a second`,
      value: best.perSecond ?? 'not told',
      unit: '/s',
    },
    ...(counted
      ? [
          { what: `${what} by HOTKEYS, where MONITOR may not be run: among the ten hottest`, value: counted.strict },
          { what: `${what} by HOTKEYS: read at least 0.8 times as often as the tenth`, value: counted.fair },
        ]
      : [{ what: 'HOTKEYS', value: `not there: ${NEWER}=PATH names a newer server` }]),
    // A counter of a byte tells that a key is hot, not which is hottest; the walk comes past few keys in ten seconds.
    { what: 'and by LFU counters alone', value: lfu.fair },
  ]
}

export const bench: Bench = {
  name: 'redis',
  title: 'what watching adds to the CPU time of Redis with everything on, how long SCAN holds it, and which hot keys are found',
  async run(): Promise<Row[]> {
    const subject = await subjectOf(process.env[NEWER] ?? 'redis-server')
    return [{ what: 'server', value: subject.title }, ...(await cost(subject)), ...(await probeCosts(subject)), ...(await alone(subject))]
  },
}
