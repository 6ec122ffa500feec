/** What INFO says of one run of the server, that own lookups are taken off; NaN: not told. */
type Counted = { runId: string; hits: number; misses: number; uptimeSeconds: number; earlier: number }
/** Lookups to take off a server's hits and misses. */
export type TakenOff = { hits: number; misses: number }

/** Lookups that sampling may have made before this process: its share of the clients' (lib/products/redis/lookups.ts), or one a second, and its boosts. */
const SHARE_MOST = 0.02
const EXTRA_MOST = 20_000

/** By address: what jobs of this process looked up on connections of their own. */
const beside = new Map<string, TakenOff>()

/** A job at this address has looked up so many keys that are there, and so many that are not. */
export function lookedUpBeside(address: string, hits: number, misses: number): void {
  beside.set(address, sum(beside.get(address), { hits, misses }))
}

const sum = (one: TakenOff | undefined, other: TakenOff): TakenOff => ({
  hits: (one?.hits ?? 0) + other.hits,
  misses: (one?.misses ?? 0) + other.misses,
})

/**
 * Bookkeeping of the lookups that sampling made itself, by what they found: Redis counts each as a hit or a miss that no application had.
 * Only our own are taken off, as they were answered; what others ask about keys is theirs.
 */
export class OwnLookups {
  /** Ends when the lookups under way have been answered, and never rejects; null: none are. */
  looking: Promise<void> | null = null
  private runId: string | null = null
  private own: TakenOff = { hits: 0, misses: 0 }
  /** What had been looked up when the server's counts began, or when this process first read them. */
  private origin: TakenOff = { hits: 0, misses: 0 }
  private earlier = 0
  /** The newest INFO's own counts, and what was left of them: within one run that never falls. */
  private before = { raw: { hits: 0, misses: 0 }, left: { hits: 0, misses: 0 } }

  private readonly address: string

  constructor(address: string) {
    this.address = address
  }

  /** So many were answered: of keys that are there, and of keys that are not. */
  answered(hits: number, misses: number): void {
    this.own = sum(this.own, { hits, misses })
  }

  /** INFO waits for this reading. */
  during<T>(reading: Promise<T>): Promise<T> {
    const looking = this.#settled(this.looking, reading).then(() => {
      if (this.looking === looking) this.looking = null
    })
    this.looking = looking
    return reading
  }

  /** Without their results: each would hold that of the one before it, and so all since the start. */
  async #settled(before: Promise<void> | null, reading: Promise<unknown>): Promise<void> {
    await before
    try {
      await reading
    } catch {
      // Its probe tells.
    }
  }

  /** Those that an INFO which is asked for now has counted already. */
  soFar(): TakenOff {
    return sum(beside.get(this.address), this.own)
  }

  /** What to take off the counts of an INFO; `own` as it was before INFO was asked for, `earlier` the lookups of our kind before this process. */
  takenOff(own: TakenOff, { runId, uptimeSeconds, earlier, ...told }: Counted): TakenOff {
    const { before } = this
    // One that is not told this time stands where it stood: it has not begun anew.
    const standing = runId === this.runId ? before.raw : { hits: 0, misses: 0 }
    const hits = Number.isNaN(told.hits) ? standing.hits : told.hits
    const misses = Number.isNaN(told.misses) ? standing.misses : told.misses
    if (runId !== this.runId || hits < before.raw.hits || misses < before.raw.misses) {
      // The first INFO, another run of the server, or CONFIG RESETSTAT: what it counts of us is among `earlier`.
      const plausible = earlier <= SHARE_MOST * (hits + misses) + uptimeSeconds + EXTRA_MOST
      this.earlier = runId === this.runId ? 0 : plausible ? Math.min(earlier, hits) : 0
      this.runId = runId
      this.origin = own
      this.before = { raw: { hits, misses }, left: { hits: hits - this.earlier, misses } }
      return { hits: this.earlier, misses: 0 }
    }
    // A server that does not count our lookups would have its own taken off.
    const left = {
      hits: Math.max(before.left.hits, hits - this.earlier - (own.hits - this.origin.hits)),
      misses: Math.max(before.left.misses, misses - (own.misses - this.origin.misses)),
    }
    this.before = { raw: { hits, misses }, left }
    return { hits: hits - left.hits, misses: misses - left.misses }
  }
}
