import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { type RedisServer, startRedis } from '../../../test/servers.ts'
import type { Labelled } from '../recording.ts'
import { type App, type AppDraw, startApp } from './app.ts'
import { type Gate, startGate } from './gate.ts'
import type { Sign } from './shown.ts'

/** Where the memory of a cache stands: full, so that it evicts all the time, or with so much left. */
export type Memory = 'full' | { spareBytes: number }

export type LabOptions = { name: string; draw: AppDraw; memory: Memory; policy: string; bursts: boolean; load(at: number): number; random(): number } // biome-ignore format: one line

/** One cache with its application, and what can be done to it. Label and second are those of the recording. */
export type Lab = {
  readonly name: string
  readonly app: App
  /** What drills and settings go through: it waits for a server that is away, and for a busy machine. */
  readonly admin: Redis
  readonly draw: AppDraw
  readonly memory: Memory
  readonly gate: Gate
  readonly random: () => number
  second(): number
  /** What was done to it, as the recording tells it. */
  readonly marks: Mark[]
  readonly clockSteps: { at: number; byMs: number }[]
  /** Ends it and starts it again after so long, empty. */
  restart(awayMs: number): Promise<void>
  /** The target of the configuration. */
  target(): Record<string, unknown>
  stop(): Promise<void>
}

/** A fault from when to when, by which sign it is first seen, and the rules that should find it. */
export type Mark = Omit<Labelled, 'shows'> & { sign?: Sign; laterS?: number }

const SETTLE_MS = 5_000

export async function startLab({ name, draw, memory, policy, bursts, load, random }: LabOptions, second: () => number): Promise<Lab> {
  const server: RedisServer = await startRedis({ config: [`maxmemory-policy ${policy}`, 'latency-monitor-threshold 50'] })
  const gate = await startGate(server.about.port)
  const app = await startApp(server.about.socket, draw, load, random)
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
    draw,
    memory,
    gate,
    random,
    second,
    marks: [],
    clockSteps: [],
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
