import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import { onColdStart, warmKeys } from '../client/index.ts'
import { parseConfig } from '../lib/config/parse.ts'
import { serve } from '../lib/server/http/serve.ts'
import { openRuntime } from '../lib/server/open.ts'
import { setRuntime } from '../lib/server/runtime.ts'
import { schemas } from '../lib/server/schemas.ts'
import { describeWith } from './live.ts'
import { redisSay, startRedis } from './servers.ts'

const KEYS = 300

describeWith(['redis-server'], 'a cache that restarts, with an application that warms it', () => {
  process.env.EVENKEEL_LOG = 'silent'
  test('the application hears of it from Evenkeel, and its keys are back before it reads them', async () => {
    await using first = await startRedis({ config: ['maxmemory 50mb', 'maxmemory-policy allkeys-lru', 'enable-debug-command yes'] })
    const { port } = first.about
    const data = mkdtempSync(join(tmpdir(), 'evenkeel-cold-'))
    const text = `listen: 127.0.0.1:0\ndata: ${data}\nauth: { mode: none }\nlearning: 1s\ntargets: [{ kind: redis, name: a, url: "redis://127.0.0.1:${port}", role: cache }]\n`
    writeFileSync(join(data, 'evenkeel.yaml'), text)
    const config = parseConfig(text, {}, schemas(), { file: join(data, 'evenkeel.yaml'), readFile: () => '' })
    const runtime = await openRuntime(config, { NODE_ENV: 'test', EVENKEEL_LOG: 'silent' }, () => {})
    setRuntime(runtime)
    const cache = new Redis({ port, maxRetriesPerRequest: null })
    cache.on('error', () => {})
    let origin = 0
    const fetchIt = async (key: string) => {
      origin++
      return `value of ${key}`
    }
    const read = async (key: string) => {
      if ((await cache.get(key)) !== null) return
      await cache.set(key, await fetchIt(key), 'PX', 600_000)
    }
    const keys = Array.from({ length: KEYS }, (_, i) => `k:${i}`)
    // Only the first hundred are read: what is there of the others was warmed.
    const traffic = setInterval(() => {
      for (let i = 0; i < 4; i++) void read(keys[Math.floor(Math.random() * 100)]!)
    }, 20)
    const errors: string[] = []
    const warmed: { rule: string; filled: number }[] = []
    const listening = onColdStart({
      url: 'http://127.0.0.1:3000',
      target: 'a',
      retryMs: 100,
      onError: ({ message }) => void errors.push(message),
      fetch: ((url: string, init?: RequestInit) =>
        serve(new Request(url, { ...init, headers: { ...init?.headers, host: '127.0.0.1:3000' } }))) as typeof fetch,
      claim: async ({ finding }) => (await cache.set(`warming:${finding}`, '1', 'PX', 60_000, 'NX')) === 'OK',
      warm: async ({ rule }, stop) => {
        const fill = async (key: string) =>
          (await cache.exists(key)) === 1 ? false : void (await cache.set(key, await fetchIt(key), 'PX', 600_000, 'NX'))
        const { filled } = await warmKeys({ keys, perSecond: 500, fill, stop })
        warmed.push({ rule, filled })
      },
    })
    const until = async (what: string, done: () => boolean | Promise<boolean>) => {
      for (const end = Date.now() + 25_000; Date.now() < end; await sleep(100)) if (await done()) return
      throw new Error(
        `${what}: ${JSON.stringify({ warmed, errors, found: runtime.store.findings.list().map(({ rule, state }) => [rule, state]) })}`,
      )
    }
    try {
      for (const key of keys) await read(key)
      expect(origin).toBeGreaterThanOrEqual(KEYS)
      const polled = () => runtime.engine.window(60_000).series('cache_hits_total')[0]?.points.length ?? 0
      await until('Evenkeel has seen the cache while it was warm', () => polled() >= 4)
      // The process begins anew, without its data.
      await redisSay(first, 'DEBUG RESTART').catch(() => {})
      await until('warmed', () => warmed.length > 0)
      expect(warmed[0]!.rule).toMatch(/^cache\/(restart|cold-start)$/)
      expect(warmed[0]!.filled).toBeGreaterThanOrEqual(150)
      await until('all keys are back', async () => (await cache.exists(...keys)) === KEYS)
      expect(warmed).toHaveLength(1)
    } finally {
      clearInterval(traffic)
      // A command that waits for a server that is gone ends with its connection.
      cache.disconnect()
      await listening.stop()
      setRuntime(undefined)
      await runtime.close()
      rmSync(data, { recursive: true, force: true })
    }
  }, 120_000)
})
