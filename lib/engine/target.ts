import type { ClockStep } from '../model/clock.ts'
import type { Log } from '../model/log.ts'
import type { AnyProduct, Parsed, TargetConfig } from '../model/product.ts'
import type { Labels } from '../model/series.ts'
import type { Capability, Role, TargetState } from '../model/topology.ts'
import type { Clock } from './clock.ts'
import type { Health } from './health.ts'
import { PolledTarget } from './polledTarget.ts'
import type { ProbeStatus } from './probeStatus.ts'

export type TargetStatus = {
  name: string
  kind: string
  role?: Role
  labels?: Labels
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
  /** The target that it was discovered through. */
  through?: string
}

export type TargetOptions = {
  config: TargetConfig
  product: AnyProduct
  poll: { everyMs: number; timeoutMs: number }
  clock: Clock
  log: Log
  onRead(probe: string, parsed: Parsed, at: number, everyMs: number): void | Promise<void>
  onState(health: Health): void
  /** What `capabilities` answers may have changed. */
  onStatus(): void
}

/** What is known of a target by its polls, as one replica tells the others. */
export type Polled = Pick<TargetStatus, 'lastPollAt' | 'pollMs' | 'nextPollAt' | 'probes'> & { health: Health; capabilities: Capability[] }

export interface Target {
  readonly config: TargetConfig
  /** The product as registered, whatever its variant for this configuration. */
  readonly product: AnyProduct
  /** Begins to poll, or goes on where another replica has left off. */
  start(): void
  /** Polls no more: another replica does from now on. What it tells is `learn`ed. */
  rest(): void
  learn(polled: Polled): void
  /** What others are told; null while it is not polled here. */
  polled(): Polled | null
  stop(): Promise<void>
  pollNow(): Promise<void>
  health(): Health
  /** `probes`: with those of its probes, most of what it takes to make; default yes. */
  status(probes?: boolean): TargetStatus
  /** The machine that it runs on, by its address. Null where that is not told, or where it is read through others. */
  host(): string | null
  stepClock(step: ClockStep): void
  capabilities(): Capability[]
  readonly discovers: boolean
  discover(): Promise<TargetConfig[]>
}

/** A watched server: its link, the pollers of its probes, and its health. */
export function createTarget(options: TargetOptions): Target {
  return new PolledTarget(options)
}
