import { performance as loop } from 'node:perf_hooks'

/** Keys a second that the probes of all targets of this process ask about together, in the long run: each costs it 12 to 16 µs. */
const KEYS_PER_SECOND = 2_400
/** The same while something is saved up: the first samples of some twenty caches are as quick as their probes want. */
const BURST_PER_SECOND = 8_000
/** What is saved up at most, and from how much on it is spent again. */
const BURST_MOST = 100_000
const BURST_AGAIN = 50_000
/** While the process cannot keep up with anything else: samples are what can wait. */
const BUSY_PER_SECOND = 600
/** Part of the time in which its event loop had something to do, from which it cannot; looked at this often. */
const BUSY_FROM = 0.97
const BUSY_EVERY_MS = 2_000
/** Beside them for those that a bulk load has just come to: its keys may end together soon. */
const URGENT_PER_SECOND = 8_000
/** Who has not asked for so long leaves its share to the others. */
const AWAY_MS = 20_000
/** What one may save up: as much as comes in this time, but one whole look at the least and at the most. */
const SAVED_S = 5
const SAVED_LEAST = 100
const SAVED_MOST = 1_000

type Bucket = { tokens: number; filledAt: number }
type Member = Bucket & { askedAt: number; weight: number }

/** What one asks for: so many keys, none until it is `least` of them, so that a round trip is worth it. Its share is by its weight among all. */
export type Wanted = { keys: number; least: number; weight: number }

/**
 * Weighted fair sharing of one rate among all samples of keys of this process: a token bucket each, and one of the whole that allows a higher rate
 * at first. So what sampling costs does not grow with the fleet: of few caches each is sampled as fast as its own probe wants, of thousands more slowly.
 */
export class KeyShare {
  readonly #members = new Map<object, Member>()
  #weights = 0
  #sweptAt = Number.NEGATIVE_INFINITY
  readonly #saved: Bucket = { tokens: BURST_MOST, filledAt: Number.NaN }
  #bursting = true
  readonly #urgent: Bucket = { tokens: URGENT_PER_SECOND, filledAt: 0 }
  readonly #isBusy: () => boolean

  constructor(isBusy: () => boolean = () => false) {
    this.#isBusy = isBusy
  }

  /** Whether `take` would give any. */
  ready(member: object, now: number, { keys, least, weight }: Wanted): boolean {
    return Math.floor(this.#filled(member, now, weight).tokens) >= Math.max(1, Math.min(keys, least))
  }

  /** How many keys `member` may ask about now. */
  take(member: object, now: number, { keys, least, weight }: Wanted): number {
    const own = this.#filled(member, now, weight)
    const count = Math.min(keys, Math.floor(own.tokens))
    if (count < Math.min(keys, least)) return 0
    own.tokens -= count
    this.#saved.tokens -= count
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
    if (!own) return
    own.tokens += unused
    this.#saved.tokens += unused
  }

  #filled(member: object, now: number, weight: number): Member {
    this.#sweep(now)
    const known = this.#members.get(member)
    const own = known ?? { tokens: 0, filledAt: now, askedAt: now, weight: 0 }
    if (!known) this.#members.set(member, own)
    own.askedAt = now
    this.#weights += weight - own.weight
    own.weight = weight
    const perSecond = (this.#perSecond(now) * weight) / this.#weights
    if (!known) own.tokens = Math.min(SAVED_MOST, perSecond)
    fill(own, now, perSecond, Math.min(SAVED_MOST, Math.max(SAVED_LEAST, SAVED_S * perSecond)))
    return own
  }

  #perSecond(now: number): number {
    if (Number.isNaN(this.#saved.filledAt)) this.#saved.filledAt = now
    fill(this.#saved, now, KEYS_PER_SECOND, BURST_MOST)
    if (this.#saved.tokens <= 0) this.#bursting = false
    else if (this.#saved.tokens >= BURST_AGAIN) this.#bursting = true
    if (this.#isBusy()) return BUSY_PER_SECOND
    return this.#bursting ? BURST_PER_SECOND : KEYS_PER_SECOND
  }

  #sweep(now: number): void {
    if (now - this.#sweptAt < AWAY_MS / 4) return
    this.#sweptAt = now
    for (const [member, { askedAt, weight }] of this.#members) {
      if (now - askedAt <= AWAY_MS) continue
      this.#members.delete(member)
      this.#weights -= weight
    }
  }
}

function fill(bucket: Bucket, now: number, perSecond: number, most: number): void {
  bucket.tokens = Math.min(most, bucket.tokens + (Math.max(0, now - bucket.filledAt) / 1_000) * perSecond)
  bucket.filledAt = now
}

/** Whether the event loop of this process has had no rest of late. */
function loopIsBusy(): () => boolean {
  let before = loop.eventLoopUtilization()
  let lookedAt = performance.now()
  let busy = false
  return () => {
    const now = performance.now()
    if (now - lookedAt < BUSY_EVERY_MS) return busy
    const after = loop.eventLoopUtilization()
    busy = loop.eventLoopUtilization(after, before).utilization >= BUSY_FROM
    before = after
    lookedAt = now
    return busy
  }
}

/** The one of this process. */
export const keyShare = new KeyShare(loopIsBusy())
