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

type Running = { leftMs: number; spared: boolean; expire(): void }

/**
 * The deadlines of all running reads, counted down by one sweep. Time in which the event loop stood still is the process's and not the server's:
 * of it no more than `LATE_MS` counts, and what would end by a late sweep is ended by the next, after the sockets were read.
 */
class Sweep {
  readonly #clock: Clock
  readonly #running = new Set<Running>()
  #sweptAt = 0
  #sweeping = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  add(running: Running): void {
    const now = this.#clock.monotonic()
    this.#running.add(running)
    // The next sweep takes off what has passed since the last one.
    if (this.#sweeping) running.leftMs += now - this.#sweptAt
    else {
      this.#sweptAt = now
      this.#schedule()
    }
  }

  remove(running: Running): void {
    this.#running.delete(running)
  }

  #schedule(): void {
    this.#sweeping = true
    let next = SWEEP_MS
    for (const { leftMs } of this.#running) next = Math.min(next, leftMs)
    this.#clock.setTimer(() => this.#sweep(), Math.max(1, next))
  }

  #sweep(): void {
    const now = this.#clock.monotonic()
    const passed = now - this.#sweptAt
    const late = passed > LATE_MS
    this.#sweptAt = now
    for (const running of this.#running) {
      running.leftMs -= Math.min(passed, LATE_MS)
      if (running.leftMs > 0) continue
      if (late && !running.spared) running.spared = true
      else running.expire()
    }
    this.#sweeping = false
    if (this.#running.size > 0) this.#schedule()
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
  const sweep = sweepOf(clock)
  const controller = new AbortController()
  const { promise: settled, resolve: settle } = Promise.withResolvers<void>()
  const result = new Promise<T>((resolve, reject) => {
    const running: Running = {
      leftMs: ms,
      spared: false,
      expire() {
        Object.assign(running, { leftMs: ms * (GIVE_UP - 1), spared: false, expire: end })
        reject(new Late(ms))
        controller.abort(new Late(ms))
      },
    }
    const end = () => {
      sweep.remove(running)
      settle()
    }
    sweep.add(running)
    started(run, controller.signal).then(
      (answer) => {
        end()
        resolve(answer)
      },
      (error: unknown) => {
        end()
        reject(error)
      },
    )
  })
  return { result, settled }
}

/** A read that throws before its first await is a failed read too. */
const started = async <T>(run: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> => run(signal)
