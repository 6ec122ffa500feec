import { type Interval, meanInterval } from '../../math/intervals.ts'
import { median } from '../../math/robust.ts'

/** Patterns that something is kept of: those that were met last. About 3 kB each. */
const PATTERNS_MAX = 200
const SIZES_MAX = 200
const IDLES_MAX = 50
/** Types of keys of one pattern hardly differ: a few tell. */
const TYPES_ENOUGH = 10

/** Up to so many numbers a list is copied to be one longer: one that is pushed to gets room for 17. */
const EXACT_MOST = 16

/** `met`: when a key of it was met last, counted by keys. `sized` and `idled`: how many sizes and idle times there were in all. */
type Known = {
  met: number
  sizes: readonly number[]
  sized: number
  types: readonly TypeCount[]
  idleSeconds: readonly number[]
  idled: number
}
type TypeCount = [type: string, count: number]
const nothing = (): Known => ({ met: 0, sizes: [], sized: 0, types: [], idleSeconds: [], idled: 0 })

/** A key that the walk came past. */
type Patterned = { pattern: string }
/** What was sampled of a pattern's keys; null: nothing yet. */
export type PatternFacts = {
  bytesMean: Interval | null
  sizes: number
  types: TypeCount[]
  idleSecondsMedian: number | null
  idles: number
}

/** A rolling sample of the keys of each pattern: sizes, types and idle times of the newest that the walk came past. */
export class PatternSample {
  private runId = ''
  private readonly known = new Map<string, Known>()
  private met = 0

  /** Another run of the server is another keyspace. */
  begin(runId: string): void {
    if (runId === this.runId) return
    this.runId = runId
    this.known.clear()
  }

  size(pattern: string, bytes: number): void {
    const known = this.of(pattern)
    known.sizes = withNewest(known.sizes, bytes, known.sized++, SIZES_MAX)
  }

  type(pattern: string, type: string): void {
    const known = this.of(pattern)
    const counted = known.types.find(([one]) => one === type)
    if (counted) counted[1]++
    else known.types = [...known.types, [type, 1]]
  }

  idle(pattern: string, seconds: number): void {
    const known = this.of(pattern)
    known.idleSeconds = withNewest(known.idleSeconds, seconds, known.idled++, IDLES_MAX)
  }

  /** Of the keys those whose type would tell something, the least known patterns first. */
  wantingType<K extends Patterned>(keys: readonly K[]): K[] {
    const known = this.counted(keys, ({ types }) => sumOf(types))
    return keys.filter((key) => known(key) < TYPES_ENOUGH).sort((one, other) => known(one) - known(other))
  }

  /** The keys whose idle time tells most: of the patterns with the fewest. */
  wantingIdle<K extends Patterned>(keys: readonly K[]): K[] {
    const known = this.counted(keys, ({ idleSeconds }) => idleSeconds.length)
    return [...keys].sort((one, other) => known(one) - known(other))
  }

  private counted(keys: readonly Patterned[], count: (known: Known) => number): (key: Patterned) => number {
    const counts = new Map(keys.map(({ pattern }) => [pattern, 0]))
    for (const pattern of counts.keys()) counts.set(pattern, count(this.known.get(pattern) ?? nothing()))
    return ({ pattern }) => counts.get(pattern)!
  }

  facts(pattern: string): PatternFacts {
    const { sizes, types, idleSeconds } = this.known.get(pattern) ?? nothing()
    return {
      bytesMean: meanInterval(sizes),
      sizes: sizes.length,
      types: types.map(([type, count]): TypeCount => [type, count]).sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)),
      idleSecondsMedian: median(idleSeconds),
      idles: idleSeconds.length,
    }
  }

  private of(pattern: string): Known {
    const before = this.known.get(pattern)
    const known = before ?? nothing()
    known.met = ++this.met
    if (!before) {
      this.known.set(pattern, known)
      if (this.known.size > PATTERNS_MAX) this.dropOldest()
    }
    return known
  }

  private dropOldest(): void {
    let oldest = ''
    let least = Number.POSITIVE_INFINITY
    for (const [pattern, { met }] of this.known)
      if (met < least) {
        oldest = pattern
        least = met
      }
    this.known.delete(oldest)
  }
}

/** A ring buffer of the newest, in no order; `before`: how many there were in all. */
function withNewest(list: readonly number[], value: number, before: number, most: number): readonly number[] {
  if (list.length < Math.min(most, EXACT_MOST)) return [...list, value]
  const own = list as number[]
  own[before % most] = value
  return own
}

const sumOf = (counts: readonly TypeCount[]) => counts.reduce((all, [, count]) => all + count, 0)
