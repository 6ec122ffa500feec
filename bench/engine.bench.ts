import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { advisors } from '../lib/advisors/registry.ts'
import { detectors } from '../lib/detectors/registry.ts'
import { createBus } from '../lib/engine/bus.ts'
import { createEngine } from '../lib/engine/engine.ts'
import { createFleet } from '../lib/engine/fleet.ts'
import type { AnyDetector } from '../lib/model/detector.ts'
import type { AnyProduct } from '../lib/model/product.ts'
import type { Reading } from '../lib/model/series.ts'
import type { Store } from '../lib/model/store.ts'
import { createStore } from '../lib/store/store.ts'
import type { Bench, Row } from './table.ts'

const TARGETS = 1_000
const SECONDS = 15

/** A simulated cache with 30 readings a poll that answers at once, so that only the engine is measured. */
const product: AnyProduct = {
  kind: 'bench',
  title: 'Bench',
  config: z.any(),
  open: () => ({ polls: 0 }),
  close: async () => {},
  probes: [
    {
      id: 'info',
      feature: 'INFO',
      everyMs: 1_000,
      cost: 'none: it is made up',
      vital: true,
      read: async (link) => ++(link as { polls: number }).polls,
      parse: (raw) => ({ samples: readings(raw as number), records: [], topology: { facts: { runId: 'r', version: '7.2' } } }),
    },
  ],
  address: () => 'nowhere',
}

function readings(poll: number): Reading[] {
  const counters = ['hits', 'misses', 'evictions', 'expirations', 'writes', 'commands'].map((name, i) => ({
    metric: `cache_${name}_total`,
    value: poll * (100 - 15 * i),
  }))
  const gauges = ['cache_memory_used_bytes', 'cache_memory_max_bytes', 'cache_items', 'cache_uptime_seconds', 'cache_connections']
  const others = Array.from({ length: 19 }, (_, i) => ({ metric: `redis_other_${i}`, value: poll * i }))
  return [...counters, ...gauges.map((metric, i) => ({ metric, value: 1e6 * (i + 1) + poll })), ...others]
}

async function run(rules: readonly AnyDetector[]): Promise<{ p50: number; p99: number; busy: number; spread: number; written: number }> {
  const opened = createStore({ path: ':memory:' })
  let writing = 0
  const store: Store = {
    ...opened,
    tick(at) {
      const started = performance.now()
      opened.tick(at)
      writing += performance.now() - started
    },
  }
  let polls = 0
  const perTenth = new Array<number>(10).fill(0)
  const counted: AnyProduct = {
    ...product,
    probes: product.probes.map((probe) => ({
      ...probe,
      read: (link, cursor, signal) => {
        polls++
        perTenth[Math.floor((Date.now() % 1_000) / 100)]!++
        return probe.read(link, cursor, signal)
      },
    })),
  }
  const bus = createBus(() => {})
  const log = { info() {}, warn() {}, error() {} }
  const fleet = createFleet({
    targets: Array.from({ length: TARGETS }, (_, i) => ({
      config: { kind: 'bench', name: `cache-${i}`, role: 'cache' as const },
      product: counted,
    })),
    edges: [],
    poll: { everyMs: 1_000, timeoutMs: 900 },
    store,
    bus,
    log,
  })
  const engine = createEngine({
    fleet,
    rules: {},
    detectors: rules,
    advisors,
    store,
    bus,
    describe: () => ({ commands: [] }),
    // Ticks by hand, so that each can be timed.
    tickMs: 1e9,
    log,
  })
  engine.start()
  await sleep(3_000)
  const cpu = process.cpuUsage()
  const before = polls
  perTenth.fill(0)
  const ticks: number[] = []
  const writes: number[] = []
  for (let i = 0; i < SECONDS; i++) {
    const started = performance.now()
    writing = 0
    await engine.tick()
    writes.push(writing)
    ticks.push(performance.now() - started - writing)
    await sleep(Math.max(0, 1_000 - (performance.now() - started)))
  }
  const used = process.cpuUsage(cpu)
  await engine.stop()
  store.close()
  ticks.sort((a, b) => a - b)
  writes.sort((a, b) => a - b)
  if (polls - before < TARGETS * (SECONDS - 2)) throw new Error(`only ${polls - before} polls in ${SECONDS} s`)
  return {
    written: writes[Math.floor(writes.length / 2)]!,
    p50: ticks[Math.floor(ticks.length / 2)]!,
    p99: ticks[ticks.length - 1]!,
    busy: (used.user + used.system) / 1e6 / SECONDS,
    spread: Math.max(...perTenth) / (perTenth.reduce((sum, count) => sum + count, 0) / 10),
  }
}

export const bench: Bench = {
  name: 'engine',
  title: `polling and judging ${TARGETS} targets each second`,
  async run() {
    const bare = await run([])
    const judged = await run(detectors)
    const rows: Row[] = [
      { what: 'a tick without rules, median', value: bare.p50, unit: 'ms', goal: { most: 50 } },
      { what: 'a tick without rules, slowest', value: bare.p99, unit: 'ms' },
      { what: 'the store’s part of a tick beside it, median', value: bare.written, unit: 'ms' },
      { what: 'CPU of polling and ticking, no rules', value: bare.busy, unit: 'cores' },
      { what: `a tick with all ${detectors.length} rules, median`, value: judged.p50, unit: 'ms', goal: { most: 500 } },
      { what: `a tick with all ${detectors.length} rules, slowest`, value: judged.p99, unit: 'ms' },
      { what: 'CPU with all rules', value: judged.busy, unit: 'cores' },
      { what: 'polls in the fullest tenth of a second, over the mean', value: judged.spread, goal: { most: 2 } },
    ]
    return rows
  },
}
