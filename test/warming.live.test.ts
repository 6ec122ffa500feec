import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
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
import { createStore } from '../lib/store/store.ts'
import { describeWith } from './live.ts'
import { redisSay, startRedis } from './servers.ts'

const KEYS = 1_200
const PER_SECOND = 1_000
const BATCH = 200
const PER_ROUND = 9
const ODD = [Buffer.from([0xff, 0xfe, 0x00, 0x0a]), Buffer.from('größe "1" \\ $(x)'), Buffer.from('a\r\nb'), Buffer.from('{"key":1}')]

/** A cache with readers that fill it from an origin. */
function application(port: number, keys: readonly Buffer[]) {
  const cache = new Redis({ port, maxRetriesPerRequest: null })
  cache.on('error', () => {})
  const seen: { at: number; hit: boolean }[] = []
  const readAll = async (some: readonly Buffer[]) => {
    const got = (await cache.pipeline(some.map((key) => ['get', key])).exec()) ?? []
    const missing = some.filter((_, i) => got[i]![1] === null)
    for (const [, value] of got) seen.push({ at: Date.now(), hit: value !== null })
    if (missing.length > 0) await cache.pipeline(missing.map((key) => ['set', key, 'v', 'PX', '600000'])).exec()
  }
  const traffic = setInterval(() => {
    const some = Array.from({ length: PER_ROUND }, () => keys[Math.floor(Math.random() * keys.length)]!)
    void readAll([...some, ODD[Math.floor(Math.random() * ODD.length)]!]).catch(() => {})
  }, 50)
  return {
    cache,
    fill: () => cache.pipeline(keys.map((key) => ['set', key, 'v', 'PX', '600000'])).exec(),
    /** Over the newest second. */
    hitRatio() {
      const newest = seen.filter(({ at }) => at > Date.now() - 1_000)
      return newest.filter(({ hit }) => hit).length / Math.max(1, newest.length)
    },
    stop() {
      clearInterval(traffic)
      cache.disconnect()
    },
  }
}

describeWith(['redis-server'], 'a cache that restarts, with a hook that warms it', () => {
  process.env.EVENKEEL_LOG = 'silent'
  test('is warm several times sooner than one without, and the origin is read no faster than allowed', async () => {
    const config = ['maxmemory 50mb', 'maxmemory-policy allkeys-lru', 'enable-debug-command yes']
    await using first = await startRedis({ config })
    await using second = await startRedis({ config })
    const keys = [...ODD, ...Array.from({ length: KEYS }, (_, i) => Buffer.from(`k:${i}`))]
    const [a, b] = [application(first.about.port, keys), application(second.about.port, keys)]

    const fetched: number[] = []
    const asked: { id: string | undefined; keys: string[]; signature: string | undefined }[] = []
    const hook = createServer(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      const body = JSON.parse(Buffer.concat(chunks).toString()) as { keys: ({ key: string } | { base64: string })[] }
      const given = body.keys.map((item) => ('key' in item ? Buffer.from(item.key) : Buffer.from(item.base64, 'base64')))
      asked.push({
        id: request.headers['idempotency-key'] as string,
        keys: given.map((key) => key.toString('latin1')),
        signature: request.headers['x-evenkeel-signature'] as string,
      })
      for (const _ of given) fetched.push(Date.now())
      const done = (await a.cache.pipeline(given.map((key) => ['set', key, 'v', 'PX', '600000', 'NX'])).exec())!
      const filled = done.filter(([, reply]) => reply === 'OK').length
      response.end(JSON.stringify({ filled, there: given.length - filled }))
    })
    await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve))
    const { port } = hook.address() as AddressInfo

    const data = mkdtempSync(join(tmpdir(), 'evenkeel-warm-'))
    const target = (name: string, at: number, more = '') =>
      `  - { kind: redis, name: ${name}, url: "redis://127.0.0.1:${at}", role: cache, monitor: bursts${more} }\n`
    const warm = `, warm: { http: { url: "http://127.0.0.1:${port}/warm", secret: s3cret }, keys: 2000, perSecond: ${PER_SECOND}, batch: ${BATCH} }`
    const text = `listen: 127.0.0.1:0\ndata: ${data}\nmode: tune\nauth: { mode: none }\nlearning: 1s\npoll: { every: 500ms }\ntargets:\n${target('a', first.about.port, warm)}${target('b', second.about.port)}`
    writeFileSync(join(data, 'evenkeel.yaml'), text)
    const parsed = parseConfig(text, {}, schemas(), { file: join(data, 'evenkeel.yaml'), readFile: () => '' })
    // Those of an Evenkeel before.
    const store = createStore({ path: join(data, 'evenkeel.db') })
    const names = keys.filter((key) => !ODD.includes(key)).map((key) => [{ key: key.toString() }, 1 / keys.length])
    store.memory.put('warming/hot/a', { at: Date.now() - 60_000, keys: names, covers: null })
    store.close()
    for (const one of [a, b]) await one.fill()
    const runtime = await openRuntime(parsed, { NODE_ENV: 'test', EVENKEEL_LOG: 'silent' }, () => {})
    setRuntime(runtime)
    const openedAt = Date.now()
    const state = () => ({
      runs: runtime.warming.runs(),
      names: runtime.warming.names('a')?.keys.length,
      refusal: runtime.warming.refusal('a'),
      asked: asked.length,
      ratios: [a.hitRatio(), b.hitRatio()],
    })
    const until = async (what: string, done: () => boolean) => {
      for (const end = Date.now() + 30_000; Date.now() < end; await sleep(50)) if (done()) return
      throw new Error(`${what}: ${JSON.stringify(state())}`)
    }
    try {
      const learned = () => (runtime.warming.names('a')?.keys ?? []).filter(([item]) => !('key' in item && item.key.startsWith('k:')))
      await until('the odd names are learned', () => learned().length === ODD.length)
      const polled = () => runtime.engine.window(60_000).series('cache_hits_total', { target: 'a' })[0]?.points.length ?? 0
      await until('it was seen warm', () => polled() >= 4)
      const restartedAt = Date.now()
      for (const one of [first, second]) await redisSay(one, 'DEBUG RESTART').catch(() => {})
      await until('a run has ended', () => runtime.warming.runs('a')[0]?.measured !== undefined)
      const took = Date.now() - restartedAt
      if (process.env.SHOW) console.log(JSON.stringify({ named: restartedAt - openedAt, took, ...state() }))
      const [run] = runtime.warming.runs('a')
      // Its twin, which fills by itself, is far from warm.
      expect(a.hitRatio()).toBeGreaterThan(0.9)
      expect(b.hitRatio()).toBeLessThan(0.8)
      expect(run).toMatchObject({ by: 'Evenkeel', state: 'ended', refused: 0, failuresInRow: 0 })
      expect(run!.findings.length).toBeGreaterThan(0)
      const { expects, measured } = run as { expects: NonNullable<typeof run>['expects']; measured: { seconds: number } }
      expect(measured.seconds).toBeGreaterThan(0.5)
      expect(measured.seconds * 1_000).toBeLessThan(took + 2_000)
      expect(expects!.without.value).toBeGreaterThan(3 * measured.seconds)
      expect(measured.seconds).toBeGreaterThan(expects!.withHook.low / 2)
      expect(measured.seconds).toBeLessThan(2 * expects!.withHook.high)

      // Any bytes of a key arrive as they are, each key once.
      const known = new Set(keys.map((key) => key.toString('latin1')))
      const sent = asked.flatMap((call) => call.keys)
      expect(sent.filter((key) => !known.has(key))).toEqual([])
      expect(new Set(sent).size).toBe(sent.length)
      expect(new Set(asked.map(({ id }) => id)).size).toBe(asked.length)
      expect(asked[0]!.signature).toMatch(/^sha256=[0-9a-f]{64}$/)
      const named = runtime.warming.names('a')!.keys.map(([item]) => ('key' in item ? item.key : item.base64))
      for (const odd of [ODD[0]!.toString('base64'), ODD[1]!.toString(), ODD[2]!.toString('base64')]) expect(named).toContain(odd)
      // Within any second no more than a second's keys and the batch that begins it.
      const most = Math.max(...fetched.map((at) => fetched.filter((other) => other >= at && other < at + 1_000).length))
      expect(most).toBeLessThanOrEqual(PER_SECOND + BATCH)

      const answer = await serve(new Request('http://127.0.0.1:3000/api/v1/targets/a/warming', { headers: { host: '127.0.0.1:3000' } }))
      expect(await answer.json()).toMatchObject({ hook: 'http', runs: [{ id: run!.id, state: 'ended' }] })
      expect(runtime.warming.runs()).toHaveLength(1)
    } finally {
      a.stop()
      b.stop()
      setRuntime(undefined)
      await runtime.close()
      hook.close()
      rmSync(data, { recursive: true, force: true })
    }
  }, 120_000)
})
