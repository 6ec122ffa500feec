import type { WeeklyWindow } from './weeklyWindow.ts'

/** A freeze: until it ends, or is lifted, nothing new is applied. */
export type Freeze = {
  by: string
  reason: string
  /** Epoch ms, both. */
  at: number
  until: number
}

/** Limits of what may be applied, whoever asks. */
export type BrakeSettings = {
  /** New changes begin within one of these alone; none: at any time. */
  windows: readonly WeeklyWindow[]
  /** So many changes at most are in flight at once, over the whole fleet; null: no limit. */
  inFlightMax: number | null
  /** The part of the traffic of one pool or ring that may be moved within any hour, 0 to 1; null: no limit. */
  trafficPerHour: number | null
  /** What is of high risk is applied once a second person has approved it, within that time; null: nobody has to. */
  secondApprover: { withinMs: number } | null
}

/** The part of the traffic of one pool or ring that goes elsewhere, 0 to 1. `of`: the text of its ref. */
export type TrafficMoved = { of: string; share: number }

export const NO_BRAKES: BrakeSettings = { windows: [], inFlightMax: null, trafficPerHour: null, secondApprover: null }
