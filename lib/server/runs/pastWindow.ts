import { createSlices } from '../../engine/slices.ts'
import { median } from '../../math/robust.ts'
import { metricOf } from '../../metrics/registry.ts'
import type { Point, Series } from '../../model/series.ts'
import type { Store } from '../../model/store.ts'
import type { SeriesWindow } from '../../model/window.ts'
import { windowOfSeries } from '../../store/window.ts'
import { WATCHED } from './watchedFigures.ts'

/** So many samples of a series are read one by one; of more their buckets. */
const SAMPLES_MOST = 1_500
/** Of the whole stretch, both halves together. */
const BUCKETS = 480
/** Between two points of a bucketed series that has no gap there is one step: this tells the step of series that begin late. */
const STEP_OF = 16

/** Every stored metric that a figure of a run is measured of. */
const stored = (): string[] => [
  ...new Set(
    Object.values(WATCHED).flatMap(({ tellsOf, figures }) => [
      ...tellsOf,
      ...figures.flatMap(({ metric }) => [...metricOf(metric).from, ...metricOf(metric).also]),
    ]),
  ),
]

/** The fleet between two moments, however long ago, as the store still has it: what runs are measured on. Drawn in slices of time. */
export async function pastWindow({ drawings }: Pick<Store, 'drawings'>, from: number, to: number, pollMs: number): Promise<SeriesWindow> {
  const pause = createSlices()
  const stepMs = stepOf(to - from, pollMs)
  const series: Series[] = []
  for (const metric of stored())
    for (const { labels, draw } of drawings({ metric, labels: {}, from, to, ...(stepMs !== undefined && { stepMs }) })) {
      await pause()
      const { points } = draw()
      const seen = points.filter((point): point is Point => point[1] !== null)
      if (seen.length > 0) series.push({ metric, labels, points: seen, stepMs: stepMs === undefined ? spacing(seen, pollMs) : Math.max(stepMs, spacing(points, stepMs)) }) // biome-ignore format: one line
    }
  return windowOfSeries(series, [], from, to)
}

/** Undefined: sample by sample. */
function stepOf(spanMs: number, pollMs: number): number | undefined {
  if (spanMs / pollMs <= SAMPLES_MOST) return undefined
  return Math.ceil(spanMs / BUCKETS / 1_000) * 1_000
}

function spacing(points: readonly (readonly [number, number | null])[], otherwise: number): number {
  const few = points.slice(0, STEP_OF + 1)
  return median(few.slice(1).map(([at], i) => at - few[i]![0])) ?? otherwise
}
