/** The window over which the budget holds. */
const WINDOW_MS = 600_000
/** Wide ones, as each cache has them; so own lookups count until the whole of their bucket is older than the window, and the clients' while it is within. */
const BUCKET_MS = 60_000
const BUCKETS = WINDOW_MS / BUCKET_MS + 1
/** Over any window at most this part of what the clients look up, or one a second where that is more. */
const SHARE_MOST = 0.02
const PER_SECOND_MOST = 1
/**
 * What sampling paces itself to, well below: control documents on the same server are looked up too (0.3 a second each), and a client that
 * stops reading leaves a window with fewer of its lookups.
 */
const PACE_SHARE = 0.012
const PACE_LEAST = 1 / 3
/** Tokens that may be saved up, and that there are at the start; where clients do more, what comes in this time. */
const CAPACITY = 40
const CAPACITY_SECONDS = 5
/** For so long after a bulk load its keys are sampled faster, so that ends which they share are seen in time. */
const BOOST_MS = 30_000
const BOOST_PER_SECOND = 200
/** A bulk load writes this many times the usual, and at least so many a second and in all. */
const LOAD_TIMES = 3
const LOAD_PER_SECOND = 100
const LOAD_KEYS = 500
/** Time constant of what is usual. */
const USUAL_SECONDS = 60

/** Lookups that may be made. */
export type Grant = { count: number; boosted: boolean }

/**
 * A token bucket for lookups that Redis counts in `keyspace_hits` and `keyspace_misses` (PEXPIRETIME, TYPE, OBJECT FREQ): every other tool
 * that reads those counters is to see what the clients did. Its rate follows theirs; after a bulk load it is raised for a while. Lookups
 * of a boost are not part of the window's sum: they have an allowance of their own.
 */
export class LookupBudget {
  private tokens = CAPACITY
  private filledAt: number | null = null
  private clientsPerSecond = 0
  private usualWrites: number | null = null
  /** Keys written in the load that goes on now; 0 when none does. */
  private loading = 0
  private boost = { until: 0, left: 0 }
  private readonly own = new Array<number>(BUCKETS).fill(0)
  private readonly clients = new Array<number>(BUCKETS).fill(0)
  private bucket = 0
  /** Lookups made in all. */
  made = 0

  /** What clients did in the `seconds` before `at` (ms of a clock that nobody sets); `keys` is how many the server holds. */
  note(at: number, { seconds, lookups, writes, keys }: { seconds: number; lookups: number; writes: number; keys: number }): void {
    if (seconds <= 0) return
    this.turnTo(at)
    this.clients[this.bucket % BUCKETS]! += lookups
    this.clientsPerSecond = lookups / seconds
    const perSecond = writes / seconds
    const usual = this.usualWrites
    if (usual !== null && perSecond > Math.max(LOAD_PER_SECOND, LOAD_TIMES * usual)) {
      this.loading += writes
      return
    }
    if (this.loading >= LOAD_KEYS) this.boost = { until: at + BOOST_MS, left: Math.min(BOOST_PER_SECOND * (BOOST_MS / 1_000), keys) }
    this.loading = 0
    this.usualWrites = usual === null ? perSecond : usual + (perSecond - usual) * (1 - Math.exp(-seconds / USUAL_SECONDS))
  }

  /** Whether keys are sampled faster now, because many were just loaded. */
  boosted(at: number): boolean {
    return at < this.boost.until && this.boost.left > 0
  }

  /** How many lookups may be made now, of `most` wanted; `leave` stay for others. They count as made. */
  take(at: number, most: number, leave = 0): Grant {
    this.turnTo(at)
    this.fill(at)
    const boosted = this.boosted(at) ? Math.min(most, BOOST_PER_SECOND, this.boost.left) : 0
    if (boosted > 0) return this.spend({ count: boosted, boosted: true })
    const count = Math.max(0, Math.min(most, Math.floor(this.tokens - leave), Math.floor(this.room())))
    return this.spend({ count, boosted: false })
  }

  /** That many of a grant were not made. */
  giveBack({ boosted }: Grant, unused: number): void {
    this.spend({ count: -unused, boosted })
  }

  private spend(grant: Grant): Grant {
    this.made += grant.count
    if (grant.boosted) this.boost.left -= grant.count
    else {
      this.tokens -= grant.count
      this.own[this.bucket % BUCKETS]! += grant.count
    }
    return grant
  }

  private fill(at: number): void {
    const seconds = this.filledAt === null ? 0 : Math.max(0, at - this.filledAt) / 1_000
    this.filledAt = at
    const pace = Math.max(PACE_LEAST, PACE_SHARE * this.clientsPerSecond)
    this.tokens = Math.min(Math.max(CAPACITY, CAPACITY_SECONDS * pace), this.tokens + seconds * pace)
  }

  /** What the window still allows, whatever the pace was. */
  private room(): number {
    const sum = (counts: number[]) => counts.reduce((all, one) => all + one, 0)
    const clients = sum(this.clients) - this.clients[(this.bucket + 1) % BUCKETS]!
    return Math.max((PER_SECOND_MOST * WINDOW_MS) / 1_000, SHARE_MOST * clients) - sum(this.own)
  }

  private turnTo(at: number): void {
    const bucket = Math.floor(at / BUCKET_MS)
    for (let next = Math.max(this.bucket + 1, bucket - BUCKETS + 1); next <= bucket; next++) {
      this.own[next % BUCKETS] = 0
      this.clients[next % BUCKETS] = 0
    }
    this.bucket = Math.max(this.bucket, bucket)
  }
}
