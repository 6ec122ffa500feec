import { mkdtemp, rm } from 'node:fs/promises'
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

export type Application = {
  /** A server, or the client of a Cluster. */
  url: string | Cluster
  perSecond: number
  key(): string
  ttlMs(key: string): number
  value: string
  reporter?: ReferenceReporter
}

/** A read-through application: it fills what it misses from an origin that always answers. */
export function readThrough({ url, perSecond, key, ttlMs, value, reporter }: Application): Disposable {
  const redis = typeof url === 'string' ? new Redis(url) : url
  const read = async () => {
    const one = key()
    reporter?.get(one)
    if ((await redis.get(one)) !== null) return
    const ms = ttlMs(one)
    reporter?.set(one, value.length, ms)
    await redis.set(one, value, 'PX', ms)
  }
  let due = 0
  const timer = setInterval(() => {
    for (due += (perSecond * TICK_MS) / 1_000; due >= 1; due--) void read().catch(() => {})
  }, TICK_MS)
  return {
    [Symbol.dispose]() {
      clearInterval(timer)
      redis.disconnect()
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
