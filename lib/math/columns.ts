import { columnsOf, columnsOfPoints, type Point, type PointColumns, type Series } from '../model/series.ts'
import { grown, isGap } from './rates.ts'
import { scratch } from './scratch.ts'

/** A series, whose two columns are read where they stand, or points. */
type Source = Series | readonly Point[]

const isPoints = (source: Source): source is readonly Point[] => Array.isArray(source)
const read = (source: Source, from?: number): PointColumns => (isPoints(source) ? columnsOfPoints(source, from) : columnsOf(source, from))

/** Several series of one poll side by side: only the moments at which every one of them has a value. */
export type Columns<K extends string> = { at: number[] } & Record<K, number[]>

/** Joins series on their times. Linear in the points; the lists must be in the order of time, as series are. Plain loops: it runs for every target at every tick. */
export function columns<const K extends string>(series: Record<K, Source>): Columns<K> {
  const names = Object.keys(series) as K[]
  const { at, values } = joined(names.map((name) => series[name]))
  return { at: [...at], ...Object.fromEntries(names.map((name, k) => [name, [...values[k]!]])) } as Columns<K>
}

type Joined = { at: Float64Array; values: Float64Array[] }

function joined(sources: readonly Source[], from?: number): Joined {
  const lists: PointColumns[] = []
  for (const source of sources) {
    const before = sources.indexOf(source)
    lists.push(before < lists.length ? lists[before]! : read(source, from))
  }
  const [first] = lists
  if (!first) return { at: new Float64Array(0), values: [] }
  // What came with the same polls, as nearly all does, stands side by side already.
  if (lists.every(({ at }) => isSame(first.at, at))) return { at: first.at, values: lists.map(({ value }) => value) }
  const at = new Float64Array(first.at.length)
  const values = lists.map(() => new Float64Array(first.at.length))
  const next = new Int32Array(lists.length)
  let size = 0
  each: for (let i = 0; i < first.at.length; i++) {
    const moment = first.at[i]!
    for (let k = 1; k < lists.length; k++) {
      const other = lists[k]!.at
      let j = next[k]!
      while (j < other.length && other[j]! < moment) j++
      next[k] = j
      if (j === other.length) break each
      if (other[j] !== moment) continue each
    }
    at[size] = moment
    values[0]![size] = first.value[i]!
    for (let k = 1; k < lists.length; k++) values[k]![size] = lists[k]!.value[next[k]!]!
    size++
  }
  return { at: at.subarray(0, size), values: values.map((column) => column.subarray(0, size)) }
}

/** The same moments. Series of one poll share the memory of theirs: those are not compared one by one. */
function isSame(one: Float64Array, other: Float64Array): boolean {
  if (one === other) return true
  if (one.length !== other.length) return false
  if (one.buffer === other.buffer && one.byteOffset === other.byteOffset) return true
  for (let i = 0; i < one.length; i++) if (one[i] !== other[i]) return false
  return true
}

/** The value of exactly that moment; undefined: there is none. The points must be in the order of time. `since`: of those from then on. */
export function valueAt(source: Source, since?: number): (ms: number) => number | undefined {
  const { at, value } = read(source, since)
  let last = 0
  return (ms) => {
    // Mostly asked for one moment after the other.
    if (at[last] === ms) return value[last]
    if (at[last + 1] === ms) return value[++last]
    let low = 0
    let high = at.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (at[middle]! < ms) low = middle + 1
      else high = middle
    }
    last = low
    return at[low] === ms ? value[low] : undefined
  }
}

/** Counters as growth from poll to poll, in columns that are good until the next turn of the event loop. `restarted`: 1 or 0. */
export type Steps<K extends string> = { at: Float64Array; seconds: Float64Array; restarted: Float64Array } & Record<K, Float64Array>

/**
 * The growth of counters that are polled together, at each step's end. Steps over a gap are left out; `restarted` marks the step in which
 * one of them fell (its growth counts from zero). `since`: of what was read from then on.
 */
export function steps<const K extends string>(counters: Record<K, Source>, stepMs: number, since?: number): Steps<K> {
  const names = Object.keys(counters) as K[]
  const { at: moments, values } = joined(
    names.map((name) => counters[name]),
    since,
  )
  const room = Math.max(0, moments.length - 1)
  const [at, seconds, restarted] = [scratch(room), scratch(room), scratch(room)]
  const grew = names.map(() => scratch(room))
  let size = 0
  for (let i = 1; i < moments.length; i++) {
    const from = moments[i - 1]!
    const to = moments[i]!
    let fell = 0
    for (let k = 0; k < values.length; k++) {
      const before = values[k]![i - 1]!
      const after = values[k]![i]!
      if (after < before) fell = 1
      grew[k]![size] = grown(before, after)
    }
    if (fell === 0 && isGap(from, to, stepMs)) continue
    at[size] = to
    seconds[size] = (to - from) / 1000
    restarted[size++] = fell
  }
  const all: Record<string, Float64Array> = { at, seconds, restarted }
  for (let k = 0; k < names.length; k++) all[names[k]!] = grew[k]!
  if (size < room) for (const name in all) all[name] = all[name]!.subarray(0, size)
  return all as Steps<K>
}

/** Running sums with a leading zero, likewise good until the next turn: the sum of steps a … b − 1 is `sums[b] − sums[a]`. */
export function sums(values: ArrayLike<number>): Float64Array {
  const out = scratch(values.length + 1)
  out[0] = 0
  for (let i = 0; i < values.length; i++) out[i + 1] = out[i]! + values[i]!
  return out
}
