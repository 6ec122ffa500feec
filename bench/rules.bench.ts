import { type HeapProfiler, Session } from 'node:inspector/promises'
import { detectors } from '../lib/detectors/registry.ts'
import { createJudge, type Rule } from '../lib/engine/judge.ts'
import { median } from '../lib/math/robust.ts'
import { emptyTopology, type Topology } from '../lib/model/topology.ts'
import { readInfo } from '../lib/products/redis/info.ts'
import { infoSamples } from '../lib/products/redis/infoSamples.ts'
import { redis } from '../lib/products/redis/product.ts'
import { createStore } from '../lib/store/store.ts'
import { ImitatedRedis } from './imitatedRedis.ts'
import type { Bench } from './table.ts'

const CACHES = 40
/** How long they have been watched, s: just now, and as long as the longest window of a rule is. */
const HISTORIES = [30, 240, 900]
const RUNS = 25
const START = Date.UTC(2026, 0, 5, 12)
const WRITES = new Set(['set'])

type Cost = { ms: number; bytes: number }

/** CPU time of one run of all rules for one cache, and what it allocates. Series come from INFO alone: records of sampled keys are not among them. */
async function costOf(seconds: number): Promise<Cost> {
  let now = START
  const store = createStore({ path: ':memory:', now: () => now })
  const servers = Array.from({ length: CACHES }, (_, n) => ({ name: `cache-${n}`, server: new ImitatedRedis(n, START) }))
  for (let second = 0; second <= seconds; second++) {
    now = START + second * 1_000
    for (const { name, server } of servers) {
      const info = readInfo(String(server.answer(['info'], now)))
      store.append(name, now, infoSamples(info, { hits: 0, misses: 0 }, WRITES), 1_000)
    }
  }
  const topology: Topology = {
    ...emptyTopology(),
    targets: servers.map(({ name }) => ({
      name,
      kind: 'redis',
      role: 'cache',
      state: 'up',
      since: START,
      capabilities: [],
      ...(redis.can && { can: redis.can }),
    })),
  }
  const rules: Rule[] = detectors.map((detector) => ({ detector, settings: detector.settings.parse({}) }))
  const errors: unknown[] = []
  const judge = createJudge({ info() {}, warn() {}, error: (...told: unknown[]) => void errors.push(told) })
  async function runAll() {
    for (const rule of rules) {
      const window = store.window(now - rule.detector.needs.spanMs, now)
      await judge.judge(rule, { window, topology, learning: false, pause: () => undefined })
    }
  }
  const costs: number[] = []
  for (let run = 0; run < RUNS; run++) {
    const before = process.threadCpuUsage()
    await runAll()
    const { user, system } = process.threadCpuUsage(before)
    costs.push((user + system) / 1_000 / CACHES)
  }
  const bytes = (await allocatedBy(runAll)) / CACHES
  store.close()
  if (errors.length > 0) throw new AggregateError(errors, JSON.stringify(errors[0]))
  return { ms: median(costs)!, bytes }
}

/** Bytes of the objects that it makes, by a sample of them: those that are collected again too. */
async function allocatedBy(work: () => Promise<void>): Promise<number> {
  const session = new Session()
  session.connect()
  await session.post('HeapProfiler.startSampling', {
    samplingInterval: 4_096,
    includeObjectsCollectedByMajorGC: true,
    includeObjectsCollectedByMinorGC: true,
  })
  await work()
  const { profile } = await session.post('HeapProfiler.stopSampling')
  session.disconnect()
  const sizeOf = ({ selfSize, children }: HeapProfiler.SamplingHeapProfileNode): number =>
    children.reduce((sum, child) => sum + sizeOf(child), selfSize)
  return sizeOf(profile.head)
}

/** `scale` and `linear` see the first minute of a fleet. Rules look back a quarter of an hour. */
export const bench: Bench = {
  name: 'rules',
  title: 'one run of all rules for a cache, by how long it has been watched',
  async run() {
    // The first also pays for what is compiled.
    await costOf(HISTORIES[0]!)
    const rows = []
    for (const seconds of HISTORIES) {
      const { ms, bytes } = await costOf(seconds)
      rows.push({ what: `watched for ${seconds} s`, value: ms, unit: 'ms of CPU' })
      rows.push({ what: 'of it allocated', value: bytes / 1_024, unit: 'KiB' })
    }
    return rows
  },
}
