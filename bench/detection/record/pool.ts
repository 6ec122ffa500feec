import { Agent, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { type App, startApp } from '../../../demo/app.ts'
import { wave } from '../../../demo/wave.ts'
import { startWeb } from '../../../demo/web.ts'
import { poisson } from '../../../test/normal.ts'
import { normal } from '../../../test/random.ts'
import { ask, startHaproxy } from '../../../test/servers.ts'
import { between, type Day, days, nowAndThen, type Random, scaled } from './days.ts'
import { type Gate, startGate } from './gate.ts'
import type { Lab } from './lab.ts'

/** A load balancer before some servers. */
export type PoolLab = Lab & {
  readonly params: PoolDraw
  /** Takes one server out, and all in again without one; it is sent nothing meanwhile, as in a rolling deploy. */
  without(server: App | null): Promise<void>
  readonly servers: readonly App[]
}

/** What of a pool is drawn once, and stands in the recording. */
type PoolDraw = {
  /** Requests, 1/s. */
  perSecond: number
  servers: number
  /** What a page takes, ms: the same program on each server, on machines that are not quite alike. */
  latencyMs: number
  unlike: number
  /** By how much the time of all of them wanders together, and keeps its last second's. */
  wanders: number
  /** Share of the pages that fail though nothing is wrong. */
  errorRatio: number
  balance: string
}

const TICK_MS = 40
/** Questions that may be open. */
const OPEN_MAX = 200
/** What all servers share (a database) wanders by steps of a second, each near the last one. */
const KEEPS = 0.9

const drawnPool = (random: Random, [low, high]: readonly [number, number]): PoolDraw => ({
  perSecond: scaled(random, low, high),
  servers: 3 + Math.floor(3 * random()),
  latencyMs: scaled(random, 5, 60),
  unlike: between(random, 0, 0.15),
  wanders: between(random, 0, 0.15),
  errorRatio: random() < 0.5 ? 0 : scaled(random, 0.0005, 0.004),
  balance: random() < 0.7 ? 'roundrobin' : 'leastconn',
})

export type PoolOptions = { name: string; random: Random; rates: readonly [number, number]; load?: ((random: Random) => (at: number) => number) | undefined; kind: 'haproxy' | 'nginx'; program: string } // biome-ignore format: one line

export async function startPool({ name, random, rates, load, kind, program }: PoolOptions, second: () => number): Promise<PoolLab> {
  const draw = drawnPool(random, rates)
  const own = Array.from({ length: draw.servers }, () => draw.latencyMs * (1 + draw.unlike * (2 * random() - 1)))
  const servers = await Promise.all(own.map((latencyMs, i) => startApp({ name: `app${i + 1}`, latencyMs, random })))
  for (const server of servers) server.errorRatio = draw.errorRatio
  const balancer = await (kind === 'haproxy' ? startEdge(name, servers, draw, program) : startProxy(name, servers, random, program))
  const traffic = startQuestions(balancer.port, draw.perSecond, load?.(random) ?? wave(between(random, 300_000, 900_000), random), random)
  let common = 0
  const wandering = setInterval(() => {
    common = KEEPS * common + Math.sqrt(1 - KEEPS * KEEPS) * draw.wanders * normal(random)
    servers.forEach((server, i) => {
      server.latencyMs = own[i]! * Math.exp(common)
    })
  }, 1_000)
  return {
    name,
    app: traffic,
    gate: balancer.gate,
    random,
    second,
    marks: [],
    clockSteps: [],
    params: draw,
    servers,
    without: balancer.without,
    target: () => balancer.target,
    resetStats: () => Promise.reject(new Error('a pool has no counters that are reset')),
    restart: () => Promise.reject(new Error('a pool is not restarted')),
    async stop() {
      clearInterval(wandering)
      traffic.stop()
      await balancer.stop()
    },
  }
}

type Balancer = { port: number; gate: Gate; target: Record<string, unknown>; without(server: App | null): Promise<void>; stop(): Promise<void> } // biome-ignore format: one line

async function startEdge(name: string, servers: readonly App[], { balance }: PoolDraw, program: string): Promise<Balancer> {
  const lines = servers.map((server) => `  server ${server.name} 127.0.0.1:${server.port} weight 100`).join('\n')
  const haproxy = await startHaproxy({
    program,
    cfg: ([port]) => `defaults
  mode http
  timeout client 15s
  timeout connect 1s
  timeout server 15s
  timeout queue 10s
  timeout check 900ms
  option redispatch
  retries 2
  default-server check inter 1s fall 2 rise 2

frontend www
  bind 127.0.0.1:${port}
  default_backend app

backend app
  balance ${balance}
  option httpchk GET /health
${lines}`,
  })
  const { adminPort, config, ports } = haproxy.about
  const gate = await startGate(adminPort)
  const say = async (line: string) => void (await ask(adminPort, `${line}\n`))
  return {
    port: ports[0]!,
    gate,
    target: { kind: 'haproxy', name, socket: `tcp://127.0.0.1:${gate.port}`, config },
    async without(out) {
      for (const server of servers) await say(`set server app/${server.name} state ${server === out ? 'drain' : 'ready'}`)
    },
    async stop() {
      await gate.stop()
      await haproxy[Symbol.asyncDispose]()
      for (const server of servers) await server.stop()
    },
  }
}

async function startProxy(name: string, images: App[], random: Random, program: string): Promise<Balancer> {
  const web = await startWeb(random, { images, program })
  const gate = await startGate(web.port)
  return {
    port: web.port,
    gate,
    target: { ...web.target, name, status: `http://127.0.0.1:${gate.port}/stub_status` },
    without: (out) => web.without(out ? [out] : []),
    async stop() {
      await gate.stop()
      await web.stop()
    },
  }
}

/** People who ask whether or not answers come back in time. */
function startQuestions(port: number, perSecond: number, load: (at: number) => number, random: Random) {
  const agent = new Agent({ keepAlive: true, maxSockets: OPEN_MAX, maxFreeSockets: 16 })
  let open = 0
  let last = performance.now()
  const traffic = {
    factor: 1,
    stop() {
      clearInterval(timer)
      agent.destroy()
    },
  }
  const ask = () => {
    open++
    const done = () => void open--
    const question = request({ host: '127.0.0.1', port, path: `/p/${Math.floor(random() * 500)}`, agent, timeout: 10_000 }, (answer) => {
      answer.resume()
      answer.once('close', done)
    })
    question.once('timeout', () => question.destroy(new Error('no answer')))
    question.once('error', done)
    question.end()
  }
  const timer = setInterval(() => {
    const now = performance.now()
    const seconds = Math.min(0.2, (now - last) / 1_000)
    last = now
    for (let due = poisson(perSecond * load(now) * traffic.factor * seconds, random); due > 0 && open < OPEN_MAX; due--) ask()
  }, TICK_MS)
  return traffic
}

/** Days of a pool in which nothing is wrong. */
export const poolDays: readonly Day<PoolLab>[] = [
  ...days.filter(({ name }) => ['diurnal', 'bursty', 'quiet', 'lost-polls'].includes(name)),
  {
    name: 'deploys',
    does: 'each server in turn is taken out for 10 to 30 s, as a rolling deploy does, every few minutes',
    run: (lab, seconds) =>
      nowAndThen(lab, seconds, [150, 400], async () => {
        for (const server of lab.servers) {
          await lab.without(server)
          await sleep(between(lab.random, 10, 30) * 1_000)
        }
        await lab.without(null)
      }),
  },
]
