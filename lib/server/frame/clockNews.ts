import { clockStepText } from '../../format/clockStep.ts'
import type { ClockStep } from '../../model/clock.ts'
import type { Bus } from '../../model/events.ts'
import type { Log } from '../../model/log.ts'

/** How long the page shows a step of the clock. */
const NEWS_MS = 3_600_000

export interface ClockNews {
  /** The newest step of the clock within the last hour, or null. */
  newest(): ClockStep | null
}

/** Tells of each step of the clock once, and remembers the newest: what happened in that hour is to be read with it in mind. */
export function createClockNews({ bus, log, monotonic }: { bus: Bus; log: Log; monotonic(): number }): ClockNews {
  let last: { step: ClockStep; heardAt: number } | null = null
  bus.on((event) => {
    if (event.type !== 'clock') return
    const { step } = event
    last = { step, heardAt: monotonic() }
    log.warn({ bySeconds: step.byMs / 1_000 }, `${clockStepText(step)}; samples, watches and notices go on`)
  })
  return {
    newest: () => (last && monotonic() - last.heardAt < NEWS_MS ? last.step : null),
  }
}
