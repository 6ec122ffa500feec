import type { Point } from '../model/series.ts'
import { grown, isGap } from './rates.ts'

/** Several series of one poll side by side: only the moments at which every one of them has a value. */
export type Columns<K extends string> = { at: number[] } & Record<K, number[]>

/** Joins series on their times. Linear in the points; the lists must be in the order of time, as series are. Plain loops: it runs for every target at every tick. */
export function columns<const K extends string>(series: Record<K, readonly Point[]>): Columns<K> {
  const names = Object.keys(series) as K[]
  const lists = names.map((name) => series[name])
  const values: number[][] = names.map(() => [])
  const at: number[] = []
  const next = new Int32Array(lists.length)
  const [first] = lists
  each: for (let i = 0; first && i < first.length; i++) {
    const moment = first[i]![0]
    for (let k = 1; k < lists.length; k++) {
      const points = lists[k]!
      let j = next[k]!
      while (j < points.length && points[j]![0] < moment) j++
      next[k] = j
      if (j === points.length) break each
      if (points[j]![0] !== moment) continue each
    }
    at.push(moment)
    values[0]!.push(first[i]![1])
    for (let k = 1; k < lists.length; k++) values[k]!.push(lists[k]![next[k]!]![1])
  }
  return { at, ...Object.fromEntries(names.map((name, k) => [name, values[k]!])) } as Columns<K>
}

/** The value of exactly that moment; undefined: there is none. The points must be in the order of time. */
export function valueAt(points: readonly Point[]): (ms: number) => number | undefined {
  return (ms) => {
    let low = 0
    let high = points.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (points[middle]![0] < ms) low = middle + 1
      else high = middle
    }
    return points[low]?.[0] === ms ? points[low]![1] : undefined
  }
}

/** Counters as growth from poll to poll. */
export type Steps<K extends string> = { at: number[]; seconds: number[]; restarted: boolean[] } & Record<K, number[]>

/**
 * The growth of counters that are polled together, at each step's end. Steps over a gap are left out; `restarted` marks the step in which
 * one of them fell (its growth counts from zero).
 */
export function steps<const K extends string>(counters: Record<K, readonly Point[]>, stepMs: number): Steps<K> {
  const names = Object.keys(counters) as K[]
  const rows = columns(counters)
  const read = names.map((name) => rows[name])
  const grew: number[][] = names.map(() => [])
  const [at, seconds, restarted]: [number[], number[], boolean[]] = [[], [], []]
  for (let i = 1; i < rows.at.length; i++) {
    const [from, to] = [rows.at[i - 1]!, rows.at[i]!]
    let fell = false
    for (const values of read) if (values[i]! < values[i - 1]!) fell = true
    if (isGap(from, to, stepMs) && !fell) continue
    at.push(to)
    seconds.push((to - from) / 1000)
    restarted.push(fell)
    for (let k = 0; k < read.length; k++) grew[k]!.push(grown(read[k]![i - 1]!, read[k]![i]!))
  }
  return { at, seconds, restarted, ...Object.fromEntries(names.map((name, k) => [name, grew[k]!])) } as Steps<K>
}

/** Running sums with a leading zero: the sum of steps a … b − 1 is `sums[b] − sums[a]`. */
export function sums(values: readonly number[]): Float64Array {
  const out = new Float64Array(values.length + 1)
  for (let i = 0; i < values.length; i++) out[i + 1] = out[i]! + values[i]!
  return out
}
