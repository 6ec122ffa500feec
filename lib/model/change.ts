import type { TrafficMoved } from './brakes.ts'
import type { Drill } from './drill.ts'
import type { Guard, Prediction, Step } from './proposal.ts'
import type { Committed } from './repository.ts'
import type { Labels } from './series.ts'
import type { SlowStart } from './slowStart.ts'

/** `awaiting`: committed to the repository that owns the settings, and not at the server yet. */
export type ChangeState = 'applying' | 'awaiting' | 'watching' | 'kept' | 'rolled_back' | 'failed'
export type ChangeVerdict = 'improved' | 'no_effect' | 'regressed' | 'unjudged'

/** `reversal` of a setting: exact (a weight), lossy (memory, TTL, a ring: something will not come back), none. */
export type Reversal = 'exact' | 'lossy' | 'none'

export type Measured = { before: number; after: number; low: number; high: number }

/** A value with the limits of its interval. */
export type Figure = { value: number; low: number; high: number }

/**
 * A control group: what is like the changed thing and not touched by the change (other pools, other shards), with its metric as it was right
 * before the write. What moves there too is not the change's doing.
 */
export type ControlGroup = { metric: string; where: Labels; before: Figure; siblings: { where: Labels; before: Figure }[] }

/** When a verdict was taken, of how long a watch, and why then. */
export type Judged = { afterMs: number; ofMs: number; because: string; siblings?: string }

export type JournalEntry = {
  at: number
  /** `intent` is written, and synced, before the write that it names. */
  what:
    | 'created'
    | 'intent'
    | 'written'
    | 'compensated'
    | 'awaiting'
    | 'watching'
    | 'guard'
    | 'measured'
    | 'kept'
    | 'rolled_back'
    | 'drift'
    | 'failed'
    | 'recovered'
    | 'note'
  text: string
  step?: Step
  by?: string
}

export type Change = {
  id: string
  state: ChangeState
  /** `before` is what the server held in the moment of the write. */
  steps: Step[]
  /** The labels that all its targets shared when it began. */
  labels?: Labels
  because: string
  proposal?: string
  finding?: string
  by: string
  /** The second person, where one had to approve it. */
  approvedBy?: string
  /** The request that this person has approved: it is carried out once, whatever becomes of the process that does it. */
  approval?: string
  at: number
  /** Epoch ms; set when the writes are done. */
  watchFrom?: number
  watchUntil?: number
  endedAt?: number
  reversal: Reversal
  prediction: Prediction | null
  guards: Guard[]
  /** Where servers come back into their pool: the weights that rise while the change is watched. */
  slowStart?: SlowStart
  /** Made by the autopilot: by which of its policies, and why. */
  autopilot?: { rule: string; because: string }
  /** Of a drill: it is put back when its time is over, whatever was measured. */
  drill?: Drill
  /** The change of a TTL after which it re-times the keys that were stored before. */
  follows?: string
  /** The course over a group of balancers that it is a part of. */
  course?: string
  /** Which part of the traffic of its pool or ring it moves, as predicted in the moment of the write. */
  moves?: TrafficMoved[]
  /** Where it was not written to a server, but committed to a repository. */
  committed?: Committed
  /** The commit that takes the other one back. */
  returned?: Committed
  /** The id of the long work that writes its steps: then they are done bit by bit while it is watched. */
  job?: string
  measured: Measured | null
  /** The predicted metric as it was measured right before the write, so that a new start can still judge. */
  baseline?: Figure
  /** One for the prediction and each guard that has siblings. */
  controls?: ControlGroup[]
  /** Set, durably, once it is to be rolled back: a roll-back that cannot reach its server is tried again. */
  rollingBack?: { by: string; at: number; because: string; automatic: boolean }
  verdict: ChangeVerdict | null
  judged?: Judged
  /** The verdict as a sentence with both numbers, or why it failed. */
  outcome?: string
  /** Set when a person should decide: kept but unjudged, drift. */
  needsPerson?: string
  /** Who has seen to what it left open when it failed. */
  seenTo?: string
  /** Commands that put back what it wrote, where Evenkeel itself may not: it was found in flight in observe mode. */
  undo?: string[]
  /** Commands that bring the rest of it about, where it was left half-way so. */
  finish?: string[]
  /** True when it was rolled back by itself. */
  automatic?: boolean
  journal: JournalEntry[]
}

/** Which state allows which verb: both the route and the button read this. */
export const changeCan = {
  keep: { states: ['watching'], otherwise: 'Only a change under watch can be kept.' },
  rollBack: { states: ['awaiting', 'watching', 'kept'], otherwise: 'Only a change that is awaited, watched or kept can be rolled back.' },
} as const satisfies Record<string, { states: readonly ChangeState[]; otherwise: string }>

export function canChange(verb: keyof typeof changeCan, state: ChangeState): boolean {
  return (changeCan[verb].states as readonly ChangeState[]).includes(state)
}

export const changeInFlight = (state: ChangeState) => state === 'applying' || state === 'awaiting' || state === 'watching'
