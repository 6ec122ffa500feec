/** Both clocks of this machine at one moment. */
type Moment = { monotonic: number; wall: number }

export type TrustOptions = {
  monotonic(): number
  /** The machine's own clock: it goes on while a virtual machine is suspended, where the monotonic one may stand still. */
  wall(): number
  /** For how long after a renewal this replica relies on its lease: shorter than the lease itself by more than one write takes. */
  forMs: number
}

/**
 * How far a replica may rely on its lease. `held`: nobody else can have it yet. `unknown`: it has run out by this machine's clocks and the database has not
 * answered since (a process that was stopped wakes up so). `away`: it has run out, and the database could not be asked since then.
 */
export type TrustState = 'held' | 'unknown' | 'away'

/**
 * The holder's view of its lease, by its own clocks. It is reckoned from the moment in which the renewal was asked for, never from that of the
 * answer: the database may have begun the lease at any moment in between.
 */
export interface Trust {
  /** A renewal begins: the answer calls `renewed`, its failure `failed`. */
  ask(): { renewed(): void; failed(): void }
  /** It was given back, or taken by another. */
  drop(): void
  state(): TrustState
  /** Whether it is held, and will be for at least so long: what begins now can end under it. */
  lasts(ms: number): boolean
}

export function createTrust({ monotonic, wall, forMs }: TrustOptions): Trust {
  let renewed: Moment | null = null
  /** The newest failure of a renewal that was begun when the lease was not held any more. */
  let failed = false
  const now = (): Moment => ({ monotonic: monotonic(), wall: wall() })
  const left = () => {
    if (!renewed) return Number.NEGATIVE_INFINITY
    const at = now()
    // Whichever of the two has gone further: a clock that was set ahead only costs one renewal.
    return forMs - Math.max(at.monotonic - renewed.monotonic, at.wall - renewed.wall)
  }
  return {
    ask() {
      const begun = now()
      const heldAtBegin = left() > 0
      return {
        renewed() {
          renewed = begun
          failed = false
        },
        failed() {
          if (!heldAtBegin) failed = true
        },
      }
    },
    drop() {
      renewed = null
      failed = false
    },
    state() {
      if (left() > 0) return 'held'
      return failed ? 'away' : 'unknown'
    },
    lasts: (ms) => left() > ms,
  }
}
