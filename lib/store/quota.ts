import { NEW_SERIES_HOURLY, SERIES_MAX } from '../model/limits.ts'

const HOUR = 3_600_000
/** A refusal is reported for this long after its poll. */
const REPORTED_MS = 60_000

/** How many series are kept of one target at a time, and how many new ones it may bring. */
export type QuotaOptions = { most?: number; hourly?: number }

type Account = {
  /** Series in memory. */
  held: number
  /** New series that are still allowed, as of `at`. */
  tokens: number
  at: number
  /** The poll of which a series was last refused, and how many. */
  refusedAt: number
  refused: number
}

/**
 * A token bucket of new series for each target, and a bound on those that are held: a server whose names change each second would fill memory
 * and disk without end. Counts by the target's name; a clock that is set back adds no tokens.
 */
export class SeriesQuota {
  readonly #most: number
  readonly #hourly: number
  readonly #accounts = new Map<string, Account>()

  constructor({ most = SERIES_MAX, hourly = NEW_SERIES_HOURLY }: QuotaOptions = {}) {
    this.#most = most
    this.#hourly = hourly
  }

  /** True when one more series may begin; else it is counted as left out of the poll at that moment. */
  allows(target: string, at: number): boolean {
    const account = this.#of(target, at)
    account.tokens = Math.min(this.#most, account.tokens + (Math.max(0, at - account.at) / HOUR) * this.#hourly)
    account.at = at
    if (account.held < this.#most && account.tokens >= 1) {
      return true
    }
    if (at !== account.refusedAt) account.refused = 0
    account.refused++
    account.refusedAt = at
    return false
  }

  /** It has begun. */
  spend(target: string, at: number): void {
    this.#of(target, at).tokens--
  }

  /** A series is in memory now, new or known from before. */
  hold(target: string, at: number): void {
    this.#of(target, at).held++
  }

  /** It is no longer. */
  release(target: string): void {
    const account = this.#accounts.get(target)
    if (account) account.held = Math.max(0, account.held - 1)
  }

  /** Targets that had series refused of late: how many of their newest answer, and why. */
  refused(at: number): Map<string, { series: number; because: string }> {
    const out = new Map<string, { series: number; because: string }>()
    for (const [target, { refused, refusedAt, held }] of this.#accounts) {
      if (refused === 0 || at - refusedAt > REPORTED_MS) continue
      const because =
        held >= this.#most
          ? `more than ${this.#most.toLocaleString('en-US')} series of one target are not kept`
          : `its names change faster than ${this.#hourly.toLocaleString('en-US')} new series an hour`
      out.set(target, { series: refused, because })
    }
    return out
  }

  #of(target: string, at: number): Account {
    let account = this.#accounts.get(target)
    if (!account) {
      account = { held: 0, tokens: this.#most, at, refusedAt: Number.NEGATIVE_INFINITY, refused: 0 }
      this.#accounts.set(target, account)
    }
    return account
  }
}
