import type { ClockStep } from '../model/clock.ts'
import type { Edge } from '../model/edges.ts'
import type { Bus } from '../model/events.ts'
import type { Fleet } from '../model/fleet.ts'
import type { BalancerGroup } from '../model/group.ts'
import type { Log } from '../model/log.ts'
import { ALONE, type Ownership } from '../model/ownership.ts'
import type { PriceList } from '../model/prices.ts'
import type { AnyProduct, Parsed, TargetConfig, TopologyPart } from '../model/product.ts'
import type { NewRecord } from '../model/record.ts'
import type { Accesses } from '../model/reference.ts'
import type { Store } from '../model/store.ts'
import type { TargetState, Topology } from '../model/topology.ts'
import type { KeyReads } from '../model/warming.ts'
import { appendInSlices } from './appendInSlices.ts'
import { bounded } from './bounded.ts'
import { type Clock, systemClock } from './clock.ts'
import { createDiscovery } from './discovery.ts'
import { keptSamplings } from './keySampling.ts'
import { seenOf } from './seenOf.ts'
import { createTarget, type Polled, type Target, type TargetStatus } from './target.ts'
import { createTopologyBook, type Part, topologyOf } from './topology.ts'

type NewHotKey = Extract<NewRecord, { kind: 'hot-key' }>

export type FleetOptions = {
  targets: { config: TargetConfig; product: AnyProduct }[]
  edges: Edge[]
  groups?: BalancerGroup[]
  prices?: PriceList
  poll: { everyMs: number; timeoutMs: number }
  store: Store
  bus: Bus
  clock?: Clock
  log: Log
  /** Of which targets this process is in charge. Default: of all. */
  ownership?: Ownership
  /** Called with what a probe has told of the fleet's shape. */
  onPart?(target: string, probe: string, part: TopologyPart): void
  /** Called with the references that a probe has read. */
  onReferences?(target: string, references: Accesses): void
  /** Called with what a probe has told of the keys that are read most. */
  onHotKeys?(target: string, told: { reads?: KeyReads; hot: readonly NewHotKey[] }, at: number): void
}

/** The fleet with the pollers that keep the picture of it: configured targets and discovered ones. */
export interface PolledFleet extends Fleet {
  start(): void
  /** Resolves when nothing is in flight and every link is closed. */
  stop(): Promise<void>
  /** All of them, without the states of their probes. */
  targets(): TargetStatus[]
  /** One of them; null: there is none of that name. `probes`: with the states of its probes, which are most of it; default yes. */
  target(name: string, probes?: boolean): TargetStatus | null
  /** Who they are, without their state: of thousands that costs what is asked for alone. */
  listed(): { name: string; kind: string; through?: string }[]
  /** `discovers`: it stands for others, each of them a target of its own: a Cluster, a master that Sentinels watch. */
  states(): { name: string; state: TargetState; discovers: boolean }[]
  targetConfig(name: string): { kind: string; config: TargetConfig } | null
  /** Reconfigures the target of that name (after a consent, say): its link is opened anew. */
  configure(config: TargetConfig): Promise<void>
  stepClock(step: ClockStep): void
  /** Whether this process polls and judges it: of a discovered target, whether it does its parent. */
  owns(name: string): boolean
  /** The configured target that it is dealt with: of a discovered one its parent. */
  leaseOf(name: string): string
  /** Begins and ends to poll as the ownership is now. */
  deal(): void
  /** What other replicas are told of the targets that are polled here, by name. */
  polled(): [name: string, polled: Polled][]
  /** Takes up what the replica that polls a target has told of it. */
  learn(name: string, polled: Polled): void
  learnPart(target: string, probe: string, part: TopologyPart): void
}

export function createFleet(given: FleetOptions): PolledFleet {
  const { edges, groups, prices, poll, store, bus, log, clock = systemClock, ownership = ALONE, ...options } = given
  const book = createTopologyBook()
  const targets = new Map<string, Target>()
  /** Those that are polled here. */
  const own = new Set<string>()
  let started = false
  let stopped = false
  /** What each target brings to the topology, and of which that may have changed since. A poll concerns one of thousands. */
  const parts = new Map<string, Part>()
  const changed = new Set<string>()
  let refusedBefore: string[] = []
  let cached: Topology | null = null

  for (const { config, product } of options.targets) add(config, product)
  const discovery = createDiscovery({ targets, add: addNow, replace, remove, clock, log })
  const leaseOf = (name: string) => discovery.foundThrough(name) ?? name
  const owns = (name: string) => ownership.owns(leaseOf(name))

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

  function addNow(config: TargetConfig, product: AnyProduct): void {
    add(config, product)
    begin(config.name)
  }

  /** Polls a target, or leaves it to the replica that has it. */
  function begin(name: string): void {
    if (!started || stopped) return
    const [target, mine] = [targets.get(name)!, owns(name)]
    if (mine === own.has(name)) return
    if (mine) {
      own.add(name)
      target.start()
    } else {
      own.delete(name)
      target.rest()
    }
    changed.add(name)
  }

  async function replace(config: TargetConfig, product: AnyProduct): Promise<void> {
    const before = targets.get(config.name)
    add(config, product)
    own.delete(config.name)
    await before?.stop()
    begin(config.name)
  }

  async function remove(name: string): Promise<void> {
    const target = targets.get(name)
    targets.delete(name)
    own.delete(name)
    book.remove(name)
    parts.delete(name)
    cached = null
    await target?.stop()
  }

  function keep(target: string, probe: string, parsed: Parsed, at: number, everyMs: number): void | Promise<void> {
    const { samples, records, topology, references, fed = [], keyReads, stepMs = everyMs, lateMs } = bounded(parsed)
    if (book.put(target, probe, topology)) changed.add(target)
    options.onPart?.(target, probe, topology)
    if (records.length > 0) store.putRecords(target, [...records, ...keptSamplings(records, at)])
    if (references) options.onReferences?.(target, references)
    for (const one of fed) options.onReferences?.(one.target, one.accesses)
    if (options.onHotKeys) {
      const hot = records.filter((one): one is NewHotKey => one.kind === 'hot-key')
      if (keyReads || hot.length > 0) options.onHotKeys(target, { ...(keyReads && { reads: keyReads }), hot }, at)
    }
    return appendInSlices(store, target, at, samples, { stepMs, lateMs }, () => stopped)
  }

  return {
    start() {
      if (started) return
      started = true
      for (const name of targets.keys()) begin(name)
      discovery.start()
    },
    async stop() {
      stopped = true
      discovery.stop()
      await Promise.allSettled([...targets.values()].map((target) => target.stop()))
    },
    topology() {
      const refused = store.refusedSeries()
      if (cached && changed.size === 0 && refused.size === 0 && refusedBefore.length === 0) return cached
      for (const name of [...refusedBefore, ...refused.keys()]) changed.add(name)
      refusedBefore = [...refused.keys()]
      for (const name of changed) {
        const target = targets.get(name)
        if (target) parts.set(name, book.read(seenOf(target, refused.get(name))))
      }
      changed.clear()
      cached = topologyOf([...targets.keys()].map((name) => parts.get(name)!), { edges, ...(groups && { groups }), ...(prices && { prices }) }) // biome-ignore format: one line
      return cached
    },
    window(spanMs) {
      const now = clock.now()
      return store.window(now - spanMs, now)
    },
    targets: () => [...targets].map(([name, target]) => withParent(target.status(false), discovery.foundThrough(name))),
    target(name, probes) {
      const target = targets.get(name)
      return target ? withParent(target.status(probes), discovery.foundThrough(name)) : null
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
    pollNow: async (name) => (owns(name) ? targets.get(name)?.pollNow() : undefined),
    stepClock(step) {
      for (const [name, target] of targets) {
        target.stepClock(step)
        changed.add(name)
      }
    },
    owns,
    leaseOf,
    deal() {
      for (const name of targets.keys()) begin(name)
    },
    polled: () =>
      [...own].flatMap((name): [string, Polled][] => {
        const polled = targets.get(name)?.polled()
        return polled ? [[name, polled]] : []
      }),
    learn(name, polled) {
      targets.get(name)?.learn(polled)
      changed.add(name)
    },
    learnPart(target, probe, part) {
      book.put(target, probe, part)
      changed.add(target)
    },
  }
}

const withParent = <T>(status: T, through: string | undefined): T => (through === undefined ? status : { ...status, through })
