import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { say } from '../../../scripts/boot/say.mjs'
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
  /** Sets the limit of its memory, once all that stays connected is, and has asked all that it asks. */
  limit?(): Promise<void>
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
  /** As it came to be: a cache of few keys cannot be full. */
  readonly memory: Memory
}

/** A fault from when to when, by which sign it is first seen, and the rules that should find it. */
export type Mark = Omit<Labelled, 'shows'> & { sign?: Sign; laterS?: number }

export async function startLab(options: LabOptions, second: () => number, program?: string): Promise<RedisLab> {
  const { name, draw, memory: drawn, policy, bursts, load, random } = options
  const server: RedisServer = await startRedis({
    config: [`maxmemory-policy ${policy}`, 'latency-monitor-threshold 50'],
    ...(program && { program }),
  })
  const gate = await startGate(server.about.port)
  const admin = new Redis(server.about.socket, { maxRetriesPerRequest: null, retryStrategy: () => 100, connectionName: 'admin' })
  admin.on('error', () => {})
  const app = await startApp(redisLink(server.about.socket), draw, load, random)
  let memory = drawn
  let maxmemory = 0
  const setLimit = () => admin.config('SET', 'maxmemory', String(maxmemory))
  return {
    name,
    app,
    admin,
    get memory() {
      return memory
    },
    gate,
    random,
    second,
    marks: [],
    clockSteps: [],
    resetStats: () => admin.config('RESETSTAT'),
    async limit() {
      // What it calls its data grows by 25 kB with each command that is called for the first time: all that matter are, this one too.
      await setLimit()
      const keys = await keysBytes(admin)
      const limited = limitOf(await admin.info('memory'), keys, drawn)
      if (limited.because) say(`${name} ${limited.because}`)
      ;({ memory, maxmemory } = limited)
      await setLimit()
    },
    async restart(awayMs) {
      await server.stop()
      await sleep(awayMs)
      await server.start()
      if (maxmemory > 0) await setLimit()
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

/** Of what an empty server needs some moves with each connection and answer: keys that take less cannot make room for it. */
const KEYS_LEAST_BYTES = 300_000
const SPARE_BYTES = 3_000_000

/** The limit of the memory of a server by what its INFO tells, and what its keys take. Full is a twentieth of its keys too small. */
export function limitOf(info: string, keys: number, drawn: Memory): { maxmemory: number; memory: Memory; because?: string } {
  const used = Number(/^used_memory:(\d+)/m.exec(info)![1])
  if (drawn !== 'full') return { maxmemory: Math.round(used + drawn.spareBytes), memory: drawn }
  if (keys >= KEYS_LEAST_BYTES) return { maxmemory: Math.round(used - 0.05 * keys), memory: drawn }
  return {
    maxmemory: used + SPARE_BYTES,
    memory: { spareBytes: SPARE_BYTES },
    because: `was drawn as full; its keys take ${Math.round(keys / 1_000)} kB, and a limit that near to what an empty server needs makes it refuse writes: it is given ${SPARE_BYTES / 1e6} MB to spare`,
  }
}

/** What the keys of a server take by its own account, each asked: what it calls its data is some 300 kB more. */
async function keysBytes(admin: Redis): Promise<number> {
  let bytes = 0
  let cursor = '0'
  do {
    const [next, keys] = await admin.scan(cursor, 'COUNT', 500)
    for (const taken of await Promise.all(keys.map((key) => admin.memory('USAGE', key, 'SAMPLES', 0)))) bytes += taken ?? 0
    cursor = next
  } while (cursor !== '0')
  return bytes
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
