import { SAMPLES_PER_SECOND } from '../model/limits.ts'
import type { Probe } from '../model/product.ts'

/** A product's rhythm of a second or less is "as often as the configuration polls"; a slower one is its own. */
const BASE_MS = 1_000
/** An answer over the size cap is not asked for at the usual rhythm: each try costs the server what is then thrown away. */
const LARGE_RETRY_MS = 300_000

/** `large`: the newest answer was over the size cap. */
type Newest = { samples: number; large: boolean }
const SMALL: Newest = { samples: 0, large: false }

/** By how often they poll, bursts and others: one object for all pollers whose answers are small. */
const usual = new Map<number, { bursts: Rhythm; others: Rhythm }>()

/** The rate limit of one probe: how far apart its polls are, by how much one answer holds. A value: after an answer it is another one, or the same. */
export class Rhythm {
  readonly everyMs: number
  readonly #isBurst: boolean
  readonly #newest: Newest

  private constructor(everyMs: number, isBurst: boolean, newest = SMALL) {
    this.everyMs = everyMs
    this.#isBurst = isBurst
    this.#newest = newest
  }

  /** Before any answer. */
  static of({ everyMs, timeoutMs }: Pick<Probe<unknown, unknown>, 'everyMs' | 'timeoutMs'>, poll: { everyMs: number }): Rhythm {
    return Rhythm.#usual(everyMs <= BASE_MS ? poll.everyMs : Math.max(everyMs, poll.everyMs), timeoutMs !== undefined)
  }

  static #usual(everyMs: number, isBurst: boolean): Rhythm {
    let known = usual.get(everyMs)
    if (!known) {
      known = { bursts: new Rhythm(everyMs, true), others: new Rhythm(everyMs, false) }
      usual.set(everyMs, known)
    }
    return isBurst ? known.bursts : known.others
  }

  /** After an answer of so many samples. */
  answered(samples: number): Rhythm {
    const { large, samples: before } = this.#newest
    return this.#after(msOf(samples) <= this.everyMs ? SMALL : large || samples !== before ? { samples, large: false } : this.#newest)
  }

  /** After a poll that failed; `large`: as its answer was over the size cap. */
  failed(large: boolean): Rhythm {
    const { samples } = this.#newest
    return this.#after(large === this.large ? this.#newest : large || msOf(samples) > this.everyMs ? { samples, large } : SMALL)
  }

  #after(newest: Newest): Rhythm {
    if (newest === this.#newest) return this
    return newest === SMALL ? Rhythm.#usual(this.everyMs, this.#isBurst) : new Rhythm(this.everyMs, this.#isBurst, newest)
  }

  /** Whether the newest answer was over the size cap. */
  get large(): boolean {
    return this.#newest.large
  }

  /** A poll of very many samples is made less often, in whole seconds so that its rhythm holds still. */
  get ms(): number {
    return Math.max(this.everyMs, msOf(this.#newest.samples))
  }

  /** Why its polls are further apart than usual. */
  get because(): string | undefined {
    if (this.ms <= this.everyMs) return undefined
    return `one answer holds ${this.#newest.samples.toLocaleString('en-US')} values: it is read each ${this.ms / 1000} s`
  }

  /** How long until the next poll. */
  delayMs(): number {
    return this.large ? Math.max(this.everyMs, LARGE_RETRY_MS) : this.ms
  }

  /**
   * How long until its first poll, where the vital probe is polled each `every` and next in `beat`: at one of its beats what is asked as often, and of
   * a product whose commands share one connection whatever is asked at multiples of that rhythm; else at a moment of its `own`.
   */
  turnWith({ every, beat, own, pipelined }: { every: number; beat: number; own: number; pipelined: boolean }): number {
    if (this.everyMs === every) return beat
    // Bursts are no answers of a moment; and of a slow rhythm the next beat is far away.
    if (!pipelined || this.#isBurst || this.everyMs % every !== 0 || every > BASE_MS) return own
    return beat + every * Math.floor(own / every)
  }
}

const msOf = (samples: number): number => 1_000 * Math.ceil(samples / SAMPLES_PER_SECOND)
