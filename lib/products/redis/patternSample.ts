import { type Interval, meanInterval } from '../../math/intervals.ts'
import { median } from '../../math/robust.ts'

/** Patterns that something is kept of: those that were met last. About 3 kB each. */
const PATTERNS_MAX = 200
const SIZES_MAX = 200
const IDLES_MAX = 50
/** Types of keys of one pattern hardly differ: a few tell. */
const TYPES_ENOUGH = 10

/** `met`: when a key of it was met last, counted by keys. */
type Known = { met: number; sizes: number[]; types: Map<string, number>; idleSeconds: number[] }
const nothing = (): Known => ({ met: 0, sizes: [], types: new Map(), idleSeconds: [] })

/** A key that the walk came past. */
type Patterned = { pattern: string }
/** What was sampled of a pattern's keys; null: nothing yet. */
export type PatternFacts = {
  bytesMean: Interval | null
  sizes: number
  types: [type: string, count: number][]
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
    push(this.of(pattern).sizes, bytes, SIZES_MAX)
  }

  type(pattern: string, type: string): void {
    const { types } = this.of(pattern)
    types.set(type, (types.get(type) ?? 0) + 1)
  }

  idle(pattern: string, seconds: number): void {
    push(this.of(pattern).idleSeconds, seconds, IDLES_MAX)
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
      types: [...types].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)),
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

const push = (list: number[], value: number, most: number) => {
  list.push(value)
  if (list.length > most) list.shift()
}
const sumOf = (counts: ReadonlyMap<string, number> | undefined) => [...(counts?.values() ?? [])].reduce((all, one) => all + one, 0)
