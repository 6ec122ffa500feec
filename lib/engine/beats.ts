import type { Clock } from './clock.ts'

/**
 * So long beats that are due run in one turn of the event loop: after a late turn hundreds are due, and requests would wait for all of them and for what
 * is answered to them, which takes several times as long.
 */
const SLICE_MS = 4

/** What is to be run at a moment, by the monotonic clock. */
export interface Beating {
  dueAt: number
  /** Where it stands in the queue; -1: it does not. */
  place: number
  beat(): void
}

/**
 * The priority queue of all beats by one clock, with one timer for the next of them: a timer for each probe of thousands of targets would be a
 * heap of objects that are made anew at each beat.
 */
export class Beats {
  readonly #clock: Clock
  /** A heap by `dueAt`, in which each has four below it: half as deep as one of two, and to move one of tens of thousands reads from all over memory. */
  readonly #queue: Beating[] = []
  /** Their `dueAt`, side by side: most comparisons need nothing else. */
  #times = new Float64Array(64)
  #cancel: (() => void) | null = null
  /** For which moment the timer is set. */
  #wakesAt = Number.POSITIVE_INFINITY
  readonly #wake = () => this.#run()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Runs `beating` at its `dueAt`, once. */
  add(beating: Beating): void {
    if (beating.place >= 0) this.remove(beating)
    if (this.#queue.length === this.#times.length) {
      const times = new Float64Array(2 * this.#times.length)
      times.set(this.#times)
      this.#times = times
    }
    this.#rise(beating, beating.dueAt, this.#queue.length)
    if (beating.dueAt < this.#wakesAt) this.#arm()
  }

  remove(beating: Beating): void {
    const { place } = beating
    if (place < 0) return
    beating.place = -1
    const last = this.#queue.pop()!
    if (last !== beating) {
      const time = this.#times[this.#queue.length]!
      if (place > 0 && this.#times[(place - 1) >> 2]! > time) this.#rise(last, time, place)
      else this.#sink(last, time, place)
    }
    if (this.#queue.length === 0) this.#disarm()
  }

  #run(): void {
    const began = this.#clock.monotonic()
    // Timers count whole milliseconds and may be a little early.
    const until = Math.max(began, this.#wakesAt)
    this.#disarm()
    // What is added meanwhile waits for the end of this run.
    this.#wakesAt = Number.NEGATIVE_INFINITY
    try {
      for (let next = this.#queue[0]; next && next.dueAt <= until; next = this.#queue[0]) {
        this.remove(next)
        next.beat()
        if (this.#clock.monotonic() - began >= SLICE_MS) break
      }
    } finally {
      this.#arm()
    }
  }

  #arm(): void {
    this.#disarm()
    const next = this.#queue[0]
    if (!next) return
    this.#wakesAt = next.dueAt
    this.#cancel = this.#clock.setTimer(this.#wake, Math.max(0, next.dueAt - this.#clock.monotonic()))
  }

  #disarm(): void {
    this.#cancel?.()
    this.#cancel = null
    this.#wakesAt = Number.POSITIVE_INFINITY
  }

  #put(beating: Beating, time: number, place: number): void {
    this.#queue[place] = beating
    this.#times[place] = time
    beating.place = place
  }

  /** Puts it at a free place, or above. */
  #rise(beating: Beating, time: number, free: number): void {
    let place = free
    while (place > 0) {
      const above = (place - 1) >> 2
      if (this.#times[above]! <= time) break
      this.#put(this.#queue[above]!, this.#times[above]!, place)
      place = above
    }
    this.#put(beating, time, place)
  }

  /** Puts it at a free place, or below. */
  #sink(beating: Beating, time: number, free: number): void {
    let place = free
    for (;;) {
      let [least, below] = [time, -1]
      const end = Math.min(4 * place + 5, this.#queue.length)
      for (let child = 4 * place + 1; child < end; child++) {
        if (this.#times[child]! >= least) continue
        least = this.#times[child]!
        below = child
      }
      if (below < 0) break
      this.#put(this.#queue[below]!, least, place)
      place = below
    }
    this.#put(beating, time, place)
  }
}

const all = new WeakMap<Clock, Beats>()

/** The one of all who share this clock. */
export function beatsOf(clock: Clock): Beats {
  let beats = all.get(clock)
  if (!beats) {
    beats = new Beats(clock)
    all.set(clock, beats)
  }
  return beats
}
