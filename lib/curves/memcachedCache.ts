import { ItemQueues } from './itemQueues.ts'
import { Random } from './random.ts'
import type { SimulatedCache } from './replay.ts'
import type { Start } from './server.ts'
import { SlabAutomove } from './slabAutomove.ts'
import { PAGE_BYTES, SLAB_CHUNKS } from './slabs.ts'

const HOT = 0
const WARM = 1
const COLD = 2
const QUEUES = 3
/** `hot_lru_pct`, `warm_lru_pct`, `hot_max_factor`, `warm_max_factor`. */
const HOT_SHARE = 0.2
const WARM_SHARE = 0.4
const HOT_AGE = 0.2
const WARM_AGE = 2
const SECOND = 1_000
/** Flags of an item: read once; read again since it was last moved. */
const FETCHED = 1
const ACTIVE = 2
/** The maintainer looks at a class at most so often at a time. */
const JUGGLES = 500
/** The crawler goes through a queue at the latest after a minute when expired items are to be had. */
const CRAWL_MS = 65_000
/** With fewer writes than one for so many items since the last time there is little to be had. */
const CRAWL_ITEMS = 5
/** Where requests are rare, the mover looks after so many evictions, not each second: pages move after many of them anyway. */
const MOVER_EVICTIONS = 8

/**
 * A model of memcached's segmented LRU (items.c of 1.6): in each slab class new items enter HOT, those read twice go on to WARM, the others to
 * COLD, from whose end is evicted; a class takes whole pages until memory is given out, and then from its own items, or from other classes a
 * page at a time. Time has steps of a second. `cost` of a write is the slab class.
 */
export class MemcachedCache implements SimulatedCache {
  count = 0
  bytesMost = 0
  evicted = 0
  /** Bytes of the chunks in use in the sample. */
  #used = 0
  readonly #byBytes: boolean
  readonly #rate: number
  readonly #phase: number
  readonly #queues: ItemQueues
  readonly #flags: Uint8Array
  /** Seconds of the server's clock: last touch, and end (infinite: none). */
  readonly #touched: Float64Array
  readonly #endsAt: Float64Array
  readonly #filledAt: Float64Array
  readonly #chunk: Uint32Array
  readonly #pages: Int32Array
  readonly #items: Int32Array
  /** By slab class, since the mover looked last. */
  readonly #evictedNow: Int32Array
  readonly #limit: number
  #pagesLeft: number
  #automoveAt = 0
  #evictedBefore = 0
  /** TTLs given since the crawler went. */
  #timed = 0
  #crawlAt: number
  readonly #mover: SlabAutomove

  constructor({ keys, capacity, unit, rate, seed, phase }: Start) {
    this.#byBytes = unit === 'bytes'
    this.#rate = rate
    this.#phase = phase
    const classes = this.#byBytes ? SLAB_CHUNKS.length : 1
    this.#queues = new ItemQueues(keys, classes * QUEUES)
    this.#flags = new Uint8Array(keys)
    this.#touched = new Float64Array(keys)
    this.#endsAt = new Float64Array(keys)
    this.#filledAt = new Float64Array(keys)
    this.#chunk = new Uint32Array(keys)
    this.#pages = new Int32Array(classes)
    this.#items = new Int32Array(classes)
    this.#evictedNow = new Int32Array(classes)
    this.#limit = capacity * rate
    this.#pagesLeft = this.#byBytes ? Math.floor(capacity / PAGE_BYTES) : 0
    this.#mover = new SlabAutomove(classes)
    this.#crawlAt = new Random(seed).unit() * CRAWL_MS
  }

  advance(now: number): void {
    if (now >= this.#crawlAt && this.#timed * CRAWL_ITEMS >= this.count) {
      this.#crawl(now)
      this.#crawlAt = now + CRAWL_MS
      this.#timed = 0
    }
    if (this.#byBytes && now >= this.#automoveAt && this.evicted >= this.#evictedBefore + MOVER_EVICTIONS) {
      this.#automove(now)
      this.#automoveAt = now + SECOND
      this.#evictedBefore = this.evicted
    }
  }

  read(key: number, now: number): number {
    const queue = this.#queues.of(key)
    if (queue < 0) return -1
    const second = this.#clock(now)
    if (this.#endsAt[key]! <= second) {
      this.#remove(key)
      return -1
    }
    const flags = this.#flags[key]!
    if ((flags & FETCHED) === 0) this.#flags[key] = flags | FETCHED
    else if ((flags & ACTIVE) === 0) {
      this.#touched[key] = second
      // What is read again in COLD is moved at once (the maintainer's bumps), elsewhere when it comes to the end of its queue.
      if (queue % QUEUES === COLD) this.#queues.move(key, queue - COLD + WARM)
      else this.#flags[key] = flags | ACTIVE
    }
    return now - this.#filledAt[key]!
  }

  write(key: number, now: number, cost: number, ttlMs: number): boolean {
    const slab = this.#byBytes ? cost : 0
    if (!this.#makeRoom(slab, now)) return false
    if (this.#queues.of(key) >= 0) this.#remove(key)
    this.#queues.push(key, slab * QUEUES + HOT)
    this.#items[slab]!++
    this.#chunk[key] = SLAB_CHUNKS[cost]!
    this.#used += SLAB_CHUNKS[cost]!
    this.bytesMost = Math.max(this.bytesMost, this.#used / this.#rate)
    this.count++
    this.#flags[key] = 0
    this.#touched[key] = this.#clock(now)
    this.#filledAt[key] = now
    this.expire(key, now + ttlMs)
    this.#juggle(slab, now)
    return true
  }

  expire(key: number, at: number): void {
    // TTLs are whole seconds from the present one.
    this.#endsAt[key] = at === Number.POSITIVE_INFINITY ? at : this.#clock(at)
    if (at !== Number.POSITIVE_INFINITY) this.#timed++
  }

  delete(key: number): void {
    if (this.#queues.of(key) >= 0) this.#remove(key)
  }

  bytesHeld(key: number): number {
    return this.#queues.of(key) >= 0 ? this.#chunk[key]! : -1
  }

  #clock(now: number): number {
    return Math.floor((now + this.#phase) / SECOND)
  }

  #remove(key: number): void {
    const slab = Math.floor(this.#queues.of(key) / QUEUES)
    this.#queues.pull(key)
    this.#items[slab]!--
    this.#used -= this.#chunk[key]!
    this.count--
  }

  /** Items of the sample that a class has chunks for. */
  #chunks(slab: number): number {
    return this.#byBytes ? this.#pages[slab]! * Math.floor(PAGE_BYTES / SLAB_CHUNKS[slab]!) * this.#rate : this.#limit
  }

  /** A free chunk: of a new page, or the oldest cold item's. A class's first page is given beyond the limit, too. */
  #makeRoom(slab: number, now: number): boolean {
    while (this.#items[slab]! + 1 > this.#chunks(slab)) {
      if (this.#byBytes && (this.#pagesLeft > 0 || this.#pages[slab] === 0)) {
        this.#pagesLeft--
        this.#pages[slab]!++
      } else if (!this.#evict(slab, now)) return this.#items[slab] === 0
    }
    return true
  }

  #evict(slab: number, now: number): boolean {
    for (let tries = 0; tries < 10; tries++) {
      const key = this.#queues.tail(slab * QUEUES + COLD)
      if (key >= 0) {
        this.#remove(key)
        this.#evictedNow[slab]!++
        this.evicted++
        return true
      }
      if (this.#items[slab] === 0) return false
      this.#pull(slab, HOT, now, 0, 0)
    }
    const key = this.#queues.tail(slab * QUEUES + WARM)
    if (key >= 0) this.#remove(key)
    return key >= 0
  }

  /** lru_maintainer_juggle of one class. */
  #juggle(slab: number, now: number): void {
    const base = slab * QUEUES
    const cold = this.#queues.tail(base + COLD)
    const age = cold < 0 ? 0 : this.#clock(now) - this.#touched[cold]!
    const all = this.#items[slab]!
    for (let i = 0; i < JUGGLES; i++) {
      if (!this.#pull(slab, HOT, now, all * HOT_SHARE, age * HOT_AGE) && !this.#pull(slab, WARM, now, all * WARM_SHARE, age * WARM_AGE))
        break
    }
  }

  /** lru_pull_tail of HOT or WARM: the oldest item goes when it is over, on to WARM when it was read again, and to COLD beyond a limit of number or age. */
  #pull(slab: number, from: number, now: number, limit: number, ageMost: number): boolean {
    const queue = slab * QUEUES + from
    const key = this.#queues.tail(queue)
    if (key < 0) return false
    const second = this.#clock(now)
    if (this.#endsAt[key]! < second) this.#remove(key)
    else if (this.#flags[key]! & ACTIVE) {
      this.#flags[key]! &= ~ACTIVE
      this.#queues.move(key, slab * QUEUES + WARM)
    } else if (this.#queues.sizes[queue]! > limit || second - this.#touched[key]! > ageMost) this.#queues.move(key, slab * QUEUES + COLD)
    else return false
    return true
  }

  #crawl(now: number): void {
    const second = this.#clock(now)
    for (let key = 0; key < this.#endsAt.length; key++) if (this.#endsAt[key]! <= second && this.#queues.of(key) >= 0) this.#remove(key)
  }

  #automove(now: number): void {
    const second = this.#clock(now)
    const move = this.#mover.next(this.#pages, this.#evictedNow, (slab) => {
      const tail = this.#queues.tail(slab * QUEUES + COLD)
      return tail < 0 ? 0 : second - this.#touched[tail]!
    })
    this.#evictedNow.fill(0)
    if (!move) return
    this.#pages[move.from]!--
    this.#pages[move.to]!++
    while (this.#items[move.from]! > this.#chunks(move.from) && this.#evict(move.from, now)) {}
  }
}
