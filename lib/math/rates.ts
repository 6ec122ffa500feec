import { columnsOf, momentsOf, newestOf, type Point, type Series } from '../model/series.ts'

/** A hole between two points wider than this many steps is a gap: what happened inside is unknown. */
const GAP_STEPS = 2.5

/** True when the time from one point to the next is a gap at the series' cadence. */
export const isGap = (fromMs: number, toMs: number, stepMs: number) => toMs - fromMs > GAP_STEPS * stepMs

/** By how much a counter grew from one reading to the next. A drop is a restart of the server: it counted from zero since. */
export const grown = (before: number, after: number) => (after >= before ? after - before : after)

/** How much a counter grew over its points, restarts included, in the counter's own unit. Counts across gaps: a counter remembers. */
export function increase(points: readonly Point[]): number {
  let sum = 0
  for (let i = 1; i < points.length; i++) sum += grown(points[i - 1]![1], points[i]![1])
  return sum
}

/** The same of its values alone. */
export function increaseOf(values: ArrayLike<number>): number {
  let sum = 0
  for (let i = 1; i < values.length; i++) sum += grown(values[i - 1]!, values[i]!)
  return sum
}

/** How much a counter grew over its points of [from, to], restarts included. */
export const grownWithin = (series: Series, from: number, to: number): number =>
  series.grownWithin?.(from, to) ?? increase(cut(series.points, from, to))

/** A counter's growth per second over the time that its points span; null of fewer than two points. */
export function rate(points: readonly Point[]): number | null {
  const seconds = spanMs(points) / 1000
  return seconds > 0 ? increase(points) / seconds : null
}

/** Milliseconds from the first point to the last, 0 when there are fewer than two. */
export function spanMs(points: readonly Point[]): number {
  return points.length < 2 ? 0 : points[points.length - 1]![0] - points[0]![0]
}

/** The same of the points of a series within [from, to]. */
export function spanWithin(series: Series, from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY): number {
  const at = momentsOf(series, from, to)
  return at.length < 2 ? 0 : at[at.length - 1]! - at[0]!
}

/** How often a counter fell, which is how often its server restarted or was reset. */
export function resets(points: readonly Point[]): number {
  let count = 0
  for (let i = 1; i < points.length; i++) if (points[i]![1] < points[i - 1]![1]) count++
  return count
}

/** The rate per second of each step, at the step's end. A step over a gap has none; of a step with a restart, only what came after it counts. */
export function rates(points: readonly Point[], stepMs: number): Point[] {
  const out: Point[] = []
  for (let i = 1; i < points.length; i++) {
    const [from, before] = points[i - 1]!
    const [to, after] = points[i]!
    if (to > from && !isGap(from, to, stepMs)) out.push([to, (grown(before, after) / (to - from)) * 1000])
  }
  return out
}

/** What was seen of the stretch, 0 to 1: the time between neighbouring points that is no gap. */
export function coverage(points: readonly Point[], stepMs: number, fromMs: number, toMs: number): number {
  let seen = 0
  for (let i = 1; i < points.length; i++) {
    const from = points[i - 1]![0]
    const to = points[i]![0]
    if (!isGap(from, to, stepMs)) seen += to - from
  }
  return toMs > fromMs ? Math.min(1, seen / (toMs - fromMs)) : 0
}

/** The same of the points of a series within that stretch. */
export function coverageWithin(series: Series, fromMs: number, toMs: number): number {
  const at = momentsOf(series, fromMs, toMs)
  let seen = 0
  for (let i = 1; i < at.length; i++) if (!isGap(at[i - 1]!, at[i]!, series.stepMs)) seen += at[i]! - at[i - 1]!
  return toMs > fromMs ? Math.min(1, seen / (toMs - fromMs)) : 0
}

/** The same of a series' points. */
export function seenOf(series: Series, fromMs: number, toMs: number): number {
  const at = momentsOf(series, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY)
  let seen = 0
  for (let i = at.length - 1; i > 0 && seen < toMs - fromMs; i--) if (!isGap(at[i - 1]!, at[i]!, series.stepMs)) seen += at[i]! - at[i - 1]!
  return toMs > fromMs ? Math.min(1, seen / (toMs - fromMs)) : 0
}

/** A counter's growth within equal buckets of time: `null` where nothing was seen. A step belongs to the bucket that its end lies in; a gap to none. */
export function increases(points: readonly Point[], stepMs: number, fromMs: number, toMs: number, buckets: number): (number | null)[] {
  const out: (number | null)[] = new Array(buckets).fill(null)
  const width = (toMs - fromMs) / buckets
  for (let i = 1; i < points.length; i++) {
    const [from, before] = points[i - 1]!
    const [to, after] = points[i]!
    if (to <= fromMs || to > toMs || isGap(from, to, stepMs)) continue
    const bucket = Math.min(buckets - 1, Math.floor((to - fromMs - 1e-6) / width))
    out[bucket] = (out[bucket] ?? 0) + grown(before, after)
  }
  return out
}

/** The points of [fromMs, toMs], by binary search. */
export function cut(points: readonly Point[], fromMs: number, toMs: number): readonly Point[] {
  const from = firstAt(points, fromMs)
  let to = from
  if (points.length > 0 && points[points.length - 1]![0] <= toMs) to = points.length
  else to = firstAt(points, toMs, true)
  return from === 0 && to === points.length ? points : points.slice(from, to)
}

/** The points of a series within [from, to]: those before are not made. */
export function pointsWithin(series: Series, from: number, to: number): Point[] {
  const { at, value } = columnsOf(series, from, to)
  const points: Point[] = []
  for (let i = 0; i < at.length; i++) points.push([at[i]!, value[i]!])
  return points
}

/** Index of the first point at or after that moment (with `after`: wholly after it). */
function firstAt(points: readonly Point[], ms: number, after = false): number {
  let low = 0
  let high = points.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const at = points[middle]![0]
    if (after ? at <= ms : at < ms) low = middle + 1
    else high = middle
  }
  return low
}

/** The newest value of a series, or null: its other points are not made for that. */
export const newestValue = (series: Series | undefined): number | null => (series && newestOf(series)?.[1]) ?? null

/** The newest value, or null. */
export const latest = (points: readonly Point[]): number | null => points[points.length - 1]?.[1] ?? null
