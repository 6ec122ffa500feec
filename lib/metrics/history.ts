import { type Labels, labelsKey } from '../model/series.ts'
import { Grid } from './grid.ts'

/** A value at a moment (epoch ms), null where nothing was seen. */
export type Value = readonly [at: number, value: number | null]
/** One line of a chart. */
export type Track = { labels: Labels; points: readonly Value[] }
/** A stored series that is drawn when it is asked for. */
export type Row = { labels: Labels; draw(): Promise<readonly Value[]> }

/**
 * The stored series of the asked labels and time, downsampled to the asked step, counters as their rate per second. What is computed of them
 * is computed in one pass, and lets others run in between: a day of a hundred targets takes a second.
 */
export interface History {
  /** What was asked for. */
  labels: Labels
  /**
   * `leastMs`: buckets are at least that long, where a shorter one holds too little to be measured. `labels`: of what, where a part is computed
   * of the whole that it belongs to.
   */
  rows(metric: string, leastMs?: number, labels?: Labels): Row[]
  /** How long a bucket is: the asked step, or `leastMs` where that is longer. */
  stepMs(leastMs: number): number
  /** To be awaited in loops that may take long: lets others run once enough time was taken. */
  pause(): Promise<void> | undefined
}

/** All rows of a metric, as they are. */
export async function* drawnRows(history: History, metric: string): AsyncGenerator<Track> {
  for (const { labels, draw } of history.rows(metric)) yield { labels, points: await draw() }
}

/** Row by row what two metrics make of each other at the same moments; rows that only one of them has are left out. */
export async function* paired(history: History, a: string, b: string, of: (a: number, b: number) => number | null): AsyncGenerator<Track> {
  const others = new Map(history.rows(b).map((row) => [labelsKey(row.labels), row]))
  for (const row of history.rows(a)) {
    const other = others.get(labelsKey(row.labels))
    if (!other) continue
    const grid = await gridOf([row, other])
    const [first, second] = grid.columns as [Float64Array, Float64Array]
    const valueAt = (i: number) => (Number.isNaN(first[i]) || Number.isNaN(second[i]) ? null : of(first[i]!, second[i]!))
    yield { labels: row.labels, points: await pointsOf(history, grid, valueAt) }
  }
}

/** Draws rows one after the other onto the same moments. */
export async function gridOf(rows: readonly (Row | undefined)[]): Promise<Grid> {
  const grid = new Grid()
  for (const row of rows) grid.add(row ? await row.draw() : [])
  return grid
}

const MOMENTS = 64

/** What is computed moment by moment. */
export async function pointsOf(history: History, { at }: Grid, valueAt: (i: number) => number | null): Promise<Value[]> {
  const points: Value[] = []
  for (let i = 0; i < at.length; i++) {
    if (i % MOMENTS === 0) await history.pause()
    points.push([at[i]!, valueAt(i)])
  }
  return points
}

/** Rows that share the values of those labels, in the order in which they come. */
export function grouped(rows: readonly Row[], names: readonly string[]): { labels: Labels; rows: Row[] }[] {
  const groups = new Map<string, { labels: Labels; rows: Row[] }>()
  for (const row of rows) {
    const labels = Object.fromEntries(names.flatMap((name) => (row.labels[name] === undefined ? [] : [[name, row.labels[name]]])))
    const key = labelsKey(labels)
    const group = groups.get(key) ?? { labels, rows: [] }
    groups.set(key, group)
    group.rows.push(row)
  }
  return [...groups.values()]
}
