import type { ClockStep } from '../model/clock.ts'
import type { Bus } from '../model/events.ts'
import type { Log } from '../model/log.ts'
import type { Store } from '../model/store.ts'
import type { Clock } from './clock.ts'

export type ClockStepsOptions = {
  store: Store
  clock: Clock
  /** Whether the clock was set since the last time. */
  check?(): ClockStep | null
  /** All that holds dates of its own. */
  holders: readonly { stepClock(step: ClockStep): void }[]
  bus: Bus
  log: Log
}

/** The last tick before an end may stand a little ahead of a clock that is slewed. */
const LAST_RUN_SLACK_MS = 2_000

/**
 * Notices steps of the clock: call it before each tick. Then the samples and all that holds a date move along, and the bus tells. The first
 * call also compares with the run before, which may have ended in a future that has not come yet.
 */
export function createClockSteps({ store, clock, check, holders, bus, log }: ClockStepsOptions): () => void {
  let first = true

  function move(step: ClockStep): void {
    for (const holder of [store, ...holders])
      try {
        holder.stepClock(step)
      } catch (error) {
        log.error({ err: error }, 'after the clock was set, not all dates could be moved along')
      }
    bus.emit({ type: 'clock', step })
  }

  return () => {
    if (first) {
      first = false
      const [last, now] = [store.lastRunAt(), clock.now()]
      // How long it was not running nobody knows, but not for less than no time.
      if (last !== null && last - now > LAST_RUN_SLACK_MS) move({ at: now, byMs: now - last })
    }
    const step = check?.()
    if (step) move(step)
  }
}
