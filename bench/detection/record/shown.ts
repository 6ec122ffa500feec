import type { Labels, Series } from '../../../lib/model/series.ts'
import { FROM } from '../../../test/series.ts'

/** By what a fault is first seen that shows later than it begins: a memory that has to fill, keys that have to end. */
export type Sign = {
  metric: string
  labels: Labels
  is(before: number, after: number): boolean
  /** Its how manieth time counts; the first unless told. */
  times?: number
}

/** The second of the first poll after `at` that shows the sign; null where none does. */
export function shownAt(sign: Sign, at: number, series: readonly Series[]): number | null {
  const where = series.find(
    ({ metric, labels }) => metric === sign.metric && Object.entries(sign.labels).every(([name, value]) => labels[name] === value),
  )
  let left = sign.times ?? 1
  for (const [i, [ms, value]] of (where?.points ?? []).entries()) {
    const before = where!.points[i - 1]
    if (!before || ms <= FROM + at * 1000 || !sign.is(before[1], value)) continue
    if (--left === 0) return (ms - FROM) / 1000
  }
  return null
}
