import { Agent, createServer, get, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { advisors } from '../lib/advisors/shelf.ts'
import { createChanges } from '../lib/changes/changes.ts'
import { detectors } from '../lib/detectors/shelf.ts'
import { createBus } from '../lib/engine/bus.ts'
import { createEngine, type Engine } from '../lib/engine/engine.ts'
import { median, quantile } from '../lib/math/robust.ts'
import { products } from '../lib/products/sources.ts'
import { createStore } from '../lib/store/store.ts'
import { say } from '../scripts/boot/say.mjs'
import { startHaproxy } from '../test/servers.ts'
import type { Bench, Row } from './table.ts'

/** Workers of each server: capacities of 1 : 2 : 4. */
const WORKERS = [1, 2, 4]
const SERVICE_MS = 80
/** All servers together could do 87 a second; the smallest, at an even third, could not do its part. */
const PER_SECOND = 55
const CONNECTIONS = 30
const STEPS_MOST = 5
/** No proposal for so long: it has stopped. */
const QUIET_MS = 45_000
const LONGEST_MS = 480_000

/** A server whose workers take one request each, first come first served, for a fixed time. */
async function startWorkers(name: string, workers: number): Promise<{ port: number; server: Server }> {
  const waiting: (() => void)[] = []
  let free = workers
  const server = createServer((_request, response) => {
    const work = () => {
      setTimeout(() => {
        response.writeHead(200, { 'x-app': name }).end('done\n')
        const next = waiting.shift()
        if (next) next()
        else free++
      }, SERVICE_MS)
    }
    if (free > 0) {
      free--
      work()
    } else waiting.push(work)
  })
  server.keepAliveTimeout = 60_000
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { port: (server.address() as AddressInfo).port, server }
}

type Answer = { at: number; app: string; ms: number }

/** A steady rate over a fixed number of connections: when all are busy, it waits for one. */
function startClient(port: number): { answers: Answer[]; stop(): void } {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
  const answers: Answer[] = []
  let busy = 0
  let due = performance.now()
  const timer = setInterval(() => {
    const now = performance.now()
    for (; due <= now; due += 1000 / PER_SECOND) {
      if (busy >= CONNECTIONS) continue
      busy++
      const sent = performance.now()
      get({ port, host: '127.0.0.1', path: '/', agent }, (response) => {
        response.resume()
        response.on('end', () => {
          busy--
          answers.push({ at: performance.now(), app: String(response.headers['x-app']), ms: performance.now() - sent })
        })
      }).on('error', () => void busy--)
    }
  }, 2)
  return {
    answers,
    stop() {
      clearInterval(timer)
      agent.destroy()
    },
  }
}

/** p95 of each server over the newest `ms`. */
function p95s(answers: Answer[], ms: number): Record<string, number> {
  const since = performance.now() - ms
  return Object.fromEntries(
    WORKERS.map((_, i) => {
      const own = answers.filter(({ at, app }) => at >= since && app === `app${i + 1}`).map((answer) => answer.ms)
      return [`app${i + 1}`, quantile(own, 0.95) ?? Number.NaN]
    }),
  )
}
const apart = (times: Record<string, number>) => Math.max(...Object.values(times)) / Math.min(...Object.values(times)) - 1

export const bench: Bench = {
  name: 'weights',
  title: 'capacities of 1 : 2 : 4 behind a real HAProxy, from equal weights',
  async run(): Promise<Row[]> {
    const apps = await Promise.all(WORKERS.map((workers, i) => startWorkers(`app${i + 1}`, workers)))
    const haproxy = await startHaproxy({
      cfg: ([port]) => `defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  timeout queue 60s
frontend in
  bind 127.0.0.1:${port}
  default_backend app
backend app
  balance roundrobin
${apps.map((app, i) => `  server app${i + 1} 127.0.0.1:${app.port} weight 100`).join('\n')}
`,
    })
    const { about } = haproxy
    const log = { info() {}, warn() {}, error: (fields: object, text: string) => console.error(text, fields) }
    const store = createStore({ path: ':memory:' })
    const bus = createBus((error) => console.error(error))
    let engine: Engine
    const changes = createChanges({
      store,
      targetConfig: (name) => engine.targetConfig(name),
      window: (spanMs) => engine.window(spanMs),
      topology: () => engine.topology(),
      mode: () => 'tune',
      bus,
      log,
      pollNow: (name) => engine.pollNow(name),
    })
    const config = { kind: 'haproxy', name: 'edge', socket: `tcp://127.0.0.1:${about.adminPort}`, config: about.config }
    engine = createEngine({
      targets: [{ config, product: products.find(({ kind }) => kind === 'haproxy')! }],
      edges: [],
      poll: { everyMs: 1_000, timeoutMs: 900 },
      rules: {},
      // Client, servers and Evenkeel share one thread here: what is not about pools stays away.
      detectors: detectors.filter(({ id }) => id.startsWith('balancer/')),
      advisors: advisors.filter(({ id }) => id === 'pool-weights'),
      store,
      bus,
      describe: changes.describe,
      inFlight: changes.inFlight,
      log,
    })
    engine.onTick(() => changes.tick())
    const client = startClient(about.ports[0]!)
    engine.start()

    const rows: Row[] = []
    const tell = (what: string, ms: number) => {
      const times = p95s(client.answers, ms)
      const weights = engine
        .topology()
        .pools[0]?.servers.map(({ weightSet }) => weightSet)
        .join(':')
      const text = Object.values(times)
        .map((time) => Math.round(time))
        .join(', ')
      say(`${what}: weights ${weights}, p95 ${text} ms`)
      rows.push({ what: `${what}: weights ${weights}; p95`, value: text, unit: 'ms' })
      return times
    }
    let steps = 0
    try {
      await sleep(15_000)
      tell('equal', 8_000)
      const started = performance.now()
      let quietSince = started
      while (performance.now() - quietSince < QUIET_MS && performance.now() - started < LONGEST_MS && steps <= STEPS_MOST) {
        await sleep(500)
        const [proposal] = store.proposals.list(
          ({ state, advisor, patchOnly }) => state === 'open' && advisor === 'pool-weights' && !patchOnly,
        )
        if (!proposal) continue
        const { change } = (await changes.apply(proposal.id, 'bench')) as { change: string }
        steps++
        say(`step ${steps}: ${proposal.steps.map(({ setting, before, after }) => `${setting.name} ${before} -> ${after}`).join(', ')}`)
        let now = store.changes.get(change)!
        while (now.state === 'applying' || now.state === 'watching') {
          await sleep(500)
          now = store.changes.get(change)!
        }
        tell(`after step ${steps} (${now.state}, ${now.verdict})`, 8_000)
        quietSince = performance.now()
      }
      // The middle one of three looks: a machine that stalls once does not speak for the weights.
      const looks: Record<string, number>[] = []
      for (let look = 1; look <= 3; look++) {
        await sleep(10_000)
        looks.push(tell(`at rest, look ${look}`, 10_000))
      }
      const apartness = median(looks.map(apart))!
      return [
        ...rows,
        { what: 'proposals applied', value: steps, goal: { most: STEPS_MOST } },
        { what: 'p95 of the slowest server over the fastest, less one; middle of three looks', value: apartness, goal: { most: 0.15 } },
        { what: 'still proposing at rest', value: store.proposals.list(({ state }) => state === 'open').length, goal: { most: 0 } },
      ]
    } finally {
      client.stop()
      await engine.stop()
      await haproxy.stop()
      for (const { server } of apps) {
        server.closeAllConnections()
        server.close()
      }
      store.close()
    }
  },
}
