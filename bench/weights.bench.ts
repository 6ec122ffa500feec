import { setTimeout as sleep } from 'node:timers/promises'
import { advisors } from '../lib/advisors/registry.ts'
import { createChanges } from '../lib/changes/changes.ts'
import { detectors } from '../lib/detectors/registry.ts'
import { createBus } from '../lib/engine/bus.ts'
import { createEngine } from '../lib/engine/engine.ts'
import { createFleet } from '../lib/engine/fleet.ts'
import { median } from '../lib/math/robust.ts'
import { products } from '../lib/products/sources.ts'
import { createStore } from '../lib/store/store.ts'
import { say } from '../scripts/boot/say.mjs'
import { apart, poolConfig, startClient, startWorkers } from '../test/capacity.ts'
import { startHaproxy } from '../test/servers.ts'
import type { Bench, Row } from './table.ts'

type Scenario = {
  name: string
  /** Workers of each server, each busy with a request for `serviceMs`. */
  workers: number[]
  serviceMs: number[]
  weights: number[]
  perSecond: number
  connections: number
  balance?: string
  /** Under leastconn there is nothing to propose: the balancer does it. */
  stepsMost: number
}
const SCENARIOS: Scenario[] = [
  {
    name: '1 : 2 : 4, 63 %',
    workers: [1, 2, 4],
    serviceMs: [80, 80, 80],
    weights: [100, 100, 100],
    perSecond: 55,
    connections: 30,
    stepsMost: 5,
  },
  {
    name: '1 : 2 : 2 : 4, 75 %, weights of 1',
    workers: [2, 4, 4, 8],
    serviceMs: [80, 80, 80, 80],
    weights: [1, 1, 1, 1],
    perSecond: 168,
    connections: 60,
    stepsMost: 5,
  },
  {
    name: '1 : 2 : 4 under leastconn',
    workers: [1, 2, 4],
    serviceMs: [80, 80, 80],
    weights: [100, 100, 100],
    perSecond: 55,
    connections: 30,
    balance: 'leastconn',
    stepsMost: 0,
  },
]
/** Without a proposal for this time, it has converged. */
const QUIET_MS = 45_000
const LONGEST_MS = 480_000

export const bench: Bench = {
  name: 'weights',
  title: 'servers of unlike capacity behind a real HAProxy',
  async run() {
    const rows: Row[] = []
    for (const scenario of SCENARIOS) rows.push(...(await runOne(scenario)))
    return rows
  },
}

async function runOne(scenario: Scenario): Promise<Row[]> {
  const { name, workers, serviceMs, weights, perSecond, connections } = scenario
  const servers = await Promise.all(workers.map((count, i) => startWorkers(`app${i + 1}`, count, serviceMs[i]!)))
  const haproxy = await startHaproxy({ cfg: ([port]) => poolConfig(port!, servers, weights, scenario.balance) })
  const { about } = haproxy
  const log = { info() {}, warn() {}, error: (fields: object, text: string) => console.error(text, fields) }
  const store = createStore({ path: ':memory:' })
  const bus = createBus((error) => console.error(error))
  const config = { kind: 'haproxy', name: 'edge', socket: `tcp://127.0.0.1:${about.adminPort}`, config: about.config }
  const fleet = createFleet({
    targets: [{ config, product: products.find(({ kind }) => kind === 'haproxy')! }],
    edges: [],
    poll: { everyMs: 1_000, timeoutMs: 900 },
    store,
    bus,
    log,
  })
  const changes = createChanges({
    store,
    fleet,
    mode: () => 'tune',
    bus,
    log,
  })
  const engine = createEngine({
    fleet,
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
  const client = startClient(about.ports[0]!, perSecond, connections)
  engine.start()

  const rows: Row[] = []
  const tell = (what: string, ms: number) => {
    const times = client.p95s(workers.length, ms)
    const live = engine
      .topology()
      .pools[0]?.servers.map(({ weightSet }) => weightSet)
      .join(':')
    const text = times.map(Math.round).join(', ')
    say(`${name}, ${what}: weights ${live}, p95 ${text} ms`)
    rows.push({ what: `${name}, ${what}: weights ${live}; p95`, value: text, unit: 'ms' })
    return times
  }
  let steps = 0
  let held = 0
  try {
    await sleep(15_000)
    const atFirst = apart(tell('at first', 8_000))
    const started = performance.now()
    let quietSince = started
    while (performance.now() - quietSince < QUIET_MS && performance.now() - started < LONGEST_MS && steps <= scenario.stepsMost) {
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
      const seconds = client.mean(8_000)
      const { low, after, high } = proposal.prediction!
      if (seconds >= low && seconds <= high) held++
      const ms = (value: number) => Math.round(1000 * value)
      rows.push({
        what: `${name}, step ${steps}: mean of the clients; predicted ${ms(after)} (${ms(low)} to ${ms(high)})`,
        value: ms(seconds),
        unit: 'ms',
      })
      quietSince = performance.now()
    }
    // The median of three looks, so that one stall of the machine does not count.
    const looks: number[][] = []
    for (let look = 1; look <= 3; look++) {
      await sleep(10_000)
      looks.push(tell(`at rest, look ${look}`, 10_000))
    }
    const atRest = median(looks.map(apart))!
    return [
      ...rows,
      { what: `${name}: proposals applied`, value: steps, goal: { most: scenario.stepsMost } },
      { what: `${name}: of them within their predicted interval`, value: held },
      scenario.stepsMost > 0
        ? {
            what: `${name}: p95 of the slowest server over the fastest, less one; middle of three looks`,
            value: atRest,
            goal: { most: 0.15 },
          }
        : {
            what: `${name}: p95 of the slowest server over the fastest, less one; at first and at rest`,
            value: `${atFirst.toFixed(2)}, ${atRest.toFixed(2)}`,
          },
      { what: `${name}: still proposing at rest`, value: store.proposals.list(({ state }) => state === 'open').length, goal: { most: 0 } },
    ]
  } finally {
    client.stop()
    await engine.stop()
    await haproxy.stop()
    for (const server of servers) await server[Symbol.asyncDispose]()
    store.close()
  }
}
