import type { Point } from '../model/series.ts'
import { grown, isGap } from './rates.ts'

/** Several series of one poll side by side: only the moments at which every one of them has a value. */
export type Columns<K extends string> = { at: number[] } & Record<K, number[]>

/** Joins series on their times. Linear in the points; the lists must be in the order of time, as series are. */
export function columns<const K extends string>(series: Record<K, readonly Point[]>): Columns<K> {
  const names = Object.keys(series) as K[]
  const [first, ...rest] = names
  const out = { at: [] as number[], ...Object.fromEntries(names.map((name) => [name, [] as number[]])) } as Columns<K>
  if (!first) return out
  const next = rest.map(() => 0)
  for (const [at, value] of series[first]) {
    const row = rest.map((name, i) => {
      const points = series[name]
      while (next[i]! < points.length && points[next[i]!]![0] < at) next[i]!++
      return points[next[i]!]?.[0] === at ? points[next[i]!]![1] : null
    })
    if (row.includes(null)) continue
    out.at.push(at)
    out[first].push(value)
    rest.forEach((name, i) => {
      out[name].push(row[i]!)
    })
  }
  return out
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
  const out = {
    at: [] as number[],
    seconds: [] as number[],
    restarted: [] as boolean[],
    ...Object.fromEntries(names.map((name) => [name, [] as number[]])),
  } as Steps<K>
  for (let i = 1; i < rows.at.length; i++) {
    const ms = rows.at[i]! - rows.at[i - 1]!
    const fell = names.some((name) => rows[name][i]! < rows[name][i - 1]!)
    if (isGap(rows.at[i - 1]!, rows.at[i]!, stepMs) && !fell) continue
    out.at.push(rows.at[i]!)
    out.seconds.push(ms / 1000)
    out.restarted.push(fell)
    for (const name of names) out[name].push(grown(rows[name][i - 1]!, rows[name][i]!))
  }
  return out
}

/** Running sums with a leading zero: the sum of steps a … b − 1 is `sums[b] − sums[a]`. */
export function sums(values: readonly number[]): Float64Array {
  const out = new Float64Array(values.length + 1)
  for (let i = 0; i < values.length; i++) out[i + 1] = out[i]! + values[i]!
  return out
}
