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
  /** A binary heap by `dueAt`. */
  readonly #queue: Beating[] = []
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
    this.#put(beating, this.#queue.length)
    this.#rise(beating)
    if (beating.dueAt < this.#wakesAt) this.#arm()
  }

  remove(beating: Beating): void {
    const { place } = beating
    if (place < 0) return
    beating.place = -1
    const last = this.#queue.pop()!
    if (last !== beating) {
      this.#put(last, place)
      this.#rise(last)
      this.#sink(last)
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

  #put(beating: Beating, place: number): void {
    this.#queue[place] = beating
    beating.place = place
  }

  #rise(beating: Beating): void {
    while (beating.place > 0) {
      const place = (beating.place - 1) >> 1
      const above = this.#queue[place]!
      if (above.dueAt <= beating.dueAt) return
      this.#put(above, beating.place)
      this.#put(beating, place)
    }
  }

  #sink(beating: Beating): void {
    for (;;) {
      const first = 2 * beating.place + 1
      const [left, right] = [this.#queue[first], this.#queue[first + 1]]
      const below = left && right && right.dueAt < left.dueAt ? right : left
      if (!below || below.dueAt >= beating.dueAt) return
      const { place } = below
      this.#put(below, beating.place)
      this.#put(beating, place)
    }
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
