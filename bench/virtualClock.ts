import type { Clock } from '../lib/engine/clock.ts'

const TURN_MS = 10

/**
 * A clock that jumps to what is due next, and beside that goes on by this thread's own CPU time: a simulated fleet runs as fast as its work is done,
 * and takes as long for it as on a machine of its own, whatever else this one does.
 */
export class VirtualClock implements Clock {
  #base: number
  readonly #timers = new Map<number, Set<() => void>>()
  #cpuFrom = process.threadCpuUsage()
  #seed = 7
  /** The newest moment whose timers were run: one that is set meanwhile comes after it. */
  #ranTo: number

  constructor(start: number) {
    this.#base = start
    this.#ranTo = start
  }

  now = (): number => Math.floor(this.monotonic())

  monotonic = (): number => {
    const { user, system } = process.threadCpuUsage(this.#cpuFrom)
    return this.#base + (user + system) / 1_000
  }

  random(): number {
    this.#seed = (this.#seed * 48_271) % 2_147_483_647
    return this.#seed / 2_147_483_647
  }

  setTimer(run: () => void, ms: number): () => void {
    const at = Math.max(this.now() + Math.max(1, Math.ceil(ms)), this.#ranTo + 1)
    const due = this.#timers.get(at) ?? new Set()
    this.#timers.set(at, due)
    // A function of its own: two timers may run the same one.
    const own = () => run()
    due.add(own)
    return () => due.delete(own)
  }

  /** Lets so much time pass; what falls due runs in order. */
  async pass(ms: number): Promise<void> {
    const until = this.#base + ms
    while (this.#base < until) {
      const moment = Math.max(this.#base + 1, this.now())
      for (let at = this.#base + 1; at <= moment; at++) {
        const due = this.#timers.get(at)
        this.#timers.delete(at)
        this.#ranTo = at
        for (const run of due ?? []) run()
      }
      this.#cpuFrom = process.threadCpuUsage()
      this.#base = moment
      if (moment % TURN_MS === 0) await new Promise(setImmediate)
    }
  }
}
