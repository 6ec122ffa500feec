import type { Staleness, StalenessUnjudged } from '../model/staleness.ts'
import { changeRate } from './changeRate.ts'

export type Judged = Staleness | StalenessUnjudged

/** Fewer reads, or fewer ends of lives, say nothing of a share. */
const READS_LEAST = 200
const LIVES_LEAST = 20
/** Where next to no value comes twice, values hold something that differs each time: a date, a random part. */
const [SAME_LEAST, SAME_SHARE] = [5, 0.02]
const HOUR_MS = 3_600_000
const Z = 1.96

type Change = 'same' | 'other' | undefined
type Life = { at: number; endsAt: number; ages: number[]; old: number; dirty: boolean }
type Ended = { key: number; ms: number; ages: number[]; is: 'fresh' | 'same' | 'other' }

/**
 * How old what a group's reads were given was, told by the lives of its values, one after the other in the order of time. A life begins with a
 * set and ends when its TTL is over; a set or delete of a key that lives ends it too, and means that whoever changed the value told the cache. The
 * reads of a life that ended by itself are judged by what was filled next: the same value, or another one. When it changed is not seen then.
 */
export class Lives {
  readonly #lives = new Map<number, Life>()
  readonly #ended: Ended[] = []
  readonly #ttls: number[] = []
  /** By key: reads that hit, and those after a write that was reported. */
  readonly #written = new Map<number, { reads: number; old: number }>()
  #writes = 0
  #told = 0
  #sameWhileLive = 0
  #first = Number.NaN
  #last = Number.NaN

  take(at: number, key: number, op: number, ttlMs: number, value: Change): void {
    if (Number.isNaN(this.#first)) this.#first = at
    this.#last = at
    if (op === 0) this.#read(at, key)
    else if (op === 1) this.#set(at, key, ttlMs, value)
    else if (op === 2) this.#end(key, at, 'fresh')
    else this.#write(key)
  }

  /** What was before is not known: references are missing. */
  cut(): void {
    this.#lives.clear()
  }

  judged(): Judged {
    for (const key of [...this.#lives.keys()]) this.#end(key, this.#last, 'cut')
    return this.#writes > 0 ? this.#byWrites() : this.#byValues()
  }

  #read(at: number, key: number): void {
    const life = this.#lives.get(key)
    if (!life || at >= life.endsAt) return
    life.ages.push(at - life.at)
    if (life.dirty) life.old++
  }

  #set(at: number, key: number, ttlMs: number, value: Change): void {
    const life = this.#lives.get(key)
    if (value !== undefined) this.#told++
    const live = life !== undefined && at < life.endsAt
    if (live && value === 'same') this.#sameWhileLive++
    // What is set while it lives was changed, or refreshed: its readers had what there was.
    if (life) this.#end(key, at, live ? 'fresh' : (value ?? 'cut'))
    if (ttlMs > 0) this.#ttls.push(ttlMs)
    const endsAt = ttlMs > 0 ? at + ttlMs : Number.POSITIVE_INFINITY
    this.#lives.set(key, { at, endsAt, ages: [], old: 0, dirty: false })
  }

  #write(key: number): void {
    this.#writes++
    const life = this.#lives.get(key)
    if (life) life.dirty = true
  }

  #end(key: number, at: number, is: Ended['is'] | 'cut'): void {
    const life = this.#lives.get(key)
    if (!life) return
    this.#lives.delete(key)
    const written = this.#written.get(key) ?? { reads: 0, old: 0 }
    written.reads += life.ages.length
    written.old += life.old
    this.#written.set(key, written)
    if (is !== 'cut') this.#ended.push({ key, ms: Math.max(1, at - life.at), ages: life.ages, is })
  }

  #byWrites(): Judged {
    const keys = [...this.#written.values()].map(({ reads, old }) => ({ reads, old }))
    const reads = sum(keys.map((one) => one.reads))
    if (reads < READS_LEAST) return { reads, because: `${reads} reads that hit; ${READS_LEAST} needed` }
    const { share, low, high } = ratioOf(keys, 0)
    const hours = Math.max(1, this.#last - this.#first) / HOUR_MS
    return {
      by: 'writes',
      reads,
      share,
      low,
      high,
      changesPerKeyHour: this.#writes / Math.max(1, keys.length) / hours,
      ...this.#about(keys.length),
    }
  }

  #byValues(): Judged {
    const ended = this.#ended
    const reads = sum(ended.map(({ ages }) => ages.length))
    const unjudged = (because: string): StalenessUnjudged => ({ reads, because })
    if (this.#told === 0)
      return unjudged('no writes are reported, and of what is set it is not told whether the value is another one than before')
    const refilled = ended.filter(({ is }) => is !== 'fresh')
    if (refilled.length < LIVES_LEAST)
      return unjudged(
        `${refilled.length} values were filled again after their TTL was over; ${LIVES_LEAST} needed. What is set or deleted while it lives says only that some writers tell the cache`,
      )
    if (reads < READS_LEAST) return unjudged(`${reads} reads that hit; ${READS_LEAST} needed`)
    const other = refilled.filter(({ is }) => is === 'other')
    const same = refilled.length - other.length
    if (other.length > 0 && same + this.#sameWhileLive < Math.max(SAME_LEAST, SAME_SHARE * refilled.length))
      return unjudged(
        `${other.length} of ${refilled.length} values had changed when they were filled again: either they change much faster than the TTL, or hold a date or another part that differs each time. Writes that the application reports tell`,
      )
    const perMs = changeRate(refilled.map(({ ms, is }) => ({ ms, changed: is === 'other' })))
    const uniform = this.#expected((age, ms) => age / ms)
    const poisson = perMs > 0 ? this.#expected((age, ms) => Math.expm1(-perMs * age) / Math.expm1(-perMs * ms)) : uniform
    return {
      by: 'values',
      reads,
      share: (uniform.share + poisson.share) / 2,
      low: Math.min(uniform.low, poisson.low),
      high: Math.max(uniform.high, poisson.high),
      changesPerKeyHour: perMs * HOUR_MS,
      ...this.#about(new Set(ended.map(({ key }) => key)).size),
    }
  }

  /** The part of the reads that were old, if a read at an age is old with that probability where its value had changed by the end. */
  #expected(old: (ageMs: number, ofMs: number) => number): { share: number; low: number; high: number } {
    const byKey = new Map<number, { reads: number; old: number }>()
    let within = 0
    for (const { key, ms, ages, is } of this.#ended) {
      const one = byKey.get(key) ?? { reads: 0, old: 0 }
      one.reads += ages.length
      if (is === 'other') {
        one.old += sum(ages.map((age) => old(age, ms)))
        // When in its life a value changed is not seen: of that many reads any part, evenly, was of the old one.
        within += ages.length ** 2 / 12
      }
      byKey.set(key, one)
    }
    return ratioOf([...byKey.values()], within)
  }

  #about(keys: number): Pick<Staleness, 'keys' | 'ttlMs' | 'other' | 'same'> {
    const count = (what: Ended['is']) => this.#ended.filter(({ is }) => is === what).length
    const ttls = this.#ttls.sort((a, b) => a - b)
    return { keys, ttlMs: ttls[Math.floor(ttls.length / 2)] ?? null, other: count('other'), same: count('same') }
  }
}

const sum = (values: readonly number[]) => values.reduce((all, one) => all + one, 0)

/** Old over all reads, keys being what was sampled: the ratio estimator of cluster sampling (Cochran, Sampling Techniques, 6.3), with `more` variance of the sum. */
function ratioOf(keys: readonly { reads: number; old: number }[], more: number): { share: number; low: number; high: number } {
  const reads = sum(keys.map((one) => one.reads))
  const share = sum(keys.map(({ old }) => old)) / reads
  const n = Math.max(2, keys.length)
  const between = (n / (n - 1)) * sum(keys.map((one) => (one.old - share * one.reads) ** 2))
  // Where none was old, one of every so many still may be (the rule of three).
  const half = Math.max(Z * (Math.sqrt(between + more) / reads), 3 / reads)
  return { share, low: Math.max(0, share - half), high: Math.min(1, share + half) }
}
