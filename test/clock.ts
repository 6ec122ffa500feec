import type { Clock } from '../lib/engine/clock.ts'

export type HandClock = Clock & {
  /** The wall clock, which a test may set; `now` is the steady date. */
  wall(): number
  set(byMs: number): void
  pass(ms: number): Promise<void>
}

/** A manual clock with timers. `pass` runs what falls due, in order, letting promises settle between. */
export function handClock(start: number): HandClock {
  let now = start
  let ahead = 0
  let timers: { at: number; run: () => void }[] = []
  let seed = 7
  const settle = async () => {
    for (let i = 0; i < 3; i++) await new Promise<void>((resolve) => setImmediate(resolve))
  }
  return {
    now: () => now,
    monotonic: () => now,
    wall: () => now + ahead,
    set(byMs) {
      ahead += byMs
    },
    // Park and Miller's generator: the same spread in every run.
    random: () => {
      seed = (seed * 48_271) % 2_147_483_647
      return seed / 2_147_483_647
    },
    setTimer(run, ms) {
      const timer = { at: now + ms, run }
      timers.push(timer)
      return () => {
        timers = timers.filter((other) => other !== timer)
      }
    },
    async pass(ms) {
      const until = now + ms
      await settle()
      for (;;) {
        const due = timers.filter((timer) => timer.at <= until).sort((a, b) => a.at - b.at)[0]
        if (!due) break
        timers = timers.filter((timer) => timer !== due)
        now = Math.max(now, due.at)
        due.run()
        await settle()
      }
      now = until
    },
  }
}
