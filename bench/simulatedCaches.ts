import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance as loop } from 'node:perf_hooks'
import { advisors } from '../lib/advisors/registry.ts'
import { detectors } from '../lib/detectors/registry.ts'
import { createBus } from '../lib/engine/bus.ts'
import { createEngine, type Engine } from '../lib/engine/engine.ts'
import { createFleet } from '../lib/engine/fleet.ts'
import type { AnyProduct } from '../lib/model/product.ts'
import type { RedisClient } from '../lib/products/redis/client.ts'
import { type RedisConfig, redisConfig } from '../lib/products/redis/config.ts'
import { openRedis } from '../lib/products/redis/link.ts'
import { redis } from '../lib/products/redis/product.ts'
import { createStore } from '../lib/store/store.ts'
import { type Answer, ImitatedRedis } from './imitatedRedis.ts'
import { VirtualClock } from './virtualClock.ts'

const START = Date.UTC(2026, 0, 5, 12)

/** The engine with the real probes of Redis, all rules and a store on the disk, over caches that answer at once and in time that is simulated. */
export type SimulatedCaches = { engine: Engine; pass(ms: number): Promise<void>; close(): Promise<void> }

export function simulatedCaches(count: number): SimulatedCaches {
  const clock = new VirtualClock(START)
  const real = { now: Date.now, monotonic: performance.now, eventLoopUtilization: loop.eventLoopUtilization }
  // Probes take their own times from these.
  Date.now = clock.now
  performance.now = () => clock.monotonic() - START
  // A simulation has no rest, and its samples of keys are not to wait for one.
  loop.eventLoopUtilization = () => ({ idle: 1, active: 1, utilization: 0.5 })
  const data = mkdtempSync(join(tmpdir(), 'evenkeel-bench-'))
  const store = createStore({ path: data, now: clock.now })
  const bus = createBus(() => {})
  const log = { info() {}, warn() {}, error() {} }
  const product = { ...redis, open: (config: RedisConfig) => ({ ...openRedis(config), client: clientOf(numberOf(config.name), clock) }) }
  const fleet = createFleet({
    targets: Array.from({ length: count }, (_, i) => ({
      config: redisConfig.parse({
        kind: 'redis',
        name: `cache-${i}`,
        role: 'cache',
        url: `redis://10.${i >> 16}.${(i >> 8) & 255}.${i & 255}:6379`,
      }),
      product: product as unknown as AnyProduct,
    })),
    edges: [],
    poll: { everyMs: 1_000, timeoutMs: 900 },
    store,
    bus,
    clock,
    log,
  })
  const engine = createEngine({
    fleet,
    rules: {},
    detectors,
    advisors,
    store,
    bus,
    describe: () => ({ commands: [] }),
    learningMs: 5_000,
    clock,
    log,
  })
  engine.start()
  return {
    engine,
    pass: (ms) => clock.pass(ms),
    async close() {
      const stopped = engine.stop()
      await clock.pass(5_000)
      await stopped
      store.close()
      Object.assign(Date, { now: real.now })
      Object.assign(performance, { now: real.monotonic })
      loop.eventLoopUtilization = real.eventLoopUtilization
      rmSync(data, { recursive: true, force: true })
    },
  }
}

const numberOf = (name: string) => Number(name.slice('cache-'.length))

/** A connection to an imitation, without the wire. */
function clientOf(n: number, clock: VirtualClock): RedisClient {
  const server = new ImitatedRedis(n, START)
  const answered = (command: readonly unknown[]) => server.answer(command.map(String), clock.now())
  const thrown = (answer: Answer) => {
    if (answer instanceof Error) throw Object.assign(answer, { name: 'ReplyError' })
    return answer
  }
  const bytes = (answer: Answer): unknown =>
    typeof answer === 'string' ? Buffer.from(answer, 'latin1') : Array.isArray(answer) ? answer.map(bytes) : answer
  return {
    address: `imitation ${n}`,
    call: async (command) => thrown(answered(command)),
    callBytes: async (command) => bytes(thrown(answered(command))),
    pipeline: async (commands) => commands.map(answered),
    close: async () => {},
  }
}
