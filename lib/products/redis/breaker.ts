import { median } from '../../math/robust.ts'

/** Of the server's answers, in a row, and over what is usual without it. */
const SLOW_ANSWERS = 5
const SLOW_LEAST_MS = 20
const SLOW_TIMES = 5
const USUAL_ANSWERS = 20
const USUAL_LEAST = 3
const [REST_MS, REST_MOST_MS] = [60_000, 900_000]
/** After so long without a stop the next rest is a short one again. */
const PROVED_MS = 600_000

/**
 * A circuit breaker for sampling that costs the server something with every command of its clients: it opens when the server answers more slowly
 * with the sampling than without, and stays open twice as long each time. Times are by the monotonic clock.
 */
export class Breaker {
  #usual: number[] = []
  #slow = 0
  #since: number | null = null
  #restMs = REST_MS
  #until = Number.NEGATIVE_INFINITY
  #because = ''

  /** The server has answered in so many ms while it was not sampled. */
  without(ms: number): void {
    this.#usual = [ms, ...this.#usual].slice(0, USUAL_ANSWERS)
  }

  /** It has answered in so many ms while it was sampled: a reason to stop, or null. */
  with(ms: number, now: number): string | null {
    this.#since ??= now
    const usual = median(this.#usual) ?? 0
    this.#slow = ms > Math.max(SLOW_LEAST_MS, SLOW_TIMES * usual) ? this.#slow + 1 : 0
    return this.#slow >= SLOW_ANSWERS ? `the server answers in ${Math.round(ms)} ms, without it in ${usual.toFixed(1)} ms` : null
  }

  /** It is known how fast the server answers without the sampling. */
  get ready(): boolean {
    return this.#usual.length >= USUAL_LEAST
  }

  /** Opens. */
  rest(because: string, now: number): void {
    if (this.#since !== null && now - this.#since > PROVED_MS) this.#restMs = REST_MS
    this.#since = null
    this.#slow = 0
    this.#because = because
    this.#until = now + this.#restMs
    this.#restMs = Math.min(REST_MOST_MS, this.#restMs * 2)
  }

  /** Why nothing is sampled now; null when it may be. */
  resting(now: number): string | null {
    return now < this.#until ? `it stopped and rests for ${Math.ceil((this.#until - now) / 60_000)} min: ${this.#because}` : null
  }
}
