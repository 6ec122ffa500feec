import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { ask, type RedisServer, startMemcached, startRedis } from '../../../test/servers.ts'
import type { Labelled } from '../recording.ts'
import { type App, type AppDraw, startApp } from './app.ts'
import { type Gate, startGate } from './gate.ts'
import { memcachedLink, redisLink } from './link.ts'
import type { Sign } from './shown.ts'

/** Where the memory of a cache stands: full, so that it evicts all the time, or with so much left. */
export type Memory = 'full' | { spareBytes: number }

export type LabOptions = { name: string; draw: AppDraw; memory: Memory; policy: string; bursts: boolean; load(at: number): number; random(): number } // biome-ignore format: one line

/** One server with its application, and what can be done to it. Label and second are those of the recording. */
export type Lab = {
  readonly name: string
  readonly app: { factor: number }
  readonly gate: Gate
  readonly random: () => number
  second(): number
  /** What was done to it, as the recording tells it. */
  readonly marks: Mark[]
  readonly clockSteps: { at: number; byMs: number }[]
  /** Sets the counters of the server to zero. */
  resetStats(): Promise<unknown>
  /** Ends it and starts it again after so long, empty. */
  restart(awayMs: number): Promise<void>
  /** The target of the configuration. */
  target(): Record<string, unknown>
  stop(): Promise<void>
}

/** A Redis, whose faults are made, too. */
export type RedisLab = Lab & {
  readonly app: App
  /** What drills and settings go through: it waits for a server that is away, and for a busy machine. */
  readonly admin: Redis
  readonly memory: Memory
}

/** A fault from when to when, by which sign it is first seen, and the rules that should find it. */
export type Mark = Omit<Labelled, 'shows'> & { sign?: Sign; laterS?: number }

const SETTLE_MS = 5_000

export async function startLab(options: LabOptions, second: () => number, program?: string): Promise<RedisLab> {
  const { name, draw, memory, policy, bursts, load, random } = options
  const server: RedisServer = await startRedis({
    config: [`maxmemory-policy ${policy}`, 'latency-monitor-threshold 50'],
    ...(program && { program }),
  })
  const gate = await startGate(server.about.port)
  const app = await startApp(redisLink(server.about.socket), draw, load, random)
  const admin = new Redis(server.about.socket, { maxRetriesPerRequest: null, retryStrategy: () => 100, connectionName: 'admin' })
  admin.on('error', () => {})
  await sleep(SETTLE_MS)
  const info = await admin.info('memory')
  const bytesOf = (field: string) => Number(new RegExp(`${field}:(\\d+)`).exec(info)![1])
  // Of the data alone: a limit below what an empty server needs makes it refuse writes.
  const spare = memory === 'full' ? -0.05 * bytesOf('used_memory_dataset') : memory.spareBytes
  const limit = Math.round(bytesOf('used_memory') + spare)
  const setLimit = () => admin.config('SET', 'maxmemory', String(limit))
  await setLimit()
  return {
    name,
    app,
    admin,
    memory,
    gate,
    random,
    second,
    marks: [],
    clockSteps: [],
    resetStats: () => admin.config('RESETSTAT'),
    async restart(awayMs) {
      await server.stop()
      await sleep(awayMs)
      await server.start()
      await setLimit()
    },
    target: () => ({ kind: 'redis', name, url: `redis://127.0.0.1:${gate.port}`, role: 'cache', monitor: bursts ? 'bursts' : 'never' }),
    async stop() {
      app.stop()
      admin.disconnect()
      await gate.stop()
      await server[Symbol.asyncDispose]()
    },
  }
}

/** A memcached with an application of its own; it is never full. */
export async function startMemcachedLab({ name, draw, bursts, load, random }: LabOptions, second: () => number): Promise<Lab> {
  const server = await startMemcached()
  const gate = await startGate(server.about.port)
  const app = await startApp(memcachedLink(server.about.port), draw, load, random)
  return {
    name,
    app,
    gate,
    random,
    second,
    marks: [],
    clockSteps: [],
    resetStats: () => ask(server.about.port, 'stats reset\r\n', (text) => text.includes('RESET')),
    async restart(awayMs) {
      await server.stop()
      await sleep(awayMs)
      await server.start()
    },
    target: () => ({ kind: 'memcached', name, address: `127.0.0.1:${gate.port}`, monitor: bursts ? 'bursts' : 'never' }),
    async stop() {
      app.stop()
      await gate.stop()
      await server[Symbol.asyncDispose]()
    },
  }
}
