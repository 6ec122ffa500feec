import { wilson } from '../math/intervals.ts'
import { median } from '../math/robust.ts'
import { commonest, patternOf } from '../model/patterns.ts'
import { TTL_BOUNDS_MS } from '../model/record.ts'
import { EndTimes } from './endTimes.ts'
import { interned } from './interned.ts'
import { bucketOf } from './ttlBuckets.ts'

/** One key as it was sampled: when it ends (epoch ms), null when it has no TTL. */
export type SampledKey = { key: string; endsAt: number | null }

export type Histogram = {
  bucketMs: number
  buckets: [number, number][]
  sampled: number
  keys: number
  pattern?: string
}

/** `sampled` keys of it among `of`; `ttlCounts`: how many of them end within each of `TTL_BOUNDS_MS`, later, and never. */
export type PatternShare = {
  pattern: string
  share: number
  low: number
  high: number
  ttlMsMedian: number | null
  sampled: number
  of: number
  ttlCounts: number[]
}

// 20 s of sampling at 200 keys a second; about 20 kB a target.
const SAMPLE_MAX = 4_000
/** Places at first: a sample that is taken slowly takes no more memory than it holds. */
const PLACES_FIRST = 64
const BUCKET_MS = 1_000
// A cliff further away is seen in time when it comes nearer.
const HORIZON_MS = 15 * 60_000
/** So many patterns are looked through. */
const FEW = 8
/** Numbers of patterns that take one byte. */
const BYTE = 256
/** Names of patterns until those that no key of the sample has any more are dropped: at most as many as it has keys are in use. */
const PATTERNS_MAX = 2 * SAMPLE_MAX

function ttlCounts(leftMs: readonly number[], all: number): number[] {
  const counts = Array<number>(TTL_BOUNDS_MS.length + 1).fill(0)
  for (const ms of leftMs) {
    const at = TTL_BOUNDS_MS.findIndex((bound) => ms < bound)
    counts[at < 0 ? TTL_BOUNDS_MS.length : at]! += 1
  }
  return [...counts, all - leftMs.length]
}

/**
 * The newest sampled keys of one server, at most as many as it holds, so that one walk through the keyspace counts each key once.
 * SCAN goes in the order of the keys' hashes, so that any stretch of it is a fair sample.
 */
export class TtlSample {
  /** SCAN's cursor. */
  cursor = '0'
  private runId = ''
  private patterns: string[] = []
  /** Their numbers, where they are many. */
  private places: Map<string, number> | null = null
  /** Of each sampled key when it ends, NaN for never, and the number of its pattern: two columns, because objects would be ten times as large. */
  private readonly ends = new EndTimes(PLACES_FIRST)
  private of: Uint8Array | Uint16Array = new Uint8Array(PLACES_FIRST)
  private size = 0
  private next = 0
  /** As many as it may hold now. */
  private most = SAMPLE_MAX

  /**
   * Adds what one SCAN found; `keys` is how many the server holds. Another run id forgets all: it is another keyspace.
   */
  add(found: SampledKey[], keys: number, runId: string): void {
    if (runId !== this.runId) this.forget(runId)
    const most = Math.max(1, Math.min(SAMPLE_MAX, keys))
    this.most = most
    if (this.size > most) this.keepNewest(most)
    for (const { key, endsAt } of found) {
      let place = this.next
      if (this.size < most) {
        place = this.size++
        if (place === this.of.length) this.grow()
      } else this.next = (this.next + 1) % most
      this.ends.set(place, endsAt ?? Number.NaN)
      const number = this.intern(interned(patternOf(key)))
      if (number >= BYTE && this.of.BYTES_PER_ELEMENT === 1) this.of = Uint16Array.from(this.of)
      this.of[place] = number
    }
  }

  /** Whether further keys only renew the sample. */
  get full(): boolean {
    return this.size >= SAMPLE_MAX
  }

  /** Whether it holds as many keys as it may, or all that there are. */
  get whole(): boolean {
    return this.size >= this.most
  }

  /** How many keys it holds, ended ones too. */
  get held(): number {
    return this.size
  }

  /** When the keys end that were found last, at most so many, the newest first; NaN: never. */
  newest(count: number): number[] {
    const last = this.whole ? this.next - 1 + this.size : this.size - 1
    return Array.from({ length: Math.min(count, this.size) }, (_, i) => this.ends.of((last - i) % this.size))
  }

  /** When the sampled keys end, as counted at `now` (epoch ms); what has ended since it was sampled is left out. */
  histogram(now: number, keys: number): Histogram {
    const first = Math.floor(now / BUCKET_MS)
    const counts = new Uint16Array(HORIZON_MS / BUCKET_MS + 1)
    const sampled = this.ends.tally(this.size, { now, until: now + HORIZON_MS, bucketMs: BUCKET_MS }, counts)
    const buckets = this.told(first, counts)
    const fullest = buckets.reduce<[number, number] | null>((best, bucket) => (best && best[1] >= bucket[1] ? best : bucket), null)
    const pattern = fullest && commonest(this.patternsBetween(Math.max(now, fullest[0]), fullest[0] + BUCKET_MS))?.pattern
    return { bucketMs: BUCKET_MS, buckets, sampled, keys, ...(pattern ? { pattern } : {}) }
  }

  /** The commonest patterns of the keys that were sampled and have not ended at `now` (epoch ms), at most `most`, with Wilson's interval. */
  patternShares(now: number, most: number): PatternShare[] {
    const ends = new Map<number, number[]>()
    let sampled = 0
    for (let i = 0; i < this.size; i++) {
      const endsAt = this.ends.of(i)
      if (endsAt <= now) continue
      sampled++
      const known = ends.get(this.of[i]!)
      if (known) known.push(endsAt)
      else ends.set(this.of[i]!, [endsAt])
    }
    return [...ends]
      .map(([place, all]) => [this.patterns[place]!, all] as const)
      .sort((a, b) => b[1].length - a[1].length || (a[0] < b[0] ? -1 : 1))
      .slice(0, most)
      .map(([pattern, all]) => {
        const left = all.flatMap((endsAt) => (Number.isNaN(endsAt) ? [] : [endsAt - now]))
        const { value: share, low, high } = wilson(all.length, sampled)
        // Most of them last for ever: then so does the one in the middle.
        const ttlMsMedian = left.length * 2 > all.length ? median(left) : null
        return { pattern, share, low, high, ttlMsMedian, sampled: all.length, of: sampled, ttlCounts: ttlCounts(left, all.length) }
      })
  }

  /** The buckets that hold something. */
  private told(first: number, counts: Uint16Array): [number, number][] {
    let held = 0
    for (let i = 0; i < counts.length; i++) if (counts[i]! > 0) held++
    // As long as it is to be: a list that grows gets half as much room again, and this one is kept.
    const buckets = new Array<[number, number]>(held)
    for (let i = 0, at = 0; at < held; i++) if (counts[i]! > 0) buckets[at++] = bucketOf((first + i) * BUCKET_MS, counts[i]!)
    return buckets
  }

  private *patternsBetween(from: number, to: number): Iterable<string> {
    for (let i = 0; i < this.size; i++) {
      const endsAt = this.ends.of(i)
      if (endsAt >= from && endsAt < to) yield this.patterns[this.of[i]!]!
    }
  }

  /** Oldest first, so that the newest are kept. */
  private keepNewest(most: number): void {
    const places = Array.from({ length: this.size }, (_, i) => (this.next + i) % this.size).slice(-most)
    this.ends.keep(places)
    this.of.set(places.map((place) => this.of[place]!))
    this.size = most
    this.next = 0
  }

  private grow(): void {
    const length = Math.min(SAMPLE_MAX, 2 * this.of.length)
    const of = this.of.BYTES_PER_ELEMENT === 1 ? new Uint8Array(length) : new Uint16Array(length)
    of.set(this.of)
    this.of = of
    this.ends.grow(length)
  }

  private intern(pattern: string): number {
    const known = this.placeOf(pattern)
    if (known >= 0) return known
    if (this.patterns.length >= PATTERNS_MAX) this.dropUnused()
    this.places?.set(pattern, this.patterns.length)
    // A list that is pushed to gets room for 17.
    if (this.patterns.length < FEW) this.patterns = [...this.patterns, pattern]
    else this.patterns.push(pattern)
    return this.patterns.length - 1
  }

  /** -1: it has none. */
  private placeOf(pattern: string): number {
    if (this.patterns.length <= FEW) return this.patterns.indexOf(pattern)
    this.places ??= new Map(this.patterns.map((one, place) => [one, place]))
    return this.places.get(pattern) ?? -1
  }

  private dropUnused(): void {
    const old = this.patterns
    this.patterns = []
    this.places = null
    for (let i = 0; i < this.size; i++) this.of[i] = this.intern(old[this.of[i]!]!)
  }

  private forget(runId: string): void {
    this.runId = runId
    this.cursor = '0'
    this.size = 0
    this.next = 0
    this.most = SAMPLE_MAX
    this.ends.clear()
    this.patterns = []
    this.places = null
  }
}
