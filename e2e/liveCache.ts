import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { reportReferences } from '../client/index.ts'
import { launch } from '../scripts/launch.ts'
import { freePort } from '../test/daemon.ts'
import { randomOf } from '../test/random.ts'
import { startRedis } from '../test/servers.ts'

/** Of far fewer a change itself would cost a large part: the commands that it adds take the place of some thirty keys. */
const KEYS = 9_000
const READS_PER_SECOND = 900
const TICK_MS = 20
const TTL_MS = 600_000
/** Large enough that what the server takes for itself is little beside them. */
const VALUE = 'x'.repeat(5_000)

/** The built server on one cache, and an application that reads through it and reports which keys it reads. */
export type LiveCache = AsyncDisposable & {
  url: string
  /** `GET /api/v1/PATH` */
  get<T>(path: string): Promise<T>
  /** Of how much time curves are by now, ms; 0 while there are none. */
  spanMs(): Promise<number>
  setting(name: string): Promise<string>
  /** Hits and misses that the application has seen by now. */
  counted(): { hits: number; misses: number }
}

export async function startLiveCache(maxmemory: string): Promise<LiveCache> {
  const cache = await startRedis({ config: [`maxmemory ${maxmemory}`, 'maxmemory-policy allkeys-lru'] })
  const home = await mkdtemp(join(tmpdir(), 'evenkeel-live-'))
  const [host, port] = ['127.0.0.1', await freePort()]
  const url = `http://${host}:${port}`
  const path = join(home, 'evenkeel.yaml')
  const target = `{ kind: redis, name: shop, url: "${cache.about.url}", role: cache, monitor: never, references: { from: report } }`
  await writeFile(path, `mode: tune\nlisten: ${host}:${port}\ndata: ${join(home, 'data')}\ntargets: [${target}]\n`)
  const server = launch({ config: path, host, port, quiet: true })
  await server.ready()
  const redis = new Redis(cache.about.url)
  const reporter = reportReferences({ url, target: 'shop', rate: 1, everyMs: 500 })
  const seen = { hits: 0, misses: 0 }
  const random = randomOf(7)
  const read = async () => {
    const key = `product:${Math.floor(KEYS ** random() - 1)}`
    reporter.get(key)
    const hit = (await redis.get(key)) !== null
    seen[hit ? 'hits' : 'misses']++
    if (hit) return
    reporter.set(key, VALUE.length, TTL_MS)
    await redis.set(key, VALUE, 'PX', TTL_MS)
  }
  const timer = setInterval(() => {
    for (let i = 0; i < (READS_PER_SECOND * TICK_MS) / 1_000; i++) void read().catch(() => {})
  }, TICK_MS)
  return {
    url,
    async get<T>(at: string) {
      const answer = await fetch(`${url}/api/v1/${at}`)
      if (answer.status !== 200) throw new Error(`GET ${at}: ${answer.status} ${await answer.text()}`)
      return (await answer.json()) as T
    },
    async spanMs() {
      const question = { source: { target: 'shop' }, sizes: { bytes: [2 ** 21] } }
      const answer = await fetch(`${url}/api/v1/curves`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(question),
      })
      return answer.ok ? ((await answer.json()) as { spanMs: number }).spanMs : 0
    },
    setting: async (name) => ((await redis.config('GET', name)) as string[])[1]!,
    counted: () => ({ ...seen }),
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      await reporter.stop()
      redis.disconnect()
      await server.stop()
      await cache[Symbol.asyncDispose]()
      await rm(home, { recursive: true, force: true })
    },
  }
}
