import { listed } from '../lib/server/http/listed.ts'
import { createLog } from '../lib/server/log.ts'
import { querySeries } from '../lib/server/series/series.ts'
import { createStore } from '../lib/store/store.ts'
import type { Bench, Row } from './table.ts'

const FROM = Date.UTC(2026, 0, 5)
const DAY_MS = 86_400_000
const TURN_MOST_MS = 50
const METRICS = ['cache_hit_ratio', 'cache_memory_ratio', 'cache_read_rate', 'cache_items', 'pool_imbalance', 'pool_share']

/** Caches and one server of one pool for each, polled that often for a day. */
function aDay(targets: number, stepMs: number) {
  let now = FROM
  const store = createStore({ path: ':memory:', now: () => now })
  const servers = Array.from({ length: targets }, (_, k) => ({ pool: 'app', server: `s${k}` }))
  for (let i = 0; now < FROM + DAY_MS; i++) {
    now += stepMs
    for (let k = 0; k < targets; k++) {
      store.append(
        `cache-${k}`,
        now,
        [
          { metric: 'cache_hits_total', value: i * 900 },
          { metric: 'cache_misses_total', value: i * 100 },
          { metric: 'cache_memory_used_bytes', value: 1e9 + (i % 1_000) * 4_096 },
          { metric: 'cache_memory_max_bytes', value: 4e9 },
          { metric: 'cache_items', value: 1e6 + (i % 1_000) },
        ],
        stepMs,
      )
    }
    store.append(
      'edge',
      now,
      servers.flatMap((labels, k) => [
        { metric: 'pool_requests_total', labels, value: i * (100 + k) },
        { metric: 'pool_weight_effective', labels, value: 100 },
        { metric: 'pool_up', labels, value: 1 },
      ]),
      stepMs,
    )
    if (i % 60 === 0) store.tick(now)
  }
  return { seen: { store, now: () => now, config: { poll: { everyMs: stepMs } }, log: createLog() }, close: () => store.close() }
}

/** The answer as it is sent, and the longest turn of the event loop meanwhile, in ms of this thread's own time. */
async function answered(seen: Parameters<typeof querySeries>[0], metric: string, to: number) {
  let [longest, all] = [0, 0]
  let before = process.threadCpuUsage()
  let running = true
  const turn = () => {
    const { user, system } = process.threadCpuUsage(before)
    before = process.threadCpuUsage()
    longest = Math.max(longest, (user + system) / 1_000)
    all += (user + system) / 1_000
    if (running) setImmediate(turn)
  }
  setImmediate(turn)
  const response = await listed('series', querySeries(seen, { metric, from: to - DAY_MS, to, stepMs: 10_000 }))
  let bytes = 0
  for await (const chunk of response.body!) bytes += chunk.length
  running = false
  turn()
  return { longest, all, bytes }
}

export const bench: Bench = {
  name: 'series',
  title: 'a day of a metric of 1, 100 and 1,000 targets, as GET /series answers it',
  async run(): Promise<Row[]> {
    const rows: Row[] = []
    for (const [targets, stepMs] of [
      [1, 1_000],
      [100, 10_000],
      [1_000, 300_000],
    ] as const) {
      const { seen, close } = aDay(targets, stepMs)
      for (const metric of METRICS) {
        const times = []
        for (let i = 0; i < 2; i++) times.push(await answered(seen, metric, seen.now()))
        const what = `${metric} of ${targets}`
        const best = Math.min(...times.map(({ longest }) => longest))
        rows.push({ what: `${what}, longest turn`, value: best, unit: 'ms', goal: { most: TURN_MOST_MS } })
        rows.push({ what: `${what}, all turns`, value: Math.min(...times.map(({ all }) => all)), unit: 'ms' })
        rows.push({ what: `${what}, answer`, value: times[0]!.bytes / 1e6, unit: 'MB' })
      }
      close()
    }
    return rows
  },
}
