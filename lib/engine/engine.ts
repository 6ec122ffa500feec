import type { Advisor, AnyDetector, DetectorSettings } from '../model/detector.ts'
import type { Bus } from '../model/events.ts'
import type { Log } from '../model/log.ts'
import type { AnyProduct, TargetConfig } from '../model/product.ts'
import type { Step } from '../model/proposal.ts'
import type { Store } from '../model/store.ts'
import { type Edge, emptyTopology, type Role, type TargetState, type Topology } from '../model/topology.ts'
import type { SeriesWindow } from '../model/window.ts'

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
  describe(steps: readonly Step[]): { commands: string[] }
  /** From start: rules that compare with a learned normal stay silent. Default 60 s. */
  learningMs?: number
  tickMs?: number
  now?: () => number
  random?: () => number
  log: Log
}

/** One probe of one target, as the page shows it. */
export type ProbeStatus = {
  id: string
  feature: string
  everyMs: number
  cost: string
  lastAt: number | null
  lastMs: number | null
  state: 'ok' | 'gap' | 'resting' | 'unavailable' | 'waiting'
  because?: string
}

export type TargetStatus = {
  name: string
  kind: string
  role?: Role
  /** Product's name for the page, and where the target is, without secrets. */
  title: string
  address: string
  state: TargetState
  /** Epoch ms since when it is in that state. */
  stateSince: number
  error?: string
  lastPollAt: number | null
  pollMs: number | null
  /** Consecutive failures of the vital probe. */
  failures: number
  nextPollAt?: number
  probes: ProbeStatus[]
}

export type RuleStatus = { found: number; clear: number; unjudged: number; because: string[] }

export interface Engine {
  /** Starts polling and ticking. */
  start(): void
  /** Waits for polls in flight, with a limit, and closes every link. */
  stop(): Promise<void>
  /** Derive, judge, keep findings' lives, propose. Called by the engine's own timer after `start`; by hand in tests. */
  tick(): Promise<void>
  /** Called after each tick of the engine's own timer. */
  onTick(listener: () => void | Promise<void>): () => void
  topology(): Topology
  window(spanMs: number): SeriesWindow
  targets(): TargetStatus[]
  /** Polls that target's due and resting probes at once and resolves when they are read. */
  pollNow(target: string): Promise<void>
  judged(rule: string): RuleStatus
  /** Epoch ms of the last finished tick; null before the first. */
  tickedAt(): number | null
  learning(): boolean
  /** Why nothing is proposed for a finding, when an advisor said so. */
  noRemedy(finding: string): string | null
  /** Holds every open proposal against the live values now, instead of at the next tick. */
  renewProposals(): void
}

export function createEngine(options: EngineOptions): Engine {
  const now = options.now ?? Date.now
  let tickedAt: number | null = null
  return {
    start() {},
    async stop() {},
    async tick() {
      tickedAt = now()
    },
    onTick: () => () => {},
    topology: () => ({ ...emptyTopology(), edges: options.edges }),
    window: (spanMs) => options.store.window(now() - spanMs, now()),
    targets: () => [],
    async pollNow() {},
    judged: () => ({ found: 0, clear: 0, unjudged: 0, because: [] }),
    tickedAt: () => tickedAt,
    learning: () => false,
    noRemedy: () => null,
    renewProposals() {},
  }
}
