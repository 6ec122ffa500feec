import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Cluster, Redis } from 'ioredis'
import { type ReferenceReporter, reportReferences } from '../client/index.ts'
import { parseConfig } from '../lib/config/parse.ts'
import { serve } from '../lib/server/http/serve.ts'
import { openRuntime } from '../lib/server/open.ts'
import { setRuntime } from '../lib/server/runtime.ts'
import { schemas } from '../lib/server/schemas.ts'

export const ORIGIN = 'http://127.0.0.1:3000'
const TICK_MS = 20

/** An Evenkeel in this process, with its API without a network between. `text`: its configuration. */
export async function startEvenkeel(text: string) {
  process.env.EVENKEEL_LOG = 'silent'
  const data = await mkdtemp(join(tmpdir(), 'ek-'))
  const config = parseConfig(text, {}, schemas(), { file: join(data, 'evenkeel.yaml'), readFile: () => '' })
  const begin = () => openRuntime({ ...config, data }, { NODE_ENV: 'test' }, () => {})
  let runtime = await begin()
  setRuntime(runtime)
  const send = (url: string | URL | Request, init: RequestInit = {}) =>
    serve(new Request(url, { ...init, headers: { host: '127.0.0.1:3000', ...(init.headers as Record<string, string>) } }))
  return {
    send: send as typeof fetch,
    async call(method: string, path: string, body?: object) {
      const answer = await send(`${ORIGIN}/api/v1/${path}`, { method, ...(body ? { body: JSON.stringify(body) } : {}) })
      return { status: answer.status, body: await answer.json() }
    },
    async restart() {
      await runtime.close()
      runtime = await begin()
      setRuntime(runtime)
    },
    async [Symbol.asyncDispose]() {
      await runtime.close()
      setRuntime(undefined)
      await rm(data, { recursive: true })
    },
  }
}

/** What an application asks of a cache. */
export type CacheClient = {
  get(key: string): Promise<boolean>
  set(key: string, value: string, ttlMs: number): Promise<unknown>
  disconnect(): void
}

export const redisClient = (redis: Redis | Cluster): CacheClient => ({
  get: async (key) => (await redis.get(key)) !== null,
  set: (key, value, ttlMs) => redis.set(key, value, 'PX', ttlMs),
  disconnect: () => redis.disconnect(),
})

/** One connection with the text protocol of memcached; what it is asked is answered in order. */
export function memcachedClient(port: number): CacheClient {
  const socket = connect(port, '127.0.0.1')
  const waiting: ((line: string) => void)[] = []
  let rest = ''
  socket.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString('latin1')).split('\r\n')
    rest = lines.pop()!
    for (const line of lines) waiting.shift()?.(line)
  })
  const ask = (text: string) =>
    new Promise<string>((resolve) => {
      waiting.push(resolve)
      socket.write(text)
    })
  return {
    // A meta get that asks for nothing but whether the key is there: one line either way.
    get: async (key) => (await ask(`mg ${key} t\r\n`)) !== 'EN',
    set: (key, value, ttlMs) => ask(`set ${key} 0 ${Math.ceil(ttlMs / 1_000)} ${value.length}\r\n${value}\r\n`),
    disconnect: () => socket.destroy(),
  }
}

export type Application = {
  /** A Redis, or the client of another cache. */
  url: string | CacheClient
  perSecond: number
  key(): string
  ttlMs(key: string): number
  value: string
  reporter?: ReferenceReporter
}

/** A read-through application: it fills what it misses from an origin that always answers. */
export function readThrough({ url, perSecond, key, ttlMs, value, reporter }: Application): Disposable {
  const cache = typeof url === 'string' ? redisClient(new Redis(url)) : url
  const read = async () => {
    const one = key()
    reporter?.get(one)
    if (await cache.get(one)) return
    const ms = ttlMs(one)
    reporter?.set(one, value.length, ms)
    await cache.set(one, value, ms)
  }
  let due = 0
  const timer = setInterval(() => {
    for (due += (perSecond * TICK_MS) / 1_000; due >= 1; due--) void read().catch(() => {})
  }, TICK_MS)
  return {
    [Symbol.dispose]() {
      clearInterval(timer)
      cache.disconnect()
    },
  }
}

/** Reports every key that an application reads of the cache `cache`. */
export const reporterTo = (send: typeof fetch): ReferenceReporter =>
  reportReferences({ url: ORIGIN, target: 'cache', rate: 1, everyMs: 500, pattern: (key) => `${key.split(':')[0]}:*`, fetch: send })

/** Waits for what a look finds. */
export async function found<T>(what: string, look: () => Promise<T | null | undefined | false>, withinMs = 60_000): Promise<T> {
  for (const until = Date.now() + withinMs; Date.now() < until; await sleep(500)) {
    const it = await look()
    if (it) return it
  }
  throw new Error(`${what}: not within ${withinMs / 1000} s`)
}
