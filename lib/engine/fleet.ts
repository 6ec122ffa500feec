import type { ClockStep } from '../model/clock.ts'
import type { Edge } from '../model/edges.ts'
import type { Bus } from '../model/events.ts'
import type { Fleet } from '../model/fleet.ts'
import type { Log } from '../model/log.ts'
import type { PriceList } from '../model/prices.ts'
import type { AnyProduct, Parsed, TargetConfig } from '../model/product.ts'
import type { Accesses } from '../model/reference.ts'
import type { Store } from '../model/store.ts'
import type { Capability, TargetState, Topology } from '../model/topology.ts'
import { appendInSlices } from './appendInSlices.ts'
import { bounded } from './bounded.ts'
import { type Clock, systemClock } from './clock.ts'
import { createDiscovery } from './discovery.ts'
import { keptSamplings } from './keySampling.ts'
import { createTarget, type Target, type TargetStatus } from './target.ts'
import { createTopologyBook, type Part, topologyOf } from './topology.ts'

export type FleetOptions = {
  targets: { config: TargetConfig; product: AnyProduct }[]
  edges: Edge[]
  prices?: PriceList
  poll: { everyMs: number; timeoutMs: number }
  store: Store
  bus: Bus
  clock?: Clock
  log: Log
  /** Called with the references that a probe has read. */
  onReferences?(target: string, references: Accesses): void
}

/** The fleet with the pollers that keep the picture of it: configured targets and discovered ones. */
export interface PolledFleet extends Fleet {
  start(): void
  /** Resolves when nothing is in flight and every link is closed. */
  stop(): Promise<void>
  targets(): TargetStatus[]
  /** One of them; null: there is none of that name. */
  target(name: string): TargetStatus | null
  /** Who they are, without their state: of thousands that costs what is asked for alone. */
  listed(): { name: string; kind: string; through?: string }[]
  /** `discovers`: it stands for others, each of them a target of its own: a Cluster, a master that Sentinels watch. */
  states(): { name: string; state: TargetState; discovers: boolean }[]
  targetConfig(name: string): { kind: string; config: TargetConfig } | null
  /** Reconfigures the target of that name (after a consent, say): its link is opened anew. */
  configure(config: TargetConfig): Promise<void>
  stepClock(step: ClockStep): void
}

export function createFleet({ edges, prices, poll, store, bus, log, clock = systemClock, ...options }: FleetOptions): PolledFleet {
  const book = createTopologyBook()
  const targets = new Map<string, Target>()
  let started = false
  let stopped = false
  /** What each target brings to the topology, and of which that may have changed since. A poll concerns one of thousands. */
  const parts = new Map<string, Part>()
  const changed = new Set<string>()
  let refusedBefore: string[] = []
  let cached: Topology | null = null

  for (const { config, product } of options.targets) add(config, product)
  const discovery = createDiscovery({ targets, add, replace, remove, clock, log })

  function add(config: TargetConfig, product: AnyProduct): Target {
    const { name } = config
    const target = createTarget({
      config,
      product,
      poll,
      clock,
      log,
      onRead: (probe, parsed, at, everyMs) => keep(name, probe, parsed, at, everyMs),
      onState(health) {
        changed.add(name)
        bus.emit({ type: 'target', name, state: health.state })
      },
      onStatus: () => changed.add(name),
    })
    targets.set(name, target)
    changed.add(name)
    return target
  }

  async function replace(config: TargetConfig, product: AnyProduct): Promise<void> {
    const before = targets.get(config.name)
    const after = add(config, product)
    await before?.stop()
    if (started && !stopped) after.start()
  }

  async function remove(name: string): Promise<void> {
    const target = targets.get(name)
    targets.delete(name)
    book.remove(name)
    parts.delete(name)
    cached = null
    await target?.stop()
  }

  function keep(target: string, probe: string, parsed: Parsed, at: number, everyMs: number): void | Promise<void> {
    const { samples, records, topology, references, fed = [], stepMs = everyMs, lateMs } = bounded(parsed)
    book.put(target, probe, topology)
    changed.add(target)
    if (records.length > 0) store.putRecords(target, [...records, ...keptSamplings(records, at)])
    if (references) options.onReferences?.(target, references)
    for (const one of fed) options.onReferences?.(one.target, one.accesses)
    return appendInSlices(store, target, at, samples, { stepMs, lateMs }, () => stopped)
  }

  return {
    start() {
      if (started) return
      started = true
      for (const target of targets.values()) target.start()
      discovery.start()
    },
    async stop() {
      stopped = true
      discovery.stop()
      await Promise.allSettled([...targets.values()].map((target) => target.stop()))
    },
    topology() {
      if (cached && changed.size === 0) return cached
      const refused = store.refusedSeries()
      for (const name of [...refusedBefore, ...refused.keys()]) changed.add(name)
      refusedBefore = [...refused.keys()]
      for (const name of changed) {
        const target = targets.get(name)
        if (target) parts.set(name, book.read(seenOf(target, refused.get(name))))
      }
      changed.clear()
      cached = topologyOf([...targets.keys()].map((name) => parts.get(name)!), { edges, ...(prices && { prices }) }) // biome-ignore format: one line
      return cached
    },
    window(spanMs) {
      const now = clock.now()
      return store.window(now - spanMs, now)
    },
    targets: () => [...targets].map(([name, target]) => withParent(target.status(), discovery.foundThrough(name))),
    target(name) {
      const target = targets.get(name)
      return target ? withParent(target.status(), discovery.foundThrough(name)) : null
    },
    listed: () => [...targets].map(([name, { config }]) => withParent({ name, kind: config.kind }, discovery.foundThrough(name))),
    states: () => [...targets].map(([name, target]) => ({ name, state: target.health().state, discovers: target.discovers })),
    targetConfig(name) {
      const target = targets.get(name)
      return target ? { kind: target.product.kind, config: target.config } : null
    },
    async configure(config) {
      const before = targets.get(config.name)
      if (before) await replace(config, before.product)
    },
    pollNow: async (name) => targets.get(name)?.pollNow(),
    stepClock(step) {
      for (const [name, target] of targets) {
        target.stepClock(step)
        changed.add(name)
      }
    },
  }
}

const withParent = <T>(status: T, through: string | undefined): T => (through === undefined ? status : { ...status, through })

/** A target as the engine itself knows it, beside what its probes tell. */
function seenOf(target: Target, refused: { series: number; because: string } | undefined) {
  const { state, since, error } = target.health()
  const { name, kind, role } = target.config
  const host = target.host()
  return {
    name,
    kind,
    ...(target.product.can && { can: target.product.can }),
    ...(role && { role }),
    ...(host !== null && { host }),
    state,
    since,
    ...(error && { error }),
    capabilities: [...target.capabilities(), ...seriesLeft(refused)],
  }
}

const seriesLeft = (refused: { series: number; because: string } | undefined): Capability[] =>
  refused
    ? [
        {
          feature: 'all series',
          available: false,
          because: `${refused.series.toLocaleString('en-US')} series of its newest answer are left out: ${refused.because}`,
        },
      ]
    : []
