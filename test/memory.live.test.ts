import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import { reportReferences } from '../client/index.ts'
import { parseConfig } from '../lib/config/parse.ts'
import { serve } from '../lib/server/http/serve.ts'
import { openRuntime } from '../lib/server/open.ts'
import { setRuntime } from '../lib/server/runtime.ts'
import { schemas } from '../lib/server/schemas.ts'
import { describeWith } from './live.ts'
import { randomOf } from './random.ts'
import { startRedis } from './servers.ts'

const ORIGIN = 'http://127.0.0.1:3000'
const VALUE = 'x'.repeat(500)
const KEYS = 6_000

/** Waits for what a look finds. */
async function found<T>(what: string, look: () => Promise<T | null | undefined>, withinMs = 60_000): Promise<T> {
  for (const until = Date.now() + withinMs; Date.now() < until; await sleep(500)) {
    const it = await look()
    if (it) return it
  }
  throw new Error(`${what}: not within ${withinMs / 1000} s`)
}

describeWith(['redis-server'], 'a cache that is too big', () => {
  test('is found, made smaller on one call, and hits as much as was predicted', async () => {
    process.env.EVENKEEL_LOG = 'silent'
    await using cache = await startRedis({ config: ['maxmemory 64mb', 'maxmemory-policy allkeys-lru'] })
    const data = await mkdtemp(join(tmpdir(), 'ek-'))
    const text = `mode: tune
targets: [{ kind: redis, name: cache, url: "${cache.about.url}", references: { from: report } }]
rules: { cache/memory-surplus: { for: 1s } }
watch: { before: 10s, measure: 10s }
`
    const config = parseConfig(text, {}, schemas(), { file: join(data, 'evenkeel.yaml'), readFile: () => '' })
    const runtime = await openRuntime({ ...config, data }, { NODE_ENV: 'test' }, () => {})
    setRuntime(runtime)
    const send = (url: string | URL | Request, init: RequestInit = {}) =>
      serve(new Request(url, { ...init, headers: { host: '127.0.0.1:3000', ...(init.headers as Record<string, string>) } }))
    const call = async (method: string, path: string) => (await send(`${ORIGIN}/api/v1/${path}`, { method })).json()
    const redis = new Redis(cache.about.url)
    const random = randomOf(7)
    const reporter = reportReferences({ url: ORIGIN, target: 'cache', rate: 1, everyMs: 500, fetch: send as typeof fetch })
    const read = async () => {
      const key = `product:${Math.floor(KEYS ** random() - 1)}`
      reporter.get(key)
      if ((await redis.get(key)) !== null) return
      reporter.set(key, VALUE.length, 120_000)
      await redis.set(key, VALUE, 'PX', 120_000)
    }
    const timer = setInterval(() => {
      for (let i = 0; i < 8; i++) void read().catch(() => {})
    }, 20)
    try {
      const finding = await found('the finding', async () => {
        const { items } = await call('GET', 'findings?state=firing&rule=cache/memory-surplus')
        return items[0]
      })
      expect(finding).toMatchObject({ severity: 'info', subject: { target: 'cache' } })
      const proposal = await found('the proposal', async () => (await call('GET', `proposals?finding=${finding.id}`)).items[0])
      const { low, after, high, holds } = proposal.prediction
      expect(holds).toBe(true)
      expect(low).toBeLessThanOrEqual(after)
      expect(high - low).toBeLessThanOrEqual(0.1)
      const { change } = await call('POST', `proposals/${proposal.id}/apply`)
      const ended = await found('the verdict', async () => {
        const now = await call('GET', `changes/${change}`)
        return now.verdict && now
      })
      expect(ended).toMatchObject({ state: 'kept', verdict: 'improved' })
      expect(ended.measured.after).toBeGreaterThanOrEqual(low)
      const [, max] = (await redis.config('GET', 'maxmemory')) as [string, string]
      expect(Number(max)).toBeLessThan(32 * 1_048_576)
      expect(Number(max)).toBe(Number(proposal.steps[0].after))
    } finally {
      clearInterval(timer)
      redis.disconnect()
      await reporter.stop()
      await runtime.close()
      setRuntime(undefined)
      await rm(data, { recursive: true })
    }
  })
})
