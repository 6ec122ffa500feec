import { ActiveExpiry } from './activeExpiry.ts'
import { Dict } from './dict.ts'
import { EvictionPool } from './evictionPool.ts'
import { REDIS_EMPTY_BYTES, REDIS_EXPIRY_BYTES } from './memory.ts'
import type { Question } from './question.ts'
import { Random } from './random.ts'
import type { SimulatedCache } from './replay.ts'
import type { Start } from './server.ts'

const LFU_START = 5
/** `hz 10` */
const CRON_MS = 100
const SECOND = 1_000
const MINUTE = 60_000

export type RedisOptions = Start & Pick<Question, 'policy' | 'samples' | 'lfuLogFactor' | 'lfuDecayMinutes' | 'keyWeight'>

type Rule = 'none' | 'lru' | 'lfu' | 'random' | 'lrm' | 'ttl'

/**
 * A model of Redis's keyspace with its own approximate eviction: `maxmemory-samples` random keys into a pool of 16, an LRU clock of one
 * second, the logarithmic LFU counter that decays at full minutes, lazy and active expiry (evict.c of 7.0; LRM as in 8.6). A key is a small
 * number; its state is kept in typed arrays.
 */
export class RedisCache implements SimulatedCache {
  bytesMost = REDIS_EMPTY_BYTES
  evicted = 0
  readonly #rule: Rule
  readonly #volatile: boolean
  readonly #samples: number
  readonly #logFactor: number
  readonly #decay: number
  readonly #byBytes: boolean
  readonly #byWeight: boolean
  readonly #capacity: number
  readonly #rate: number
  readonly #random: Random
  readonly #phase: number
  readonly #held: Dict
  /** Keys with an expiry time. */
  readonly #timed: Dict
  readonly #expiry: ActiveExpiry
  readonly #pool = new EvictionPool()
  readonly #expireAt: Float64Array
  readonly #filledAt: Float64Array
  /** Last touch: seconds of the LRU clock, or minutes for LFU. */
  readonly #clock: Int32Array
  readonly #counter: Uint8Array
  readonly #cost: Uint32Array
  readonly #sampled: Int32Array
  /** Bytes of the sampled keys, without the tables. */
  #used = 0
  #cronAt = 0
  /** Expiry times given so far. */
  #given = 0

  constructor(options: RedisOptions) {
    const { policy, keys, capacity, unit, rate, seed, phase, samples = 5, lfuLogFactor = 10, lfuDecayMinutes = 1, keyWeight } = options
    this.#rule = ruleOf(policy)
    this.#volatile = policy.startsWith('volatile-')
    this.#samples = samples
    this.#sampled = new Int32Array(samples)
    this.#logFactor = lfuLogFactor
    this.#decay = lfuDecayMinutes
    this.#byBytes = unit === 'bytes'
    this.#byWeight = !this.#byBytes && keyWeight !== undefined
    this.#capacity = this.#byBytes ? capacity - REDIS_EMPTY_BYTES : capacity * rate * (keyWeight ?? 1)
    this.#rate = rate
    this.#random = new Random(seed)
    this.#phase = phase
    this.#held = new Dict(keys, rate, seed)
    this.#timed = new Dict(keys, rate, seed)
    this.#expireAt = new Float64Array(keys)
    this.#filledAt = new Float64Array(keys)
    this.#clock = new Int32Array(keys)
    this.#counter = new Uint8Array(this.#rule === 'lfu' ? keys : 0)
    this.#cost = new Uint32Array(keys)
    this.#expiry = new ActiveExpiry(rate, this.#random.unit())
  }

  get count(): number {
    return this.#held.size
  }

  read(key: number, now: number): number {
    if (!this.#held.has(key)) return -1
    if (now > this.#expireAt[key]!) {
      this.#remove(key)
      return -1
    }
    if (this.#rule === 'lfu') this.#countUse(key, now)
    else if (this.#rule !== 'lrm') this.#clock[key] = Math.floor((now + this.#phase) / SECOND)
    return now - this.#filledAt[key]!
  }

  write(key: number, now: number, cost: number, ttlMs: number): boolean {
    if (this.#refuses()) return false
    if (this.#held.has(key) && now > this.#expireAt[key]!) this.#remove(key)
    if (this.#held.has(key)) {
      this.#used -= this.#cost[key]!
      if (this.#rule === 'lfu') this.#countUse(key, now)
    } else {
      this.#held.add(key)
      this.#expireAt[key] = Number.POSITIVE_INFINITY
      if (this.#rule === 'lfu') {
        this.#counter[key] = LFU_START
        this.#clock[key] = Math.floor((now + this.#phase) / MINUTE)
      }
    }
    if (this.#rule !== 'lfu') this.#clock[key] = Math.floor((now + this.#phase) / SECOND)
    this.#filledAt[key] = now
    this.expire(key, now + ttlMs)
    this.#account(key, cost)
    while (this.#isOver() && this.#evict(now)) this.evicted++
    return true
  }

  expire(key: number, at: number): void {
    if (at !== Number.POSITIVE_INFINITY) this.#given++
    const timed = this.#timed.has(key)
    this.#expireAt[key] = at
    if (at === Number.POSITIVE_INFINITY) {
      if (timed) this.#untime(key)
    } else if (!timed) {
      this.#timed.add(key)
      this.#used += REDIS_EXPIRY_BYTES
    }
  }

  delete(key: number): void {
    if (this.#held.has(key)) this.#remove(key)
  }

  bytesHeld(key: number): number {
    return this.#held.has(key) ? this.#cost[key]! + (this.#timed.has(key) ? REDIS_EXPIRY_BYTES : 0) : -1
  }

  advance(now: number): void {
    if (now >= this.#cronAt) {
      this.#held.shrink()
      this.#timed.shrink()
      this.#cronAt = now + CRON_MS
    }
    if (this.#timed.size > 0) this.#expiry.advance(now, this.#given, this.#timed, this.#expireAt, this.#remove)
  }

  /** A write with full memory is refused when nothing may go (`-OOM`). */
  #refuses(): boolean {
    if (this.#byBytes ? !this.#isOver() : this.#load < this.#capacity) return false
    return this.#rule === 'none' || (this.#volatile && this.#timed.size === 0)
  }

  get #bytes(): number {
    return this.#used / this.#rate + this.#held.bytes + this.#timed.bytes
  }

  #isOver(): boolean {
    return this.#load > this.#capacity
  }

  /** What is held against the capacity. */
  get #load(): number {
    return this.#byBytes ? this.#bytes : this.#byWeight ? this.#used : this.count
  }

  #account(key: number, cost: number): void {
    this.#cost[key] = cost
    this.#used += cost
    const most = this.#byBytes ? this.#capacity : Number.POSITIVE_INFINITY
    this.#held.grow(most - this.#bytes)
    this.#timed.grow(most - this.#bytes)
    this.bytesMost = Math.max(this.bytesMost, REDIS_EMPTY_BYTES + this.#bytes)
  }

  readonly #remove = (key: number): void => {
    this.#held.remove(key)
    this.#used -= this.#cost[key]!
    if (this.#timed.has(key)) this.#untime(key)
  }

  #untime(key: number): void {
    this.#timed.remove(key)
    this.#used -= REDIS_EXPIRY_BYTES
  }

  /** LFUDecrAndReturn: one less for each `lfu-decay-time` full minutes since the last use. */
  #decayed(key: number, minute: number): number {
    const counter = this.#counter[key]!
    const periods = this.#decay > 0 ? Math.floor((minute - this.#clock[key]!) / this.#decay) : 0
    return Math.max(0, counter - periods)
  }

  /** LFULogIncr: the higher the counter, the rarer a further step. */
  #countUse(key: number, now: number): void {
    const minute = Math.floor((now + this.#phase) / MINUTE)
    const counter = this.#decayed(key, minute)
    const base = Math.max(0, counter - LFU_START)
    const steps = counter < 255 && (base === 0 || this.#random.unit() * (base * this.#logFactor + 1) < 1)
    this.#counter[key] = steps ? counter + 1 : counter
    this.#clock[key] = minute
  }

  /** Frees one key by the rule; false when there is none. */
  #evict(now: number): boolean {
    const from = this.#volatile ? this.#timed : this.#held
    if (this.#rule === 'none' || from.size === 0) return false
    if (this.#rule === 'random') {
      this.#remove(from.any(this.#random))
      return true
    }
    for (;;) {
      this.#fillPool(now, from)
      while (this.#pool.size > 0) {
        const key = this.#pool.take()
        if (!from.has(key)) continue
        this.#remove(key)
        return true
      }
    }
  }

  #fillPool(now: number, from: Dict): void {
    const clock = Math.floor((now + this.#phase) / (this.#rule === 'lfu' ? MINUTE : SECOND))
    const count = from.some(this.#samples, this.#sampled, this.#random)
    for (let i = 0; i < count; i++) {
      const key = this.#sampled[i]!
      if (this.#rule === 'lfu') this.#pool.offer(key, 255 - this.#decayed(key, clock))
      else this.#pool.offer(key, this.#rule === 'ttl' ? -this.#expireAt[key]! : clock - this.#clock[key]!)
    }
  }
}

function ruleOf(policy: string): Rule {
  const rule = policy.slice(policy.indexOf('-') + 1)
  return rule === 'lru' || rule === 'lfu' || rule === 'random' || rule === 'lrm' || rule === 'ttl' ? rule : 'none'
}
