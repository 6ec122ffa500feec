import { steps, sums } from '../math/columns.ts'
import { median } from '../math/robust.ts'
import type { SeriesWindow } from '../model/window.ts'

/** What was written together is written within this many polls. */
const BURST_STEPS = 5
/** Least part of the keys that a burst of writes must hold to be the one that wrote them. */
const PART = 0.5
/** Factor over the usual writes. */
const TIMES = 3
/** Nearer ones are the fills after the end, not what wrote the keys. */
const NEAREST_MS = 8_000

/**
 * The time to live of keys that ended together, in ms: how long before it they were written, by the largest burst of writes in the window. Null where
 * none is large enough: they were written before the window, or one by one.
 */
export function lifetimeOf(window: SeriesWindow, target: string, ended: { at: number; keys: number }): number | null {
  const series = window.series('cache_writes_total', { target }).find(({ labels }) => Object.keys(labels).length === 1)
  if (!series) return null
  const { at, writes } = steps({ writes: series }, series.stepMs)
  const total = sums(writes)
  const usual = BURST_STEPS * (median(writes) ?? 0)
  let burst: { at: number; writes: number } | null = null
  for (let i = 0; i < at.length && at[i]! <= ended.at - NEAREST_MS; i++) {
    const count = total[i + 1]! - total[Math.max(0, i + 1 - BURST_STEPS)]!
    if (count >= Math.max(PART * ended.keys, TIMES * usual) && (!burst || count > burst.writes)) burst = { at: at[i]!, writes: count }
  }
  return burst && ended.at - burst.at
}
