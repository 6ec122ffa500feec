import type { Dict } from './dict.ts'

/** `active-expire-effort 1`: 20 keys a loop, and again while more than 10 % of them were over. */
const LOOP_KEYS = 20
const STALE_PERCENT = 10
/** So many buckets for each key of a loop at the most: most of a table may be empty. */
const LOOP_BUCKETS = 20
/** A larger table that is less than 1 % full is left alone. */
const BUCKETS_SMALL = 4
/** `hz 10` times a second; a cycle may take 25 ms of CPU, a loop of deletions takes about 5 µs. */
const CYCLE_MS = 100
const CYCLE_LOOPS = 5_000

/**
 * Redis's active expiry (activeExpireCycle of 7.0): keys with an expiry time are looked at bit by bit, round and round, and what is over
 * holds memory until then. It works by the second and not by the key, so that for a sample of the keys it runs that much more rarely. The
 * fast cycle is left out: the server compares a share (0 to 1) with a percentage, so that it starts only after a cycle that ran out of time.
 */
export class ActiveExpiry {
  readonly #stepMs: number
  #next: number
  #cursor = 0
  #given = -1

  /** `phase`, 0 to 1: where between two cycles time begins. */
  constructor(rate: number, phase: number) {
    this.#stepMs = CYCLE_MS / rate
    this.#next = phase * this.#stepMs
  }

  /** What the server has done by then to those keys, of which so many were given since the beginning. */
  advance(now: number, given: number, timed: Dict, expireAt: Float64Array, remove: (key: number) => void): void {
    if (now < this.#next) return
    const behind = Math.floor((now - this.#next) / this.#stepMs)
    // Where requests are rare, one cycle for each key that is given is enough: it looks at twenty.
    if (behind > 0 && given === this.#given) return
    this.#given = given
    this.#cycle(now, timed, expireAt, remove)
    // After a long silence one round through all keys has seen everything.
    const due = Math.min(behind, Math.ceil(timed.size / LOOP_KEYS))
    this.#next = now - ((now - this.#next) % this.#stepMs) - (due - 1) * this.#stepMs
  }

  #cycle(now: number, timed: Dict, expireAt: Float64Array, remove: (key: number) => void): void {
    for (let loop = 0; loop < CYCLE_LOOPS && timed.size > 0; loop++) {
      if (timed.size * 100 < timed.buckets && timed.buckets > BUCKETS_SMALL) return
      const wanted = Math.min(LOOP_KEYS, timed.size)
      let seen = 0
      let over = 0
      for (let buckets = wanted * LOOP_BUCKETS; seen < wanted && buckets > 0; buckets--) {
        if (this.#cursor >= timed.buckets) this.#cursor = 0
        for (let key = timed.first(this.#cursor++); key >= 0; seen++) {
          const following = timed.after(key)
          if (now > expireAt[key]!) {
            remove(key)
            over++
          }
          key = following
        }
      }
      if (seen > 0 && Math.floor((over * 100) / seen) <= STALE_PERCENT) return
    }
  }
}
