/** Keys a second that the probes of all targets of this process ask about together: each costs it some 10 µs. */
const KEYS_PER_SECOND = 8_000
/** Beside them for those that a bulk load has just come to: its keys may end together soon. */
const URGENT_PER_SECOND = 8_000
/** Who has not asked for so long leaves its share to the others. */
const AWAY_MS = 20_000
/** What may be saved up: as much as comes in this time, but one whole look at the least and at the most. */
const SAVED_S = 5
const SAVED_LEAST = 100
const SAVED_MOST = 1_000

type Member = { tokens: number; filledAt: number; askedAt: number }

/**
 * Fair sharing of one rate among all samples of keys of this process: a token bucket each, filled with an equal part. So what sampling costs does
 * not grow with the fleet: of few caches each is sampled as fast as its own probe wants, of thousands each more slowly.
 */
export class KeyShare {
  readonly #members = new Map<object, Member>()
  #sweptAt = Number.NEGATIVE_INFINITY
  #urgent: Member = { tokens: URGENT_PER_SECOND, filledAt: 0, askedAt: 0 }

  /** How many keys `member` may ask about now, of so many wanted: none until it is `least` of them, so that a round trip is worth it. */
  take(member: object, now: number, wanted: number, least: number): number {
    this.#sweep(now)
    const known = this.#members.get(member)
    const own = known ?? { tokens: 0, filledAt: now, askedAt: now }
    if (!known) this.#members.set(member, own)
    own.askedAt = now
    const perSecond = KEYS_PER_SECOND / this.#members.size
    if (!known) own.tokens = Math.min(SAVED_MOST, perSecond)
    fill(own, now, perSecond, Math.min(SAVED_MOST, Math.max(SAVED_LEAST, SAVED_S * perSecond)))
    const count = Math.min(wanted, Math.floor(own.tokens))
    if (count < Math.min(wanted, least)) return 0
    own.tokens -= count
    return count
  }

  /** The same for one that a bulk load has just come to: first come, first served. */
  takeUrgent(now: number, wanted: number): number {
    fill(this.#urgent, now, URGENT_PER_SECOND, URGENT_PER_SECOND)
    const count = Math.min(wanted, Math.floor(this.#urgent.tokens))
    this.#urgent.tokens -= count
    return count
  }

  /** So many of what was taken were not asked about. */
  giveBack(member: object, unused: number): void {
    const own = this.#members.get(member)
    if (own) own.tokens += unused
  }

  #sweep(now: number): void {
    if (now - this.#sweptAt < AWAY_MS / 4) return
    this.#sweptAt = now
    for (const [member, { askedAt }] of this.#members) if (now - askedAt > AWAY_MS) this.#members.delete(member)
  }
}

function fill(member: Member, now: number, perSecond: number, most: number): void {
  member.tokens = Math.min(most, member.tokens + (Math.max(0, now - member.filledAt) / 1_000) * perSecond)
  member.filledAt = now
}

/** The one of this process. */
export const keyShare = new KeyShare()
