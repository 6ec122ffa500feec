import { SAMPLES_PER_SECOND } from '../model/limits.ts'
import type { Probe } from '../model/product.ts'

/** A product's rhythm of a second or less is "as often as the configuration polls"; a slower one is its own. */
const BASE_MS = 1_000
/** An answer over the size cap is not asked for at the usual rhythm: each try costs the server what is then thrown away. */
const LARGE_RETRY_MS = 300_000

/** The rate limit of one probe: how far apart its polls are, by how much one answer holds. */
export class Rhythm {
  readonly everyMs: number
  readonly #isBurst: boolean
  /** Whether the newest answer was over the size cap. */
  large = false
  #samples = 0

  constructor(probe: Probe<unknown, unknown>, poll: { everyMs: number }) {
    this.#isBurst = probe.timeoutMs !== undefined
    this.everyMs = probe.everyMs <= BASE_MS ? poll.everyMs : Math.max(probe.everyMs, poll.everyMs)
  }

  answered(samples: number): void {
    this.large = false
    this.#samples = samples
  }

  /** A poll of very many samples is made less often, in whole seconds so that its rhythm holds still. */
  get ms(): number {
    return Math.max(this.everyMs, 1_000 * Math.ceil(this.#samples / SAMPLES_PER_SECOND))
  }

  /** Why its polls are further apart than usual. */
  get because(): string | undefined {
    if (this.ms <= this.everyMs) return undefined
    return `one answer holds ${this.#samples.toLocaleString('en-US')} values: it is read each ${this.ms / 1000} s`
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
