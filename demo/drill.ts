import type { Fleet } from './fleet.ts'

/** A fault that can be injected into the fleet. It ends by itself after `lastsSeconds`, or earlier on request. */
export type Drill = {
  name: string
  title: string
  does: string
  lookFor: string
  /** The rule that should fire. */
  rule: string
  lastsSeconds: number
  /** Injects the fault; the function that it returns removes it and cleans up. */
  start(fleet: Fleet): Promise<() => Promise<void>> | (() => Promise<void>)
}
