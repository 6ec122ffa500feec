import type { PointColumns } from '../model/series.ts'
import { type Interval, meanInterval } from './intervals.ts'

/** How far a gauge grows a second, with its 95 % interval, over how much time, and whether that still goes on. */
export type Drift = { perSecond: Interval; newest: number; seconds: number; goesOn: boolean }

/**
 * The drift of a random walk (Hyndman and Athanasopoulos, Forecasting, 5.2): the mean of the steps between neighbouring block means, whose
 * interval is widened where neighbouring steps are alike. Null of fewer than `blocksMin` neighbouring pairs of blocks.
 * @param blockMs how much time one block holds: shorter fluctuations are averaged out
 */
export function driftOf(
  { at: moments, value: values }: PointColumns,
  toMs: number,
  blockMs: number,
  blocks: number,
  blocksMin: number,
): Drift | null {
  const from = toMs - blocks * blockMs
  let i = moments.length
  while (i > 0 && moments[i - 1]! > from) i--
  const steps: number[] = []
  let before: number | null = null
  for (let block = 1; block <= blocks; block++) {
    let [sum, count] = [0, 0]
    // A block holds its end, not its beginning.
    for (; i < moments.length && moments[i]! - from <= block * blockMs; i++, count++) sum += values[i]!
    const mean = count > 0 ? sum / count : null
    if (mean !== null && before !== null) steps.push(mean - before)
    before = mean
  }
  const newest = values.at(-1)
  if (steps.length < blocksMin || newest === undefined) return null
  const { value, low, high } = meanInterval(steps)!
  const late = steps.slice(-Math.ceil(steps.length / 3))
  const seconds = blockMs / 1000
  return {
    perSecond: { value: value / seconds, low: low / seconds, high: high / seconds },
    newest,
    seconds: steps.length * seconds,
    goesOn: late.reduce((sum, step) => sum + step, 0) / late.length >= value / 2,
  }
}

/** Seconds until a gauge that drifts so reaches the level; the later end is infinite where it may not grow at all. Null: it does not grow. */
export function secondsTo(level: number, { perSecond, newest }: Drift): Interval | null {
  const left = Math.max(0, level - newest)
  if (!(perSecond.value > 0)) return null
  const after = (rate: number) => (rate > 0 ? left / rate : Number.POSITIVE_INFINITY)
  return { value: after(perSecond.value), low: after(perSecond.high), high: after(perSecond.low) }
}
