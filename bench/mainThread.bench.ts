import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseConfig } from '../lib/config/parse.ts'
import { products } from '../lib/products/sources.ts'
import { exposition } from '../lib/server/health/exposition.ts'
import { operations } from '../lib/server/http/operations.ts'
import { serve } from '../lib/server/http/serve.ts'
import { createLog } from '../lib/server/log.ts'
import { openRuntime } from '../lib/server/open.ts'
import { type Runtime, setRuntime } from '../lib/server/runtime.ts'
import { schemas } from '../lib/server/schemas.ts'
import { BALANCER, bigFleet, QUERIED, RING } from './bigFleet.ts'
import { historyOfADay } from './fleetHistory.ts'
import { longestTurn } from './longestTurn.ts'
import type { Bench, Row } from './table.ts'

/** The design's promise: nothing holds the only thread for longer. */
const TURN_MS = 50
/** The first polls of everything, and the first proposals. */
const WARM_UP_S = 30
/** The store sweeps each 10 s and prunes each minute: all of it is to be seen. */
const TICKS_S = 75
const EVENTS_S = 5

/** Every GET call of the API, each list with its filters and its pages: a path below /api/v1 each. */
async function paths(runtime: Runtime): Promise<string[]> {
  const { store } = runtime
  const known: Record<string, string> = {
    'findings/{id}': `findings/${store.findings.list()[0]!.id}`,
    'incidents/{id}': `incidents/${store.findings.list(({ state }) => state === 'resolved')[0]!.id}`,
    'proposals/{id}': `proposals/${store.proposals.list()[0]!.id}`,
    'changes/{id}': `changes/${store.changes.list()[0]!.id}`,
    'rings/{name}': `rings/${RING}`,
  }
  const filled = (path: string) =>
    known[path] ??
    path
      .replace('{target}', BALANCER)
      .replace('{pool}', 'pool-0')
      .replace('{name}', QUERIED)
      .replaceAll(/\{\w+\}/g, 'none')
  const plain = operations
    // Streams have no end, and `series` needs a metric.
    .filter(({ method, path }) => method === 'GET' && path !== 'events' && path !== 'series')
    .map(({ path }) => filled(path))
  const lists = [
    'findings',
    'incidents',
    'targets',
    'pools',
    'rings',
    'changes',
    'proposals',
    'deliveries',
    'audit',
    'keys/hot',
    'silences',
  ]
  const time = (ms: number) => encodeURIComponent(new Date(runtime.now() - ms).toISOString())
  const day = `from=${time(86_400_000)}`
  const hour = `from=${time(3_600_000)}`
  return [
    ...plain,
    ...lists.map((list) => `${list}?limit=1000`),
    ...(await Promise.all(['findings', 'incidents', 'changes', 'proposals'].map(secondPage))),
    'findings?state=firing',
    'findings?state=resolved&limit=1000',
    'findings?rule=cache/hit-ratio-drop&severity=critical',
    `findings?target=${QUERIED}`,
    'incidents?state=firing',
    'incidents?state=resolved&limit=1000',
    'audit?by=nobody',
    ...['cache_items', 'cache_hit_ratio', 'cache_memory_ratio'].map((metric) => `series?metric=${metric}&target=${QUERIED}&${day}`),
    `series?metric=cache_hits_total&rate=true&target=${QUERIED}&${day}`,
    `series?metric=cache_items&target=${QUERIED}&${hour}`,
    ...['pool_share', 'pool_imbalance', 'pool_response_seconds'].map((metric) => `series?metric=${metric}&target=${BALANCER}&${day}`),
    `series?metric=ring_imbalance&${day}`,
    // Of the whole fleet.
    ...['cache_items', 'cache_hit_ratio', 'cache_read_rate'].map((metric) => `series?metric=${metric}&${day}`),
    'series?metric=cache_hit_ratio',
  ]
}

async function secondPage(list: string): Promise<string> {
  const { next } = (await (await answerOf(`${list}?limit=100`)).json()) as { next: string }
  return `${list}?limit=100&cursor=${next}`
}

/** A call through the whole server, without the socket. */
const answerOf = (path: string) => serve(new Request(`http://127.0.0.1/api/v1/${path}`, { headers: { host: '127.0.0.1' } }))

async function call(path: string): Promise<number> {
  const answer = await answerOf(path)
  for await (const _ of answer.body ?? []);
  return answer.status
}

/** Begins to listen to events and to a metric of the whole fleet, and goes away again. */
async function listen(): Promise<number> {
  const answer = await answerOf('events?metric=cache_items&metric=pool_response_seconds')
  const reader = answer.body!.getReader()
  const until = performance.now() + EVENTS_S * 1_000
  while (performance.now() < until) await reader.read()
  await reader.cancel()
  return answer.status
}

const shown = (path: string) =>
  path
    .replace(/from=[^&]*/, 'since')
    .replace(/cursor=[^&]*/, 'cursor')
    .slice(0, 90)

export const bench: Bench = {
  name: 'mainThread',
  title: 'the longest turn of the event loop: 1,000 targets with 24 h of history, 10,000 findings',
  async run() {
    const { data, end } = await historyOfADay()
    const { products: made, targets } = bigFleet()
    products.unshift(...made)
    // Time goes on from the end of that day, whenever the day was made.
    const real = Date.now
    const behind = real() - end
    Date.now = () => real() - behind
    try {
      process.env.EVENKEEL_LOG ??= 'silent'
      const config = parseConfig('auth: { mode: none }\nlearning: 1s\n', {}, schemas(), {
        file: join(data, 'evenkeel.yaml'),
        readFile: () => '',
      })
      const runtime = await openRuntime({ ...config, data, targets }, { NODE_ENV: 'test' }, () => {}, { log: createLog() })
      setRuntime(runtime)
      const rows: Row[] = []
      const row = (what: string, value: number) => rows.push({ what, value, unit: 'ms', goal: { most: TURN_MS } })
      row(`the first ${WARM_UP_S} s of polls and ticks`, (await longestTurn(() => sleep(WARM_UP_S * 1_000))).ms)
      // The first call counts: somebody makes it.
      for (const path of await paths(runtime)) {
        const { ms, value } = await longestTurn(() => call(path))
        row(`GET ${shown(path)}${value === 200 ? '' : ` (${value})`}`, ms)
      }
      row('GET /metrics', (await longestTurn(() => exposition(runtime))).ms)
      row(`GET events, ${EVENTS_S} s`, (await longestTurn(listen)).ms)
      row(`${TICKS_S} s of polls and ticks with all rules`, (await longestTurn(() => sleep(TICKS_S * 1_000))).ms)
      rows.sort((a, b) => (b.value as number) - (a.value as number))
      rows.push({ what: 'findings that fire', value: runtime.store.findings.list(({ state }) => state === 'firing').length })
      rows.push({ what: 'open proposals', value: runtime.store.proposals.list(({ state }) => state === 'open').length })
      await runtime.close()
      setRuntime(undefined)
      return rows
    } finally {
      Date.now = real
      products.splice(0, made.length)
      rmSync(data, { recursive: true, force: true })
    }
  },
}
