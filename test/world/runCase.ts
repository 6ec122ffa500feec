import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { detectors } from '../../lib/detectors/registry.ts'
import { createBus } from '../../lib/engine/bus.ts'
import { createEngine, type Engine } from '../../lib/engine/engine.ts'
import { createFleet } from '../../lib/engine/fleet.ts'
import type { AnyProduct, TargetConfig } from '../../lib/model/product.ts'
import { labelsKey } from '../../lib/model/series.ts'
import type { Store } from '../../lib/model/store.ts'
import type { Topology } from '../../lib/model/topology.ts'
import { products } from '../../lib/products/sources.ts'
import { createStore } from '../../lib/store/store.ts'
import { type HandClock, handClock } from '../clock.ts'
import { differences } from './differences.ts'
import { noNameServer } from './noNameServer.ts'
import { type Played, play } from './playedServer.ts'
import { at, START, type WorldCase } from './worldCase.ts'

/** What Evenkeel makes of a case. */
export type Reading = {
  topology: Topology
  targets: ReturnType<Engine['targets']>
  /** Every rule that has fired, with what it says. */
  fired: { rule: string; summary: string; subject: Record<string, string> }[]
  /** Newest value by series; of a counter its rate a second over the second half of the run. */
  series: Map<string, { metric: string; labels: Record<string, string>; value: number | null }>
  /** Why the configuration was refused, when it was. */
  refused: string | null
}

export type Outcome = { name: string; verdict: 'right' | 'refused' | 'wrong'; differences: string[] }

const TARGET = 'it'
const SETTLE_MS = 10_000
const SCRAPE_S = 5

/** The verdict on a case: `refused` where Evenkeel does not read it, but says so and concludes nothing from it. */
export async function judgeCase(it: WorldCase): Promise<Outcome> {
  const reading = await readCase(it)
  const found = differences(it, reading)
  const concluded =
    reading.topology.pools.some(({ servers }) => servers.length > 0) || reading.fired.some(({ rule }) => rule !== 'fleet/target-down')
  const said = reading.refused !== null || reading.targets.some(({ state, error }) => state !== 'up' && error !== undefined)
  return { name: it.name, verdict: found.length === 0 ? 'right' : said && !concluded ? 'refused' : 'wrong', differences: found }
}

/** Runs a case through the real path: configuration, links to played servers, probes, engine, store, rules; the clock is simulated. */
async function readCase(it: WorldCase): Promise<Reading> {
  const folder = await mkdtemp(join(tmpdir(), 'evenkeel-world-'))
  const clock = handClock(START)
  const elapsed = () => (clock.now() - START) / 1000
  const played = await play(it, folder, elapsed)
  const nameServerBack = noNameServer()
  const { now: realNow } = Date
  const realPerformance = performance.now
  Date.now = clock.now
  performance.now = () => clock.now() - START
  try {
    for (const [name, content] of Object.entries(it.files)) await writeFile(join(folder, name), at(0, content))
    if (it.log) await writeFile(join(folder, it.log.file), '')
    return await watched(it, folder, played, clock, elapsed, () => realPerformance.call(performance))
  } finally {
    Date.now = realNow
    performance.now = realPerformance
    nameServerBack()
    await played.close()
    await rm(folder, { recursive: true })
  }
}

async function watched(
  it: WorldCase,
  folder: string,
  played: Played,
  clock: HandClock,
  elapsed: () => number,
  realMs: () => number,
): Promise<Reading> {
  const product = products.find(({ kind }) => kind === it.kind)
  if (!product) throw new Error(`${it.name}: there is no product ${it.kind}`)
  const parsed = product.config.safeParse(filled({ ...it.config, kind: it.kind, name: TARGET }, folder, played))
  if (!parsed.success)
    return {
      topology: { targets: [], pools: [], rings: [], ttls: [], edges: [] },
      targets: [],
      fired: [],
      series: new Map(),
      refused: parsed.error.message,
    }
  let reading = 0
  const store = createStore({ path: ':memory:', now: clock.now })
  const errors: unknown[] = []
  const log = { info() {}, warn() {}, error: (fields: object) => void errors.push(fields) }
  const bus = createBus((error) => errors.push(error))
  const targets = [{ config: parsed.data as TargetConfig, product: counted(product, (change) => (reading += change)) }]
  const engine = createEngine({
    fleet: createFleet({ targets, edges: [], poll: { everyMs: 1_000, timeoutMs: 2_000 }, store, bus, clock, log }),
    rules: {},
    detectors,
    advisors: [],
    store,
    bus,
    describe: () => ({ commands: [] }),
    learningMs: 30_000,
    clock,
    log,
  })
  const settle = async () => {
    const until = realMs() + SETTLE_MS
    for (let idle = 0; idle < 4; idle = reading === 0 ? idle + 1 : 0) {
      if (realMs() > until) throw new Error(`${it.name}: a read does not end`)
      await turn()
    }
  }
  engine.start()
  for (let second = 0; second < it.seconds; second++) {
    if (second % SCRAPE_S === 0) played.scrape(elapsed(), clock.now())
    if (it.log) await appendFile(join(folder, it.log.file), it.log.lines.map((line) => `${at(second, line)}\n`).join(''))
    // Small steps: what a poll begins must end before the simulated deadline does.
    for (let part = 0; part < 10; part++) {
      await clock.pass(100)
      await settle()
    }
  }
  const answer: Reading = {
    topology: engine.topology(),
    targets: engine.targets().map(({ name }) => engine.target(name)!),
    fired: store.findings
      .list()
      .filter(({ firingAt }) => firingAt !== undefined)
      .map(({ rule, summary, subject }) => ({ rule, summary, subject })),
    series: seriesOf(store, clock.now(), it.seconds),
    refused: null,
  }
  const stopping = engine.stop()
  await clock.pass(5_000)
  await stopping
  store.close()
  if (errors.length > 0) throw new AggregateError(errors, `${it.name}: ${JSON.stringify(errors[0])}`)
  return answer
}

/** Fills in where the played servers listen and where files stand. */
function filled(value: unknown, folder: string, played: Played): unknown {
  if (typeof value === 'string')
    return value
      .replaceAll('{http}', played.http)
      .replaceAll('{tcp}', played.tcp)
      .replaceAll('{socket}', played.socket)
      .replace(/\{file ([^}]+)\}/g, (_, name: string) => join(folder, name))
  if (Array.isArray(value)) return value.map((item) => filled(item, folder, played))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, filled(item, folder, played)]))
}

/** The product, with its reads counted while they are under way: simulated time waits for them. */
function counted(product: AnyProduct, count: (change: 1 | -1) => void): AnyProduct {
  const during = async <T>(work: () => Promise<T>): Promise<T> => {
    count(1)
    try {
      return await work()
    } finally {
      count(-1)
    }
  }
  return {
    ...product,
    ...(product.discover && { discover: (link, signal) => during(() => product.discover!(link, signal)) }),
    ...(product.variant && {
      variant(config) {
        const found = product.variant!(config)
        return found && found !== product ? counted(found, count) : found
      },
    }),
    probes: product.probes.map((probe) => ({ ...probe, read: (link, cursor, signal) => during(() => probe.read(link, cursor, signal)) })),
  }
}

function seriesOf(store: Store, now: number, seconds: number): Reading['series'] {
  const all: Reading['series'] = new Map()
  const window = store.window(now - (seconds * 1000) / 2, now)
  for (const { metric } of store.catalog(now - (seconds * 1000) / 2))
    for (const { labels, points } of window.series(metric)) {
      const values = points.filter(([, value]) => value !== null) as [number, number][]
      const [first, last] = [values[0], values.at(-1)]
      if (!first || !last) continue
      const isCounter = metric.endsWith('_total')
      const value = !isCounter ? last[1] : last[0] > first[0] ? ((last[1] - first[1]) * 1000) / (last[0] - first[0]) : null
      all.set(`${metric} ${labelsKey(labels)}`, { metric, labels, value })
    }
  return all
}
