import type { KeySet } from './keySet.ts'

/** `active-expire-effort 1`: 20 keys a loop, and again while more than 10 % of them were over. */
const LOOP_KEYS = 20
const STALE_PERCENT = 10
/** The slow cycle runs `hz 10` times a second; the fast one, before each wait for clients, at most each 2 ms. */
const SLOW_MS = 100
const FAST_MS = 2
/** A slow cycle may take 25 ms of CPU, a fast one 1 ms; a loop of deletions takes about 5 µs. */
const SLOW_LOOPS = 5_000
const FAST_LOOPS = 200

/**
 * Redis's active expiry (activeExpireCycle of 7.0): keys with an expiry time are looked at bit by bit, round and round, and what is over
 * holds memory until then. It works by the second and not by the key, so that for a sample of the keys it runs that much more rarely.
 */
export class ActiveExpiry {
  readonly #rate: number
  #next: number
  #fastAt = Number.NEGATIVE_INFINITY
  #cursor = 0
  /** Percent of the keys looked at that were over, smoothed as the server does it: above the limit the fast cycle runs too. */
  #stale = 0

  /** `phase`, 0 to 1: where between two cycles time begins. */
  constructor(rate: number, phase: number) {
    this.#rate = rate
    this.#next = phase * (SLOW_MS / rate)
  }

  /** What the server has done by then to those keys. */
  advance(now: number, timed: KeySet, expireAt: Float64Array, remove: (key: number) => void): void {
    if (now >= this.#next) {
      const step = SLOW_MS / this.#rate
      // After a long silence one round through all keys has seen everything.
      const cycles = Math.min(Math.floor((now - this.#next) / step), Math.ceil(timed.size / LOOP_KEYS)) + 1
      this.#next = now - ((now - this.#next) % step)
      for (let back = cycles - 1; back >= 0; back--) this.#cycle(this.#next - back * step, SLOW_LOOPS, timed, expireAt, remove)
      this.#next += step
    } else if (this.#stale >= STALE_PERCENT && now >= this.#fastAt + FAST_MS / this.#rate) {
      this.#fastAt = now
      this.#cycle(now, FAST_LOOPS, timed, expireAt, remove)
    }
  }

  #cycle(now: number, loops: number, timed: KeySet, expireAt: Float64Array, remove: (key: number) => void): void {
    let seen = 0
    let over = 0
    for (let loop = 0; loop < loops && timed.size > 0; loop++) {
      const take = Math.min(LOOP_KEYS, timed.size)
      let found = 0
      for (let i = 0; i < take; i++) {
        if (this.#cursor >= timed.size) this.#cursor = 0
        const key = timed.members[this.#cursor]!
        if (now > expireAt[key]!) {
          remove(key)
          found++
        } else this.#cursor++
      }
      seen += take
      over += found
      if (Math.floor((found * 100) / take) <= STALE_PERCENT) break
    }
    if (seen > 0) this.#stale = this.#stale * 0.95 + ((over * 100) / seen) * 0.05
  }
}
