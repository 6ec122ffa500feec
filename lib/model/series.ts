/** What tells two series of one metric apart. Keys and values are plain text; key names of a cache never become labels. */
export type Labels = Readonly<Record<string, string>>

/** Epoch milliseconds and a finite value in the metric's own unit. A gap is the absence of points, never a zero. */
export type Point = readonly [ms: number, value: number]

/** One value as a probe read it. The engine adds `target` and the time; a source that has its own (Prometheus) sets them. */
export type Reading = { metric: string; labels?: Labels; value: number; at?: number }

/** Points as two columns: moments, and the values at them. */
export type PointColumns = { readonly at: Float64Array; readonly value: Float64Array }

/**
 * One value's history. `stepMs` is the cadence at which it is polled: a hole wider than 2.5 steps is a gap. `lateMs`: how much later than it
 * was measured its provider tells it; absent where it is told at once.
 */
export interface Series {
  readonly metric: string
  readonly labels: Labels
  readonly stepMs: number
  readonly lateMs?: number
  readonly points: readonly Point[]
  /** The newest of them, where it is known without making all of them. See `newestOf`. */
  readonly newest?: Point | undefined
  /** Those of [from, to], all by default, as two columns, good until the next turn of the event loop; undefined where they are not held so. See `columnsOf`. */
  columns?(from?: number, to?: number): PointColumns | undefined
  /** The moments alone of those of [from, to], likewise. See `momentsOf`. */
  moments?(from: number, to: number): Float64Array | undefined
  /** The value of the oldest of them where it is known, without reading the others, that none is lower than the one before it; else undefined. */
  leastOfRising?(): number | undefined
  /** A counter's growth over those of [from, to], where it is known without making them. See `grownWithin` in lib/math. */
  grownWithin?(from: number, to: number): number
}

/** The newest point of a series. */
export const newestOf = (series: Series): Point | undefined => ('newest' in series ? series.newest : series.points.at(-1))

/** The points of a series within [from, to] as two columns, to be read at once: a pair for each would be most of the work of whoever looks at all of them. */
export const columnsOf = (series: Series, from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY): PointColumns =>
  series.columns?.(from, to) ?? columnsOfPoints(series.points, from, to)

/** The moments alone of the points of a series within [from, to]: no value is read. */
export const momentsOf = (series: Series, from: number, to: number): Float64Array =>
  series.moments?.(from, to) ?? columnsOfPoints(series.points, from, to).at

export function columnsOfPoints(points: readonly Point[], from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY): PointColumns {
  let [first, end] = [0, points.length]
  while (first < end && points[first]![0] < from) first++
  while (end > first && points[end - 1]![0] > to) end--
  const [at, value] = [new Float64Array(end - first), new Float64Array(end - first)]
  for (let i = first; i < end; i++) {
    at[i - first] = points[i]![0]
    value[i - first] = points[i]![1]
  }
  return { at, value }
}

/** True when every wanted label stands in `labels` with the same value. */
export function labelsMatch(labels: Labels, wanted: Labels): boolean {
  for (const name in wanted) if (labels[name] !== wanted[name]) return false
  return true
}

/** True when both hold the same labels, in whatever order. */
export function sameLabels(one: Labels, other: Labels): boolean {
  if (one === other) return true
  let more = 0
  for (const name in one) {
    if (one[name] !== other[name]) return false
    more++
  }
  for (const _ in other) more--
  return more === 0
}

/** One text for one set of labels, whatever their order: `{pool="app",target="edge"}`. */
export function labelsKey(labels: Labels): string {
  return `{${Object.keys(labels)
    .sort()
    .map((name) => `${name}=${JSON.stringify(labels[name])}`)
    .join(',')}}`
}
