import type { Interval } from './intervals.ts'
import { deviation, mean } from './robust.ts'

/** One slice of time: how much was asked, and how long an answer took on average. */
export type LoadPoint = { rate: number; seconds: number }

/**
 * A load-latency line, the hockey stick of capacity planning: the response is level up to a knee, and rises beyond it. `knee` null: it does
 * not rise within the rates that were seen, so that where it would is not known.
 */
export type LoadLine = {
  /** The level response, in seconds. */
  base: number
  /** Standard deviation of a slice's response about the line. */
  noise: number
  slices: number
  /** The rates that were seen. */
  least: number
  most: number
  /** Where it begins to rise, with its 95 % interval, and by how many seconds for each request a second more. */
  knee: (Interval & { slope: number }) | null
}

/** Fewer slices give no line. */
const SLICES_MIN = 12
/** F of two more parameters at 1 % with few slices (Fisher; 8.0 at 2 and 9): below it a rise may be chance. */
const F_LEAST = 8
/** F of one parameter at 5 %, about: knees that fit not much worse than the best are in its interval (profile likelihood). */
const F_SAME = 4
/** A rise that leaves an answer less than half as long again at the highest rate seen is no knee. */
const RISE_LEAST = 1.5
/** A knee needs so many slices beyond it. */
const BEYOND = 3

/** The line through slices of different load; null of too few. Segmented least squares with one knee, tested against no knee at all. */
export function loadLineOf(points: readonly LoadPoint[]): LoadLine | null {
  if (points.length < SLICES_MIN) return null
  const rates = points.map(({ rate }) => rate).sort((a, b) => a - b)
  const [least, most] = [rates[0]!, rates.at(-1)!]
  const seconds = points.map((point) => point.seconds)
  const level = { base: mean(seconds)!, noise: deviation(seconds), slices: points.length, least, most, knee: null }
  const knees = [...new Set(rates.slice(BEYOND - 1, -BEYOND))].map((at) => ({ at, ...stick(points, at) }))
  const best = knees.reduce<(typeof knees)[number] | null>((a, b) => (a === null || b.error < a.error ? b : a), null)
  if (best === null) return level
  const freedom = points.length - 3
  const flat = seconds.reduce((sum, one) => sum + (one - level.base) ** 2, 0)
  const unexplained = Math.max(best.error, Number.EPSILON * flat)
  const rises = best.slope > 0 && best.base + best.slope * (most - best.at) >= RISE_LEAST * best.base
  if (!rises || (flat - best.error) / 2 < F_LEAST * (unexplained / freedom)) return level
  const same = knees.map(({ error, slope }) => slope > 0 && error <= unexplained * (1 + F_SAME / freedom))
  // Knees are tried at rates that were seen: the truth may lie up to the next one.
  const [low, high] = [knees[Math.max(0, same.indexOf(true) - 1)]!.at, knees[Math.min(same.length - 1, same.lastIndexOf(true) + 1)]!.at]
  return {
    ...level,
    base: best.base,
    noise: Math.sqrt(best.error / freedom),
    knee: { value: best.at, low, high, slope: best.slope },
  }
}

/** Least squares of a line that is level up to `knee`. */
function stick(points: readonly LoadPoint[], knee: number): { base: number; slope: number; error: number } {
  const xs = points.map(({ rate }) => Math.max(0, rate - knee))
  const [x, y] = [mean(xs)!, mean(points.map(({ seconds }) => seconds))!]
  const square = xs.reduce((sum, one) => sum + (one - x) ** 2, 0)
  const slope = square > 0 ? xs.reduce((sum, one, i) => sum + (one - x) * (points[i]!.seconds - y), 0) / square : 0
  const base = y - slope * x
  return { base, slope, error: xs.reduce((sum, one, i) => sum + (points[i]!.seconds - base - slope * one) ** 2, 0) }
}

/** Beyond what was seen a response may grow by half of what the load does, at the least that is reckoned with. */
const BEYOND_SEEN = 0.5

/** The response at a rate, with the band that single slices had; wider beyond the rates that were seen. */
export function responseAt(line: LoadLine, rate: number): Interval & { seen: boolean } {
  const { base, noise, knee, most } = line
  const value = base + (knee ? knee.slope * Math.max(0, rate - knee.value) : 0)
  const beyond = Math.max(0, rate / most - 1)
  const half = 2 * noise
  return {
    value,
    low: Math.max(0, value - half),
    high: (value + half) * (1 + BEYOND_SEEN * beyond) + (knee ? knee.slope * Math.max(0, Math.min(rate, knee.value) - knee.low) : 0),
    seen: beyond <= 0.02,
  }
}
