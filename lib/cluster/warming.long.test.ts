import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWith } from '../../test/live.ts'
import { type Replica, Replicas } from '../../test/replicas.ts'
import { type RedisServer, redisSay, startRedis } from '../../test/servers.ts'
import type { WarmingView } from '../model/answers/warming.ts'
import type { HotNames } from '../model/warming.ts'
import { createDatabase } from '../store/postgres/connection.ts'
import { createSharedStore } from '../store/postgres/sharedStore.ts'

const CACHE = 'warmed'
const [KEYS, BATCH, PER_SECOND] = [400, 10, 20]
const silent = { info() {}, warn() {}, error() {} }

type Call = { id: string; from: string; keys: string[] }

/** A hook of an application that fills the cache, and gives a batch that it knows the answer that it gave before. */
class Filler implements Disposable {
  readonly calls: Call[] = []
  /** How often each key was read from the origin. */
  readonly fetched = new Map<string, number>()
  /** Called with each call when its work is done, before it is answered: true holds the answer back for good. */
  onDone: (call: number) => boolean = () => false
  readonly #answers = new Map<string, string>()
  readonly #server: Server

  constructor(cache: RedisServer) {
    this.#server = createServer(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      const { run, keys } = JSON.parse(Buffer.concat(chunks).toString()) as { run: string; keys: { key: string }[] }
      await this.#answer({ id: String(request.headers['idempotency-key']), from: run, keys: keys.map(({ key }) => key) }, cache, response)
    })
  }
  async #answer(call: Call, cache: RedisServer, response: ServerResponse): Promise<void> {
    this.calls.push(call)
    let answer = this.#answers.get(call.id)
    if (answer === undefined) {
      for (const key of call.keys) {
        this.fetched.set(key, (this.fetched.get(key) ?? 0) + 1)
        await redisSay(cache, `SET ${key} v PX 600000 NX`)
      }
      answer = JSON.stringify({ filled: call.keys.length, there: 0 })
      this.#answers.set(call.id, answer)
    }
    if (!this.onDone(this.done)) response.end(answer)
  }
  /** How many batches it has filled. */
  get done(): number {
    return this.#answers.size
  }
  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/warm`
  }
  [Symbol.dispose](): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }
}

describeWith(['postgres', 'redis-server'], 'a warming run of two replicas', () => {
  let [cache, hook, fleet] = [] as unknown as [RedisServer, Filler, Replicas]
  beforeAll(async () => {
    cache = await startRedis({ config: ['maxmemory 50mb', 'maxmemory-policy allkeys-lru'] })
    hook = new Filler(cache)
    const warm = `{ http: { url: "${await hook.listen()}" }, keys: 1000, perSecond: ${PER_SECOND}, batch: ${BATCH} }`
    fleet = await Replicas.start({
      replicas: 2,
      caches: 1,
      targets: [`{ kind: redis, name: ${CACHE}, url: "${cache.about.url}", role: cache, warm: ${warm} }`],
    })
    await remember(fleet.database.about.url)
  }, 120_000)
  afterAll(async () => {
    await fleet?.[Symbol.asyncDispose]()
    hook?.[Symbol.dispose]()
    await cache?.[Symbol.asyncDispose]()
  })

  /** Names of hot keys, as a replica has learned them that is no more. */
  async function remember(url: string): Promise<void> {
    const folder = mkdtempSync(join(tmpdir(), 'evenkeel-names-'))
    const database = createDatabase({ url, replica: 'before', deadlineMs: 5_000 })
    const store = await createSharedStore({ path: join(folder, 'before.db'), database, replica: 'before', now: Date.now, log: silent })
    const keys = Array.from({ length: KEYS }, (_, i): HotNames['keys'][number] => [{ key: `k:${i}` }, 1 / KEYS])
    store.memory.put(`warming/hot/${CACHE}`, { at: Date.now() - 60_000, keys, covers: null } satisfies HotNames)
    await store.durable()
    await store.close()
    rmSync(folder, { recursive: true })
  }
  const warming = (one: Replica) => one.get<WarmingView>(`targets/${CACHE}/warming`)
  const other = (one: Replica) => fleet.all.find((each) => each !== one)!
  /** Kills, as a power cut would, who sends the batch with that number: in the middle of its call, or as soon as its answer is on its way. */
  const killed = (victim: Replica, number: number, when: 'unanswered' | 'answered') =>
    new Promise<void>((resolve) => {
      hook.onDone = (done) => {
        if (done !== number) return false
        hook.onDone = () => false
        if (when === 'unanswered') void victim.end('SIGKILL').then(resolve)
        else setImmediate(() => void victim.end('SIGKILL').then(resolve))
        return when === 'unanswered'
      }
    })

  it('goes on under the same run and the same batches when its replica is killed, whatever was on its way', async () => {
    const [first] = fleet.all as [Replica]
    await first.until(() => warming(first), ({ names }) => names !== null) // biome-ignore format: one line
    const owners = await fleet.dealt(fleet.all)
    const sender = fleet.named(owners.get(CACHE)!)
    const inCall = killed(sender, 6, 'unanswered')
    expect((await first.call('POST', `targets/${CACHE}/warming`)).status).toBe(202)
    await inCall
    const second = other(sender)
    await second.until(() => hook.done, (done) => done > 8) // biome-ignore format: one line
    const [run] = (await warming(second)).runs
    expect(run).toMatchObject({ state: 'running' })

    // Dealt to both again, and killed where the answer may have been written down or not.
    await sender.start()
    const next = fleet.named((await fleet.dealt(fleet.all)).get(CACHE)!)
    await killed(next, hook.done + 3, 'answered')
    const last = other(next)
    const ended = await last.until(() => warming(last), ({ runs: [one] }) => one?.state === 'ended', 60) // biome-ignore format: one line
    expect(ended.runs).toHaveLength(1)
    expect(ended.runs[0]).toMatchObject({ id: run!.id, end: 'sent', taken: KEYS, filled: KEYS, refused: 0 })

    // Each batch is one, whoever sends it: the same keys under the same id.
    const byId = Map.groupBy(hook.calls, ({ id }) => id)
    expect([...byId.keys()].sort()).toEqual(Array.from({ length: KEYS / BATCH }, (_, i) => `${run!.id}-${i}`).sort())
    for (const calls of byId.values()) expect(new Set(calls.map(({ from, keys }) => JSON.stringify([from, keys]))).size).toBe(1)
    // Only what was on its way at a kill, or when it was dealt to another, is sent again.
    const again = [...byId.values()].filter((calls) => calls.length > 1)
    expect(again.length).toBeGreaterThanOrEqual(1)
    expect(again.length).toBeLessThanOrEqual(3)
    expect([...hook.fetched.keys()]).toHaveLength(KEYS)
    expect(new Set(hook.fetched.values())).toEqual(new Set([1]))
    expect(await redisSay(cache, 'DBSIZE')).toContain(String(KEYS))
  }, 180_000)
})
