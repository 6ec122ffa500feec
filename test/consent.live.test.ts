import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import { parseConfig } from '../lib/config/parse.ts'
import { serve } from '../lib/server/http/serve.ts'
import { openRuntime } from '../lib/server/open.ts'
import { setRuntime } from '../lib/server/runtime.ts'
import { schemas } from '../lib/server/schemas.ts'
import { describeWith } from './live.ts'
import { redisSay, startRedis } from './servers.ts'

describeWith(['redis-server'], 'consent to MONITOR', () => {
  test('no MONITOR before consent; bursts begin with it and end when it is withdrawn', async () => {
    process.env.EVENKEEL_LOG = 'silent'
    await using cache = await startRedis()
    await using store = await startRedis()
    const data = await mkdtemp(join(tmpdir(), 'ek-'))
    const text = `
targets:
  - { kind: redis, name: cache, url: "${cache.about.url}", role: cache }
  - { kind: redis, name: store, url: "${store.about.url}", role: store }
`
    const config = parseConfig(text, {}, schemas(), { file: join(data, 'evenkeel.yaml'), readFile: () => '' })
    const evenkeel = await openRuntime({ ...config, data }, { NODE_ENV: 'test' }, () => {})
    setRuntime(evenkeel)
    const call = async (method: string, path: string, body?: object) => {
      const answer = await serve(
        new Request(`http://127.0.0.1:3000/api/v1/${path}`, {
          method,
          headers: { host: '127.0.0.1:3000' },
          ...(body ? { body: JSON.stringify(body) } : {}),
        }),
      )
      return { status: answer.status, body: await answer.json() }
    }
    const clients = [cache, store].map((server) => new Redis(server.about.url))
    const traffic = setInterval(() => {
      for (const client of clients) void client.get(`k:${Math.floor(Math.random() * 10)}`)
    }, 5)
    const hot = async () => (await call('GET', 'keys/hot')).body.items as { target: string }[]
    const monitored = async (server: typeof cache) => (await redisSay(server, 'INFO commandstats')).includes('cmdstat_monitor')
    const until = async (done: () => Promise<boolean>) => {
      for (let i = 0; i < 100 && !(await done()); i++) await sleep(100)
      return done()
    }
    try {
      const capability = async (name: string) =>
        (await call('GET', `targets/${name}`)).body.capabilities.find((one: { feature: string }) => one.feature === 'MONITOR')
      expect(await until(async () => /admin has not allowed/.test((await capability('cache'))?.because ?? ''))).toBe(true)
      await sleep(2_000)
      expect(await hot()).toEqual([])
      expect(await monitored(cache)).toBe(false)
      expect(await call('POST', 'targets/store/monitor', { allow: 'hour' })).toMatchObject({ status: 409, body: { code: 'not_allowed' } })
      expect(await call('POST', 'targets/cache/monitor', { allow: 'hour' })).toMatchObject({ status: 200, body: { monitor: 'bursts' } })
      expect(await until(async () => (await hot()).length === 10)).toBe(true)
      expect(evenkeel.store.memory.get('monitor/cache')).toMatchObject({ allow: true, by: expect.any(String), until: expect.any(Number) })
      expect(await call('POST', 'targets/cache/monitor', { allow: 'no' })).toMatchObject({ status: 200, body: { monitor: 'ask' } })
      expect(await until(async () => (await capability('cache'))?.available === false)).toBe(true)
      expect(await monitored(store)).toBe(false)
      expect((await capability('store')).because).toContain('never')
    } finally {
      clearInterval(traffic)
      for (const client of clients) client.disconnect()
      await evenkeel.close()
      setRuntime(undefined)
      await rm(data, { recursive: true })
    }
  })
})
