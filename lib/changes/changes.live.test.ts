import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { Agent, get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { describeWith } from '../../test/live.ts'
import { type App, ask, type HaproxyServer, redisSay, startApp, startHaproxy, startRedis } from '../../test/servers.ts'
import type { Change } from '../model/change.ts'
import type { TargetConfig } from '../model/product.ts'
import type { Pool } from '../model/topology.ts'

/** Evenkeel's inside in a process of its own, so that it can be killed. */
class House implements AsyncDisposable {
  readonly #args: string[]
  #child: ChildProcess | null = null
  #ids = 0
  readonly #waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>()
  errors = ''

  constructor(targets: TargetConfig[], watch: Record<string, number>) {
    const data = join(mkdtempSync(join(tmpdir(), 'evenkeel-live-')), 'evenkeel.db')
    this.#args = [join(import.meta.dirname, '../../test/smallHouse.ts'), JSON.stringify({ data, targets, watch })]
  }
  async start(): Promise<void> {
    const child = spawn(process.execPath, this.#args, { stdio: ['pipe', 'pipe', 'pipe'] })
    this.#child = child
    child.stderr!.on('data', (chunk) => {
      this.errors += chunk
    })
    const ready = new Promise((resolve, reject) => {
      this.#waiting.set(0, { resolve, reject })
      child.once('exit', (code) => reject(new Error(`ended with ${code}: ${this.errors}`)))
    })
    createInterface({ input: child.stdout! }).on('line', (line) => {
      const { id, answer, error } = JSON.parse(line) as { id: number; answer: unknown; error?: { code: string; message: string } }
      const waiting = this.#waiting.get(id)
      this.#waiting.delete(id)
      if (error) waiting?.reject(Object.assign(new Error(error.message), { code: error.code }))
      else waiting?.resolve(answer)
    })
    await ready
  }
  ask<T>(verb: string, more: object = {}): Promise<T> {
    const id = ++this.#ids
    return new Promise<T>((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (value: unknown) => void, reject })
      this.#child!.stdin!.write(`${JSON.stringify({ id, verb, ...more })}\n`)
    })
  }
  async until<T>(what: () => Promise<T>, holds: (value: T) => boolean, seconds = 20): Promise<T> {
    for (const end = Date.now() + seconds * 1_000; ; await sleep(200)) {
      const value = await what()
      if (holds(value)) return value
      if (Date.now() > end) throw new Error(`still ${JSON.stringify(value)}; ${this.errors}`)
    }
  }
  change = (id: string) => this.ask<Change>('change', { change: id })
  ended = (id: string, seconds: number) =>
    this.until(() => this.change(id), (change) => change.endedAt !== undefined, seconds) // biome-ignore format: one line
  async up(): Promise<void> {
    await this.until(() => this.ask<{ state: string }[]>('state'), (states) => states.every(({ state }) => state === 'up')) // biome-ignore format: one line
  }
  async kill(): Promise<void> {
    const child = this.#child!
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child?.exitCode === null && this.#child.signalCode === null) await this.kill()
  }
}

const cfg =
  (apps: App[]) =>
  ([port]: number[]) =>
    `defaults
  mode http
  timeout client 5s
  timeout connect 1s
  timeout server 5s
frontend web
  bind 127.0.0.1:${port}
  default_backend app
backend app
  balance roundrobin
${apps.map((app, i) => `  server app${i + 1} 127.0.0.1:${app.port} weight 100`).join('\n')}
`

/** Steady requests until it is disposed. */
function traffic(port: number, perSecond: number): Disposable {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  const timer = setInterval(() => {
    for (let i = 0; i < perSecond / 20; i++) get({ port, host: '127.0.0.1', path: '/', agent }, (answer) => answer.resume()).on('error', () => {}) // biome-ignore format: one line
  }, 50)
  return {
    [Symbol.dispose]() {
      clearInterval(timer)
      agent.destroy()
    },
  }
}

const weightOf = async (server: HaproxyServer, name: string) =>
  /^(\d+)/.exec(await ask(server.about.adminPort, `get weight app/${name}\n`))?.[1]

const proposal = {
  id: 'p1',
  finding: 'f1',
  advisor: 'pool-weights',
  steps: [{ setting: { target: 'edge', name: 'app/app4/weight' }, before: '100', after: '4' }],
  because: 'app4 is slow',
  prediction: { metric: 'pool_response_seconds', where: { target: 'edge', pool: 'app' }, unit: 'seconds', before: 0.05, after: 0.022, low: 0.018, high: 0.03, basis: 'a test' }, // biome-ignore format: one line
  guards: [],
  risk: 'low',
  riskBecause: 'exact',
  commands: ['set server app/app4/weight 4'],
  state: 'open',
  createdAt: 0,
}

describeWith(['haproxy'], 'a change on a real HAProxy', () => {
  test('is applied, survives kill -9 of Evenkeel while it is watched, is judged by what was measured before, and can be rolled back', async () => {
    await using a = await startApp({ latencyMs: 15 })
    await using b = await startApp({ latencyMs: 15 })
    await using c = await startApp({ latencyMs: 15 })
    await using slow = await startApp({ latencyMs: 150 })
    await using server = await startHaproxy({ cfg: cfg([a, b, c, slow]) })
    using _load = traffic(server.about.ports[0]!, 200)
    await using house = new House(
      [{ kind: 'haproxy', name: 'edge', socket: `tcp://127.0.0.1:${server.about.adminPort}` } as TargetConfig],
      { measureMs: 6_000, beforeMs: 10_000, lookMs: 1_000 },
    )
    await house.start()
    await house.up()
    await sleep(12_000)
    const { change } = await house.ask<{ change: string }>('apply', { proposal })
    expect(await weightOf(server, 'app4')).toBe('4')
    await expect(house.ask('apply', { proposal: { ...proposal, id: 'p2' } })).rejects.toMatchObject({ code: 'busy' })
    await sleep(2_000)
    await house.kill()
    expect(await weightOf(server, 'app4')).toBe('4')

    await house.start()
    expect(await house.change(change)).toMatchObject({ state: 'watching' })
    const kept = await house.ended(change, 60)
    expect(kept).toMatchObject({ state: 'kept', verdict: 'improved' })
    expect(kept.measured!.before).toBeGreaterThan(0.04)
    expect(kept.measured!.after).toBeLessThan(0.03)
    expect(kept.journal.map((entry) => entry.what)).toContain('recovered')
    // The picture is fresh right after a write.
    const pools = await house.ask<Pool[]>('pools')
    expect(pools.find((pool) => pool.name === 'app')!.servers.find((one) => one.name === 'app4')!.weightSet).toBe(4)

    await house.ask('rollBack', { change })
    expect(await house.change(change)).toMatchObject({ state: 'rolled_back', automatic: false })
    expect(await weightOf(server, 'app4')).toBe('100')
  }, 120_000)

  test('meets another writer: drift before it is applied, while it is watched, and in a roll-back', async () => {
    await using app = await startApp({ latencyMs: 5 })
    await using other = await startApp({ latencyMs: 5 })
    await using server = await startHaproxy({ cfg: cfg([app, other]) })
    await using house = new House(
      [{ kind: 'haproxy', name: 'edge', socket: `tcp://127.0.0.1:${server.about.adminPort}` } as TargetConfig],
      { ownMs: 8_000, lookMs: 500 },
    )
    const steps = (after: string) => [{ setting: { target: 'edge', name: 'app/app1/weight' }, after }]
    const set = (weight: number) => ask(server.about.adminPort, `set server app/app1 weight ${weight}\n`)
    await house.start()
    await house.up()
    await set(77)
    const stale = { ...proposal, steps: [{ setting: { target: 'edge', name: 'app/app1/weight' }, before: '100', after: '10' }] }
    await expect(house.ask('apply', { proposal: stale })).rejects.toMatchObject({ code: 'drift' })
    for (const bad of ['999', '-1', 'banana', '1;quit'])
      await expect(house.ask('create', { steps: steps(bad) })).rejects.toMatchObject({ code: 'invalid' })
    await expect(
      house.ask('create', { steps: [{ setting: { target: 'edge', name: 'app/nobody/weight' }, after: '1' }] }),
    ).rejects.toMatchObject({ code: 'not_found' })
    expect(await weightOf(server, 'app1')).toBe('77')

    const first = await house.ask<{ change: string }>('create', { steps: steps('50') })
    await set(60)
    expect(await house.ended(first.change, 6)).toMatchObject({ state: 'failed', outcome: expect.stringContaining('is 60, not 50') })
    expect(await weightOf(server, 'app1')).toBe('60')

    const second = await house.ask<{ change: string }>('create', { steps: steps('40') })
    expect(await house.ended(second.change, 15)).toMatchObject({
      state: 'kept',
      verdict: 'unjudged',
      steps: [{ before: '60', after: '40' }],
    })
    await set(70)
    await house.ask('rollBack', { change: second.change })
    expect(await house.change(second.change)).toMatchObject({ state: 'failed' })
    expect(await weightOf(server, 'app1')).toBe('70')
  }, 60_000)
})

describeWith(['redis-server'], 'a change on a real Redis', () => {
  test('is written, and put back after a server that was away', async () => {
    await using redis = await startRedis({ config: ['maxmemory 50mb', 'hz 10'] })
    await using house = new House([{ kind: 'redis', name: 'cache', url: redis.about.url, role: 'cache' } as TargetConfig], {
      readMs: 1_000,
    })
    await house.start()
    await house.up()
    const hz = async () => /\$2\r\nhz\r\n\$\d+\r\n(\d+)/.exec(await redisSay(redis, 'CONFIG GET hz'))?.[1]
    const steps = [{ setting: { target: 'cache', name: 'config/hz' }, after: '20' }]
    const { change } = await house.ask<{ change: string }>('create', { steps })
    expect(await hz()).toBe('20')
    redis.freeze()
    await house.ask('rollBack', { change })
    expect(await house.change(change)).toMatchObject({ state: 'watching', rollingBack: { by: 'ann' } })
    redis.thaw()
    expect(await house.ended(change, 15)).toMatchObject({ state: 'rolled_back' })
    expect(await hz()).toBe('10')
  }, 60_000)
})
