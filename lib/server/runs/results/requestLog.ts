import { LOAD_RESULT_MAX, type LoadFigures, type LoadMoment, type LoadResult, type LoadTimes, NO_TIMES } from '../../../model/loadResult.ts'

/** Names that are counted apart; those of a generated address have no end. */
const NAMES_MAX = 10_000

/** All requests of a log, one by one, in columns: figures, percentiles and the course of the run are computed at its end. */
export class RequestLog {
  readonly #ends: number[] = []
  readonly #elapsed: number[] = []
  readonly #failed: boolean[] = []
  readonly #names = new Map<string, number>()
  readonly #nameOf: number[] = []
  /** Users that begin (1) and end (-1). */
  readonly #users: { at: number; change: number }[] = []

  /** Times are epoch ms. */
  request(name: string, start: number, end: number, ok: boolean): void {
    let place = this.#names.get(name)
    if (place === undefined && this.#names.size < NAMES_MAX) {
      place = this.#names.size
      this.#names.set(name, place)
    }
    this.#ends.push(end)
    this.#elapsed.push(end - start)
    this.#failed.push(!ok)
    this.#nameOf.push(place ?? -1)
  }

  user(at: number, begins: boolean): void {
    this.#users.push({ at, change: begins ? 1 : -1 })
  }

  /** Null where no request was made. */
  result(): Pick<LoadResult, 'from' | 'to' | 'seconds' | 'usersMax' | 'all' | 'parts' | 'course'> | null {
    const ends = this.#ends
    if (ends.length === 0) return null
    const at = [...ends.map((end, i) => end - this.#elapsed[i]!), ...this.#users.map((user) => user.at)]
    const from = least(at)
    const to = most(ends)
    const seconds = (to - from) / 1000
    const users = usersOver(this.#users)
    return {
      from,
      to,
      seconds,
      usersMax: users.length > 0 ? most(users.map(({ count }) => count)) : null,
      all: this.#figures(null, seconds),
      parts: this.#parts(seconds),
      course: this.#course(from, to, users),
    }
  }

  #figures(only: number | null, seconds: number): LoadFigures {
    const elapsed: number[] = []
    let failures = 0
    for (const [i, ms] of this.#elapsed.entries()) {
      if (only !== null && this.#nameOf[i] !== only) continue
      elapsed.push(ms)
      if (this.#failed[i]) failures++
    }
    return { requests: elapsed.length, failures, perSecond: seconds > 0 ? elapsed.length / seconds : null, times: timesOf(elapsed) }
  }

  #parts(seconds: number): LoadResult['parts'] {
    const counts = new Map<number, number>()
    for (const name of this.#nameOf) counts.set(name, (counts.get(name) ?? 0) + 1)
    return [...this.#names]
      .sort(([, a], [, b]) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0))
      .slice(0, LOAD_RESULT_MAX.parts)
      .map(([name, place]) => ({ name: name.slice(0, LOAD_RESULT_MAX.name), ...this.#figures(place, seconds) }))
  }

  /** In buckets of whole seconds, each request in the one in which it ended. */
  #course(from: number, to: number, users: readonly { at: number; count: number }[]): LoadMoment[] {
    const step = Math.max(1, Math.ceil((to - from) / 1000 / LOAD_RESULT_MAX.course)) * 1000
    const size = Math.max(1, Math.ceil((to - from + 1) / step))
    const elapsed: number[][] = Array.from({ length: size }, () => [])
    const failures: number[] = new Array(size).fill(0)
    for (const [i, end] of this.#ends.entries()) {
      const bucket = Math.floor((end - from) / step)
      elapsed[bucket]!.push(this.#elapsed[i]!)
      if (this.#failed[i]) failures[bucket]!++
    }
    let [next, count] = [0, 0]
    return elapsed.map((of, bucket) => {
      const until = from + (bucket + 1) * step
      while (next < users.length && users[next]!.at < until) count = users[next++]!.count
      return {
        at: until,
        users: users.length > 0 ? count : null,
        perSecond: of.length / (step / 1000),
        failuresPerSecond: failures[bucket]! / (step / 1000),
        p95: timesOf(of).p95,
      }
    })
  }
}

/** How many there were after each change, in the order of time. */
function usersOver(changes: readonly { at: number; change: number }[]): { at: number; count: number }[] {
  let count = 0
  return [...changes]
    .sort((a, b) => a.at - b.at)
    .map(({ at, change }) => {
      count = Math.max(0, count + change)
      return { at, count }
    })
}

const least = (values: readonly number[]) => values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
const most = (values: readonly number[]) => values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)

/** Exact percentiles by nearest rank, of times in ms. */
function timesOf(elapsed: readonly number[]): LoadTimes {
  if (elapsed.length === 0) return NO_TIMES
  const sorted = Float64Array.from(elapsed).sort()
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]! / 1000
  const mean = sorted.reduce((sum, ms) => sum + ms, 0) / sorted.length / 1000
  return { mean, p50: at(0.5), p90: at(0.9), p95: at(0.95), p99: at(0.99), max: at(1) }
}
