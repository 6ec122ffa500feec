import { steps } from '../math/columns.ts'
import { median } from '../math/robust.ts'
import type { SeriesWindow } from '../model/window.ts'

/** True while far more is written than before: keys of a load that goes on expire as spread out as they were written. */
export function loading(window: SeriesWindow, target: string): boolean {
  const series = window.series('cache_writes_total', { target }).find(({ labels }) => Object.keys(labels).length === 1)
  if (!series) return false
  const { at, seconds, writes } = steps({ writes: series }, series.stepMs)
  const perSecond = (from: number, to: number) =>
    Array.from(writes.keys())
      .filter((i) => at[i]! > window.to - from && at[i]! <= window.to - to)
      .map((i) => writes[i]! / seconds[i]!)
  // The newest seconds alone decide, so that the end of a load is noticed at once.
  const newest = median(perSecond(5_000, 0)) ?? 0
  if (newest <= 100) return false
  const before = perSecond(100_000, 10_000)
  return before.length >= 10 && newest > 3 * (median(before) ?? 0)
}

/** The highest write rate sustained for ten seconds, per second: one TTL later as many keys expire each second, which is a steady flow and no cliff. */
export function sustainedWrites(window: SeriesWindow, target: string): number {
  const series = window.series('cache_writes_total', { target }).find(({ labels }) => Object.keys(labels).length === 1)
  if (!series) return 0
  const { seconds, writes } = steps({ writes: series }, series.stepMs)
  const rates = writes.map((count, i) => count / seconds[i]!)
  let most = 0
  for (let i = 19; i < rates.length; i++) most = Math.max(most, median(rates.slice(i - 19, i + 1))!)
  return most
}
