import { createSlices, type Pause } from '../../engine/slices.ts'
import type { Track } from '../../metrics/history.ts'
import { metricOf } from '../../metrics/registry.ts'
import type { MetricsView } from '../../model/answers/series.ts'
import { EvenkeelError } from '../../model/error.ts'
import type { Labels } from '../../model/series.ts'
import { onePage } from '../http/paging.ts'
import type { Runtime } from '../runtime.ts'
import { promqlOf, withArchived } from './archived.ts'
import { historyOf } from './history.ts'

/** A chart has no more pixels; more would only be thinned there. */
const POINTS_MAX = 11_000
/** Points of a long range of which no step was asked: a day in minutes. */
const POINTS_UNASKED = 1_440
/** Steps of whole stretches, as the store keeps them of long ranges. */
const STRETCH_MS = 10_000
const SERIES_MAX = 500

export type SeriesQuestion = { metric: string; labels?: Labels; from?: number; to?: number; stepMs?: number; rate?: boolean }
type Drawn = Track & { metric: string }
type Seen = Pick<Runtime, 'store' | 'now' | 'log'> & { config: { poll: { everyMs: number }; series?: Runtime['config']['series'] } }

/**
 * One metric's history, series by series as they are computed, with pauses in between. Default: the last 15 minutes at the cadence it was
 * polled; of a longer range than that allows, so many points as a day has minutes. Throws `bad_request` before the first.
 */
export function querySeries(
  { store, now, config, log }: Seen,
  { metric, labels = {}, to = now(), from = to - 900_000, stepMs, rate }: SeriesQuestion,
): AsyncIterable<Drawn> {
  if (from >= to) throw new EvenkeelError('bad_request', 'from: must be before to.')
  const tooMany = (to - from) / (stepMs ?? config.poll.everyMs) > POINTS_MAX
  if (tooMany && stepMs !== undefined)
    throw new EvenkeelError(
      'bad_request',
      `step: at most ${POINTS_MAX} points a series; use a step of at least ${Math.ceil((to - from) / POINTS_MAX)} ms.`,
    )
  const step = stepMs ?? (tooMany ? Math.ceil((to - from) / POINTS_UNASKED / STRETCH_MS) * STRETCH_MS : undefined)
  const asked = { labels, from, to, ...(step !== undefined && { stepMs: step }) }
  const pause = createSlices()
  const { series } = metricOf(metric)
  async function* stored(): AsyncGenerator<Track> {
    for (const { draw } of store.drawings({ ...asked, metric, ...(rate !== undefined && { rate }) })) {
      await pause()
      yield draw()
    }
  }
  const tracks = series
    ? series(historyOf(store, asked, pause))
    : withArchived(stored(), promqlOf(config), { ...asked, metric, stepMs: step ?? config.poll.everyMs, rate: rate ?? false }, { now, log })
  return firstOf(tracks, metric, pause)
}

/** Only the series that hold a value, up to the limit. */
async function* firstOf(tracks: AsyncIterable<Track>, metric: string, pause: Pause): AsyncGenerator<Drawn> {
  let count = 0
  for await (const { labels, points } of tracks) {
    if (points.every(([, value]) => value === null)) continue
    yield { metric, labels, points }
    count++
    if (count === SERIES_MAX) return
    await pause()
  }
}

/** Which metrics there are, and the labels they come with. */
export function listMetrics(runtime: Runtime): MetricsView {
  return onePage(runtime.store.catalog(runtime.now() - 15 * 60_000))
}
