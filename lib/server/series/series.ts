import type { SeriesView } from '../../model/answers/series.ts'
import { EvenkeelError } from '../../model/error.ts'
import type { Labels } from '../../model/series.ts'
import type { Runtime } from '../runtime.ts'
import { derivedSeries } from './derived.ts'

/** A chart has no more pixels; more would only be thinned there. */
const POINTS_MAX = 11_000
const SERIES_MAX = 500

export type SeriesQuestion = { metric: string; labels?: Labels; from?: number; to?: number; stepMs?: number; rate?: boolean }

/** One metric's history. Default: the last 15 minutes at the cadence it was polled. */
export function querySeries(
  runtime: Runtime,
  { metric, labels = {}, to = runtime.now(), from = to - 900_000, stepMs, rate }: SeriesQuestion,
): { series: SeriesView[] } {
  if (from >= to) throw new EvenkeelError('bad_request', 'from: must be before to.')
  if ((to - from) / (stepMs ?? runtime.config.poll.everyMs) > POINTS_MAX && stepMs !== undefined)
    throw new EvenkeelError(
      'bad_request',
      `step: at most ${POINTS_MAX} points a series; use a step of at least ${Math.ceil((to - from) / POINTS_MAX)} ms.`,
    )
  const step = stepMs ?? ((to - from) / runtime.config.poll.everyMs > POINTS_MAX ? Math.ceil((to - from) / POINTS_MAX) : undefined)
  const ask = { labels, from, to, ...(step === undefined ? {} : { stepMs: step }) }
  const series =
    derivedSeries(runtime.store, metric, ask) ?? runtime.store.query({ ...ask, metric, ...(rate === undefined ? {} : { rate }) })
  return { series: series.slice(0, SERIES_MAX) }
}

/** Which metrics there are, and the labels they come with. */
export function listMetrics(runtime: Runtime): { items: { metric: string; labels: Labels[] }[]; next: null } {
  return { items: runtime.store.catalog(runtime.now() - 15 * 60_000), next: null }
}
