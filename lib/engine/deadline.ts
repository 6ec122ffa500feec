import type { Clock } from './clock.ts'

/** The error of a missed deadline. */
export class Late extends Error {
  constructor(ms: number) {
    super(`no answer within ${ms} ms`)
    this.name = 'Late'
  }
}

/** Number of deadlines after which a read that ignores its signal is abandoned, and its probe polls again. */
const GIVE_UP = 10
/** How far apart running reads are looked through. */
const SWEEP_MS = 50
/** A sweep that comes so much after the one before is late: the process did something else, and answers wait in their sockets. */
const LATE_MS = 2 * SWEEP_MS

interface Running {
  leftMs: number
  spared: boolean
  /** Where it stands among those of its sweep; -1: it has ended. */
  place: number
  expire(): void
}

/**
 * The deadlines of all running reads, counted down by one sweep. Time in which the event loop stood still is the process's and not the server's:
 * of it no more than `LATE_MS` counts, and what would end by a late sweep is ended by the next, after the sockets were read.
 */
class Sweep {
  readonly #clock: Clock
  /** No Set: V8 leaves each of its tables pointing to the next, so that one that has grown old keeps all reads of a fleet, and their answers. */
  readonly #running: Running[] = []
  #sweptAt = 0
  #sweeping = false
  readonly #wake = () => this.#sweep()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  add(running: Running): void {
    const now = this.#clock.monotonic()
    running.place = this.#running.push(running) - 1
    // The next sweep takes off what has passed since the last one.
    if (this.#sweeping) running.leftMs += now - this.#sweptAt
    else {
      this.#sweptAt = now
      this.#schedule()
    }
  }

  remove(running: Running): void {
    const { place } = running
    if (place < 0) return
    running.place = -1
    const last = this.#running.pop()!
    if (last === running) return
    this.#running[place] = last
    last.place = place
  }

  #schedule(): void {
    this.#sweeping = true
    let next = SWEEP_MS
    for (const { leftMs } of this.#running) next = Math.min(next, leftMs)
    this.#clock.setTimer(this.#wake, Math.max(1, next))
  }

  #sweep(): void {
    const now = this.#clock.monotonic()
    const passed = now - this.#sweptAt
    const late = passed > LATE_MS
    this.#sweptAt = now
    // From the end, as one that ends gives its place to the last.
    for (let i = this.#running.length - 1; i >= 0; i--) {
      const running = this.#running[i]!
      running.leftMs -= Math.min(passed, LATE_MS)
      if (running.leftMs > 0) continue
      if (late && !running.spared) running.spared = true
      else running.expire()
    }
    this.#sweeping = false
    if (this.#running.length > 0) this.#schedule()
  }
}

const sweeps = new WeakMap<Clock, Sweep>()

function sweepOf(clock: Clock): Sweep {
  let sweep = sweeps.get(clock)
  if (!sweep) {
    sweep = new Sweep(clock)
    sweeps.set(clock, sweep)
  }
  return sweep
}

/**
 * A deadline around one read. The signal asks the read to end after `ms`; the wait for it ends then whether it obeys or not.
 * `settled` resolves when the read itself has ended (or is given up), so that no second one is started beside it.
 */
export function withDeadline<T>(
  ms: number,
  clock: Clock,
  run: (signal: AbortSignal) => Promise<T>,
): { result: Promise<T>; settled: Promise<void> } {
  return new Deadline(ms, sweepOf(clock), run)
}

class Deadline<T> implements Running {
  readonly result: Promise<T>
  readonly settled: Promise<void>
  leftMs: number
  spared = false
  place = -1
  readonly #ms: number
  readonly #sweep: Sweep
  readonly #controller = new AbortController()
  readonly #reject: (error: unknown) => void
  readonly #settle: () => void
  #isLate = false

  constructor(ms: number, sweep: Sweep, run: (signal: AbortSignal) => Promise<T>) {
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    const settled = Promise.withResolvers<void>()
    this.result = promise
    this.settled = settled.promise
    this.leftMs = ms
    this.#ms = ms
    this.#sweep = sweep
    this.#reject = reject
    this.#settle = settled.resolve
    sweep.add(this)
    started(run, this.#controller.signal).then(
      (answer) => {
        this.#end()
        resolve(answer)
      },
      (error: unknown) => {
        this.#end()
        reject(error)
      },
    )
  }

  expire(): void {
    if (this.#isLate) {
      this.#end()
      return
    }
    this.#isLate = true
    this.leftMs = this.#ms * (GIVE_UP - 1)
    this.spared = false
    this.#reject(new Late(this.#ms))
    this.#controller.abort(new Late(this.#ms))
  }

  #end(): void {
    this.#sweep.remove(this)
    this.#settle()
  }
}

/** A read that throws before its first await is a failed read too. */
const started = async <T>(run: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> => run(signal)
