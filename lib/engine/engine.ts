import type { ClockStep } from '../model/clock.ts'
import type { Advisor, AnyDetector, DetectorSettings } from '../model/detector.ts'
import type { Bus } from '../model/events.ts'
import type { Log } from '../model/log.ts'
import { type AnyProduct, type Parsed, productFor, type TargetConfig } from '../model/product.ts'
import type { Step } from '../model/proposal.ts'
import type { Store } from '../model/store.ts'
import type { Capability, Edge, Topology } from '../model/topology.ts'
import type { SeriesWindow } from '../model/window.ts'
import { evaluateSpecs } from '../rings/evaluate.ts'
import { bounded } from './bounded.ts'
import { breathe } from './breathe.ts'
import { type Clock, systemClock } from './clock.ts'
import { createOwnership, ringReadings, SEEN_MS } from './derive.ts'
import { createFindings } from './findings.ts'
import { createJudge, type Rule, type RuleStatus } from './judge.ts'
import { createPropose } from './propose.ts'
import { createTarget, type Target, type TargetStatus } from './target.ts'
import { createTopologyBook } from './topology.ts'

export type { ProbeStatus } from './poller.ts'
export type { RuleStatus, TargetStatus }

export type EngineOptions = {
  targets: { config: TargetConfig; product: AnyProduct }[]
  edges: Edge[]
  poll: { everyMs: number; timeoutMs: number }
  /** By rule id. `settings` are those that the detector's schema parsed; a rule that is not named runs with its defaults. */
  rules: Record<string, { enabled?: boolean; settings?: DetectorSettings }>
  detectors: readonly AnyDetector[]
  advisors: readonly Advisor[]
  store: Store
  bus: Bus
  /** From lib/changes: exactly what a proposal would send. Throws for a setting that nobody can write. */
  describe(steps: readonly Step[]): { commands: string[]; costs?: string[] }
  /** From lib/changes: the change in flight on the same pool, ring, cache or policy. */
  inFlight?(steps: readonly Step[]): string | null
  /** From start: rules that compare with a learned normal stay silent. Default 60 s. */
  learningMs?: number
  tickMs?: number
  now?: () => number
  monotonic?: () => number
  /** Asked before each tick: the clock was set since. */
  checkClock?(): ClockStep | null
  random?: () => number
  setTimer?: Clock['setTimer']
  log: Log
}

export interface Engine {
  /** Starts polling and ticking. */
  start(): void
  /** Waits for polls in flight, with a limit, and closes every link. */
  stop(): Promise<void>
  /** Derive, judge, keep findings' lives, propose. Called by the engine's own timer after `start`; by hand in tests. */
  tick(): Promise<void>
  /**
   * Whether the clock was set since the last time, or since the run before; then the samples and all that holds a date move along, and the
   * bus tells. Each tick begins with it; call it before the first one where something is done before that.
   */
  noticeClock(): void
  /** Called after each tick of the engine's own timer; not waited for. Returns the way to stop. */
  onTick(listener: () => void | Promise<void>): () => void
  topology(): Topology
  window(spanMs: number): SeriesWindow
  targets(): TargetStatus[]
  /** Kind and configuration of a target, discovered ones too. */
  targetConfig(name: string): { kind: string; config: TargetConfig } | null
  /** Takes another configuration for a target of that name (a consent, say): its link is opened anew. */
  configure(config: TargetConfig): Promise<void>
  /** Polls that target's quick probes at once and resolves when they are read. */
  pollNow(target: string): Promise<void>
  judged(rule: string): RuleStatus
  /** Epoch ms of the last finished tick; null before the first. */
  tickedAt(): number | null
  learning(): boolean
  /** Why nothing is proposed for a finding, when an advisor said so. */
  noRemedy(finding: string): string | null
  /** Holds every open proposal against the live values at the next tick. */
  renewProposals(): void
}

const TICK_MS = 1_000
const LEARNING_MS = 60_000
/** Links are closed after this long, answered or not: a service manager waits 15 s. */
const STOP_MS = 3_000
const DISCOVER_MS = 10_000
/** Discovered targets come a moment after start: until then a finding about one of them is not about something gone. */
const SWEEP_AFTER_MS = 30_000
/** The last tick before an end may stand a little ahead of a clock that is slewed. */
const LAST_RUN_SLACK_MS = 2_000
/** Judging yields to polls and requests after this long. */
const BREATHE_MS = 15
/** Samples of one poll that are taken into the store without a breath: new series, the dearest, take about 10 µs each. */
const KEPT_AT_ONCE = 1_000

/** Polls, derives, judges, keeps findings' lives and proposes. Writes to no target. */
export function createEngine(options: EngineOptions): Engine {
  const { store, bus, log, poll } = options
  const clock: Clock = {
    now: options.now ?? systemClock.now,
    monotonic: options.monotonic ?? options.now ?? systemClock.monotonic,
    random: options.random ?? systemClock.random,
    setTimer: options.setTimer ?? systemClock.setTimer,
  }
  const tickMs = options.tickMs ?? TICK_MS
  const rules = options.detectors
    .filter((detector) => options.rules[detector.id]?.enabled !== false)
    .map((detector): Rule => ({ detector, settings: options.rules[detector.id]?.settings ?? detector.settings.parse({}) }))
  const running = new Set(rules.map((rule) => rule.detector.id))

  const book = createTopologyBook()
  const judge = createJudge(log)
  const findings = createFindings(store, bus)
  const propose = createPropose({
    advisors: options.advisors,
    store,
    bus,
    describe: options.describe,
    inFlight: options.inFlight ?? (() => null),
    log,
  })
  const owned = createOwnership((spec) => evaluateSpecs(spec).before.shares)
  const targets = new Map<string, Target>()
  /** Which target a discovered one was found through. */
  const foundBy = new Map<string, string>()
  const listeners = new Set<() => void | Promise<void>>()
  /** By the monotonic clock. */
  const startedAt = clock.monotonic()
  let begun = false
  let tickedAt: number | null = null
  let started = false
  let stopped = false
  let cancelTick: (() => void) | null = null
  let cancelDiscover: (() => void) | null = null
  let ticking: Promise<void> | null = null
  let shape: Topology | null = null

  for (const { config, product } of options.targets) add(config, product)

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
        shape = null
        bus.emit({ type: 'target', name, state: health.state })
      },
    })
    targets.set(name, target)
    shape = null
    return target
  }

  function keep(target: string, probe: string, parsed: Parsed, at: number, everyMs: number): void | Promise<void> {
    const { samples, records, topology, stepMs = everyMs } = bounded(parsed)
    book.put(target, probe, topology)
    shape = null
    if (records.length > 0) store.putRecords(target, records)
    if (samples.length > KEPT_AT_ONCE) return keepSlowly(target, at, samples, stepMs)
    if (samples.length > 0) store.append(target, at, samples, stepMs)
  }

  /** A large poll slice by slice: whoever calls meanwhile is served. */
  async function keepSlowly(target: string, at: number, samples: Parsed['samples'], stepMs: number) {
    for (let from = 0; from < samples.length && !stopped; from += KEPT_AT_ONCE) {
      store.append(target, at, samples.slice(from, from + KEPT_AT_ONCE), stepMs)
      await breathe()
    }
  }

  function topology(): Topology {
    if (shape) return shape
    const refused = store.refusedSeries()
    shape = book.read(
      [...targets.values()].map((target) => {
        const { state, since, error } = target.health()
        const { name, kind, role } = target.config
        return {
          name,
          kind,
          ...(role && { role }),
          state,
          since,
          ...(error && { error }),
          capabilities: [...target.capabilities(), ...seriesLeft(refused.get(name))],
        }
      }),
      options.edges,
    )
    return shape
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

  const window = (spanMs: number) => {
    const now = clock.now()
    return store.window(now - spanMs, now)
  }
  const learning = () => clock.monotonic() - startedAt < (options.learningMs ?? LEARNING_MS)

  /** One window for all rules of one span: they see the same now. */
  function windowsAt(now: number): (spanMs: number) => SeriesWindow {
    const windows = new Map<number, SeriesWindow>()
    return (spanMs) => {
      const known = windows.get(spanMs) ?? store.window(now - spanMs, now)
      windows.set(spanMs, known)
      return known
    }
  }

  function derive(now: number, shapeNow: Topology) {
    for (const [name, target] of targets) {
      const { state } = target.health()
      // Unknown is neither: a gap.
      if (state !== 'unknown') store.append(name, now, [{ metric: 'target_up', value: state === 'up' ? 1 : 0 }], tickMs)
    }
    for (const ring of shapeNow.rings) {
      const shares = owned(ring)
      if (shares) store.append(`ring:${ring.name}`, now, ringReadings(ring, shares, store.window(now - SEEN_MS, now)), tickMs)
    }
  }

  function noticeClock() {
    if (!begun) {
      begun = true
      const [last, now] = [store.lastRunAt(), clock.now()]
      // How long it was not running nobody knows, but not for less than no time.
      if (last !== null && last - now > LAST_RUN_SLACK_MS) stepClock({ at: now, byMs: now - last })
    }
    const step = options.checkClock?.()
    if (step) stepClock(step)
  }

  function stepClock(step: ClockStep) {
    for (const keeper of [store, findings, propose, ...targets.values()])
      try {
        keeper.stepClock(step)
      } catch (error) {
        log.error({ err: error }, 'after the clock was set, not all dates could be moved along')
      }
    if (tickedAt !== null) tickedAt += step.byMs
    shape = null
    bus.emit({ type: 'clock', step })
  }

  async function tickOnce() {
    noticeClock()
    const now = clock.now()
    const shapeNow = topology()
    derive(now, shapeNow)
    const windowOf = windowsAt(now)
    let breathedAt = performance.now()
    for (const rule of rules) {
      if (judge.rests(rule, performance.now())) continue
      findings.update(rule, judge.judge(rule, windowOf(rule.detector.needs.spanMs), shapeNow, learning()), now)
      if (performance.now() - breathedAt < BREATHE_MS) continue
      await breathe()
      breathedAt = performance.now()
    }
    if (clock.monotonic() - startedAt >= SWEEP_AFTER_MS) findings.sweep(shapeNow, running, now)
    propose.tick(findings.firing(), windowOf, shapeNow, now)
    store.tick(now)
    tickedAt = clock.now()
    bus.emit({ type: 'sample', at: now })
  }

  /** One tick at a time: who comes while one runs waits for it. */
  function tick(): Promise<void> {
    ticking ??= tickOnce().finally(() => {
      ticking = null
    })
    return ticking
  }

  function scheduleTick(ms: number) {
    if (stopped) return
    const dueAt = clock.monotonic() + ms
    cancelTick = clock.setTimer(async () => {
      await tick().catch((error: unknown) => log.error({ err: error }, 'a tick failed'))
      // Guards and notices need no whole tick. Whoever listens may talk to servers: no tick waits for that.
      for (const listener of listeners)
        Promise.resolve()
          .then(listener)
          .catch((error: unknown) => log.error({ err: error }, 'a listener failed'))
      scheduleTick(Math.max(0, tickMs - ((clock.monotonic() - dueAt) % tickMs)))
    }, ms)
  }

  async function discover() {
    for (const parent of [...targets.values()]) {
      const parentName = parent.config.name
      if (!parent.discovers || foundBy.has(parentName) || parent.health().state === 'down') continue
      try {
        const watched = addressesBeside(parentName)
        const found = (await parent.discover()).filter((config) => !watched.has(productFor(parent.product, config).address(config)))
        const names = new Set(found.map((config) => config.name))
        for (const config of found) {
          if (stopped || targets.has(config.name)) continue
          foundBy.set(config.name, parentName)
          add(config, parent.product).start()
        }
        for (const [child, of] of foundBy) if (of === parentName && !names.has(child)) await remove(child)
      } catch (error) {
        log.warn({ target: parentName, err: error }, 'discovery failed; what was found before stays')
      }
    }
  }

  /** Where everything is that was not discovered through this target: a server seen both ways is one target. */
  function addressesBeside(parent: string): Set<string> {
    const others = [...targets.values()].filter(({ config }) => config.name !== parent && foundBy.get(config.name) !== parent)
    return new Set(
      others.flatMap(({ config, product }) => {
        const { address, aliases } = productFor(product, config)
        return [address(config), ...(aliases?.(config) ?? [])]
      }),
    )
  }

  async function remove(name: string) {
    const target = targets.get(name)
    targets.delete(name)
    foundBy.delete(name)
    book.remove(name)
    shape = null
    await target?.stop()
  }

  function scheduleDiscover(ms: number) {
    if (stopped) return
    cancelDiscover = clock.setTimer(() => {
      discover().finally(() => scheduleDiscover(DISCOVER_MS))
    }, ms)
  }

  return {
    start() {
      if (started) return
      started = true
      for (const target of targets.values()) target.start()
      scheduleTick(tickMs)
      if ([...targets.values()].some((target) => target.discovers)) scheduleDiscover(tickMs)
    },
    async stop() {
      stopped = true
      cancelTick?.()
      cancelDiscover?.()
      const ends = Promise.allSettled([ticking, ...[...targets.values()].map((target) => target.stop())])
      let cancel = () => {}
      const limit = new Promise<void>((resolve) => {
        cancel = clock.setTimer(resolve, STOP_MS)
      })
      await Promise.race([ends, limit])
      cancel()
    },
    tick,
    noticeClock,
    onTick(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    topology,
    window,
    targets: () => [...targets.values()].map((target) => target.status()),
    targetConfig(name) {
      const target = targets.get(name)
      return target ? { kind: target.product.kind, config: target.config } : null
    },
    async configure(config) {
      const before = targets.get(config.name)
      if (!before) return
      const after = add(config, before.product)
      await before.stop()
      if (started && !stopped) after.start()
    },
    pollNow: async (name) => targets.get(name)?.pollNow(),
    judged(rule) {
      const status = judge.status(rule)
      const left = findings.left(rule)
      if (left === 0) return status
      const because = `${left.toLocaleString('en-US')} more are found and left out: a rule has at most 500 findings, and 500 new ones an hour`
      return { ...status, because: [because, ...status.because] }
    },
    tickedAt: () => tickedAt,
    learning,
    noRemedy: propose.noRemedy,
    renewProposals: propose.renew,
  }
}
