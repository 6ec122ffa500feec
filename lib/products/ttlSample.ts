import { wilson } from '../math/intervals.ts'
import { median } from '../math/robust.ts'
import { commonest, patternOf } from '../model/patterns.ts'
import { TTL_BOUNDS_MS } from '../model/record.ts'

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

// 20 s of sampling at 200 keys a second; about 0.4 MB a target.
const SAMPLE_MAX = 4_000
const BUCKET_MS = 1_000
// A cliff further away is seen in time when it comes nearer.
const HORIZON_MS = 15 * 60_000
const PATTERNS_MAX = 1_000

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
  private readonly patterns = new Map<string, string>()
  private ring: { pattern: string; endsAt: number | null }[] = []
  private next = 0

  /**
   * Adds what one SCAN found; `keys` is how many the server holds. Another run id forgets all: it is another keyspace.
   */
  add(found: SampledKey[], keys: number, runId: string): void {
    if (runId !== this.runId) this.forget(runId)
    const size = Math.max(1, Math.min(SAMPLE_MAX, keys))
    if (this.ring.length > size) {
      // Oldest first, so that the newest are kept.
      this.ring = [...this.ring.slice(this.next), ...this.ring.slice(0, this.next)].slice(-size)
      this.next = 0
    }
    for (const { key, endsAt } of found) {
      const entry = { pattern: this.intern(patternOf(key)), endsAt }
      if (this.ring.length < size) this.ring.push(entry)
      else {
        this.ring[this.next % size] = entry
        this.next = (this.next + 1) % size
      }
    }
  }

  /** Whether further keys only renew the sample. */
  get full(): boolean {
    return this.ring.length >= SAMPLE_MAX
  }

  /** When the sampled keys end, as counted at `now` (epoch ms); what has ended since it was sampled is left out. */
  histogram(now: number, keys: number): Histogram {
    const counts = new Map<number, number>()
    let sampled = 0
    for (const { endsAt } of this.ring) {
      if (endsAt !== null && endsAt <= now) continue
      sampled++
      if (endsAt === null || endsAt > now + HORIZON_MS) continue
      const bucket = Math.floor(endsAt / BUCKET_MS) * BUCKET_MS
      counts.set(bucket, (counts.get(bucket) ?? 0) + 1)
    }
    const buckets = [...counts].sort(([a], [b]) => a - b)
    const fullest = buckets.reduce<[number, number] | null>((best, bucket) => (best && best[1] >= bucket[1] ? best : bucket), null)
    const pattern = fullest && commonest(this.patternsBetween(Math.max(now, fullest[0]), fullest[0] + BUCKET_MS))?.pattern
    return { bucketMs: BUCKET_MS, buckets, sampled, keys, ...(pattern ? { pattern } : {}) }
  }

  /** The commonest patterns of the keys that were sampled and have not ended at `now` (epoch ms), at most `most`, with Wilson's interval. */
  patternShares(now: number, most: number): PatternShare[] {
    const ends = new Map<string, (number | null)[]>()
    let sampled = 0
    for (const { pattern, endsAt } of this.ring) {
      if (endsAt !== null && endsAt <= now) continue
      sampled++
      const known = ends.get(pattern)
      if (known) known.push(endsAt)
      else ends.set(pattern, [endsAt])
    }
    return [...ends]
      .sort((a, b) => b[1].length - a[1].length || (a[0] < b[0] ? -1 : 1))
      .slice(0, most)
      .map(([pattern, all]) => {
        const left = all.flatMap((endsAt) => (endsAt === null ? [] : [endsAt - now]))
        const { value: share, low, high } = wilson(all.length, sampled)
        // Most of them last for ever: then so does the one in the middle.
        const ttlMsMedian = left.length * 2 > all.length ? median(left) : null
        return { pattern, share, low, high, ttlMsMedian, sampled: all.length, of: sampled, ttlCounts: ttlCounts(left, all.length) }
      })
  }

  private *patternsBetween(from: number, to: number): Iterable<string> {
    for (const { pattern, endsAt } of this.ring) if (endsAt !== null && endsAt >= from && endsAt < to) yield pattern
  }

  private intern(pattern: string): string {
    const known = this.patterns.get(pattern)
    if (known !== undefined) return known
    if (this.patterns.size >= PATTERNS_MAX) this.patterns.clear()
    this.patterns.set(pattern, pattern)
    return pattern
  }

  private forget(runId: string): void {
    this.runId = runId
    this.cursor = '0'
    this.ring = []
    this.next = 0
    this.patterns.clear()
  }
}
