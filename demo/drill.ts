import type { Fleet } from './fleet.ts'

/** A fault that can be put into the fleet. It takes itself away again after `lastsSeconds`, or when it is ended early. */
export type Drill = {
  name: string
  title: string
  does: string
  lookFor: string
  /** The rule that should speak. */
  rule: string
  lastsSeconds: number
  /** Puts the fault in; what it returns takes it away and cleans up. */
  start(fleet: Fleet): Promise<() => Promise<void>> | (() => Promise<void>)
}
