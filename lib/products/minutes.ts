import { isCounter } from '../model/naming.ts'
import type { Reading } from '../model/series.ts'

const MINUTE_MS = 60_000

/** [start of the minute in epoch ms, value], oldest first. */
export type Minutes = (readonly [number, number])[]
export type MinuteSeries = { to: string; labels?: Readonly<Record<string, string>>; minutes: Minutes }

/** By metric and labels: what a counter has come to, and until when (epoch ms) its minutes were taken. */
type State = Record<string, { total: number; end: number }>

/**
 * The readings that a provider's minutes come to, those before the cursor left out. A minute's count is added to a counter at the minute's end; a
 * minute that is not there is a gap. `settled`: the newest minute (its start) that nothing is added to any more. `periodMs`: of a
 * provider that tells by other periods than the minute. Pure.
 */
export function readingsOfMinutes(
  series: readonly MinuteSeries[],
  settled: number,
  cursor: string | null,
  periodMs = MINUTE_MS,
): { samples: Reading[]; cursor: string } {
  const before = cursor === null ? {} : (JSON.parse(cursor) as State)
  const state: State = {}
  const samples: Reading[] = []
  for (const { to, labels, minutes } of series) {
    const key = `${to} ${JSON.stringify(labels ?? {})}`
    const tag = { metric: to, ...(labels && { labels }) }
    let { total, end } = before[key] ?? { total: 0, end: Number.NEGATIVE_INFINITY }
    for (const [start, value] of minutes) {
      if (start < end || start > settled) continue
      if (isCounter(to)) {
        // Where its first minute begins, and again after a gap; where one minute is missing, a point at its end would make a zero of it.
        if (start - end >= 2 * periodMs) samples.push({ ...tag, value: total, at: start })
        total += value
        samples.push({ ...tag, value: total, at: start + periodMs })
      } else samples.push({ ...tag, value, at: start + periodMs })
      end = start + periodMs
    }
    if (Number.isFinite(end)) state[key] = { total, end }
  }
  return { samples: samples.sort((a, b) => a.at! - b.at!), cursor: JSON.stringify({ ...before, ...state }) }
}
