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
  /** Injects the fault; the function that it returns removes it and cleans up. `size` is how large it is where that can differ; 1: as `does` says. */
  start(fleet: Fleet, size?: number): Promise<() => Promise<void>> | (() => Promise<void>)
}
