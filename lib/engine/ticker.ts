import type { Log } from '../model/log.ts'
import type { Clock } from './clock.ts'

export type TickerOptions = { tick(): Promise<void>; everyMs: number; clock: Clock; log: Log }

/** The timer of the engine: a tick each `everyMs`, never two at once, in a rhythm that a slow tick does not shift. */
export interface Ticker {
  start(): void
  /** No more ticks; resolves when the one under way has ended. */
  stop(): Promise<void>
  /** One tick now; called during one, it resolves with that one. */
  tick(): Promise<void>
  /** Called after each tick of the timer; not waited for. Returns the way to stop. */
  onTick(listener: () => void | Promise<void>): () => void
}

export function createTicker({ tick, everyMs, clock, log }: TickerOptions): Ticker {
  const listeners = new Set<() => void | Promise<void>>()
  let underWay: Promise<void> | null = null
  let stopped = false
  let cancel = () => {}

  function tickOnce(): Promise<void> {
    underWay ??= tick().finally(() => {
      underWay = null
    })
    return underWay
  }

  function schedule(ms: number): void {
    if (stopped) return
    const dueAt = clock.monotonic() + ms
    cancel = clock.setTimer(async () => {
      await tickOnce().catch((error: unknown) => log.error({ err: error }, 'a tick failed'))
      // Guards and notices need no whole tick. Listeners may talk to servers: no tick waits for that.
      for (const listener of listeners)
        Promise.resolve()
          .then(listener)
          .catch((error: unknown) => log.error({ err: error }, 'a listener failed'))
      schedule(Math.max(0, everyMs - ((clock.monotonic() - dueAt) % everyMs)))
    }, ms)
  }

  return {
    start: () => schedule(everyMs),
    async stop() {
      stopped = true
      cancel()
      await underWay?.catch(() => {})
    },
    tick: tickOnce,
    onTick(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
