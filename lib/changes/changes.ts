import type { Reversal } from '../model/change.ts'
import { EvenkeelError } from '../model/error.ts'
import type { Bus } from '../model/events.ts'
import type { Log } from '../model/log.ts'
import type { AnyActuator } from '../model/product.ts'
import type { Setting, Step } from '../model/proposal.ts'
import type { Store } from '../model/store.ts'
import type { Topology } from '../model/topology.ts'
import type { SeriesWindow } from '../model/window.ts'

export type WatchSettings = {
  /** Longest watch of weights, rings and caches' settings. Default 120 s, never more. */
  watchMs: number
  /** History before the write that the effect is held against. Default 60 s. */
  beforeMs: number
  /** Least time of settled traffic before a verdict. Default 20 s. */
  measureMs: number
  /** How long one read or write of a setting may take. Default 3 s. */
  deadlineMs: number
}

export type ChangesOptions = {
  store: Store
  actuators: readonly AnyActuator[]
  /** Kind and configuration of a target, `ring:NAME` and `ttl:NAME` too; null when there is none of that name. */
  targetConfig(name: string): { kind: string; config: unknown } | null
  window(spanMs: number): SeriesWindow
  topology(): Topology
  mode(): 'observe' | 'tune'
  bus: Bus
  now?: () => number
  log: Log
  settings?: Partial<WatchSettings>
  /** So that the picture of a target is fresh right after a write. */
  pollNow?(target: string): Promise<void>
}

/** What a set of steps means before it is applied. */
export type Description = {
  /** Exactly what will be sent. */
  commands: string[]
  /** The weakest of the steps' reversals. */
  reversal: Reversal
  /** What a roll-back would not bring back, a sentence a kind of setting. */
  lost: string[]
  persistence: string[]
  /** Settings of one group share one change in flight: `pool:edge/app`, `ring:products`. */
  groups: string[]
}

/** `change` is null for a dry run. */
export type Applied = { change: string | null; steps: Step[]; commands: string[] }

export type OwnChange = { steps: { setting: Setting; after: string }[]; because: string }

export interface Changes {
  /** Throws `not_found` or `invalid` naming the step, as applying would. */
  describe(steps: readonly Step[]): Description
  /** Resolves when the writes are done and the watch has begun. Throws `not_found`, `read_only`, `busy`, `drift`, `stale`, `not_followed`. */
  apply(proposal: string, by: string, options?: { dryRun?: boolean }): Promise<Applied>
  create(own: OwnChange, by: string, options?: { dryRun?: boolean }): Promise<Applied>
  rollBack(id: string, by: string): Promise<void>
  keep(id: string, by: string): Promise<void>
  /** The change in flight on the same pool, ring, cache or policy, or null. */
  inFlight(steps: readonly { setting: Setting }[]): string | null
  /** After each engine tick: guards, verdicts, ends of watches. */
  tick(): Promise<void>
  /** Once at start, before the first tick: finishes or undoes what a crash left half-way. */
  recover(): Promise<void>
}

export function createChanges(_options: ChangesOptions): Changes {
  const absent = () => new EvenkeelError('unavailable', 'Changes are not ready yet.')
  return {
    describe: () => ({ commands: [], reversal: 'none', lost: [], persistence: [], groups: [] }),
    apply: () => Promise.reject(absent()),
    create: () => Promise.reject(absent()),
    rollBack: () => Promise.reject(absent()),
    keep: () => Promise.reject(absent()),
    inFlight: () => null,
    async tick() {},
    async recover() {},
  }
}
