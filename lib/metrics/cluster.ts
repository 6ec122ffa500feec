import { meanInterval } from '../math/intervals.ts'
import type { Labels } from '../model/series.ts'
import type { Measurement, SeriesWindow } from '../model/window.ts'
import { batchesOf, grownIn, measured, rows, secondsIn, unjudged } from './batches.ts'
import { hitRatio } from './cache.ts'
import { gridOf, grouped, type History, pointsOf, type Row, type Track } from './history.ts'
import { counter, gauge, type Metric } from './metric.ts'

const SLOTS = 'cache_cluster_slots'
const SECONDS = 'cache_command_seconds_total'

/** The masters of a cluster: targets that serve slots of it at the newest moment. */
const mastersOf = (window: SeriesWindow, where: Labels): string[] =>
  window.series(SLOTS, where).flatMap(({ labels, points }) => ((points.at(-1)?.[1] ?? 0) > 0 && labels.target ? [labels.target] : []))

/** Time in commands of the busiest master over the mean of all: 1 is even. */
function loadImbalance(window: SeriesWindow, where: Labels): Measurement {
  const masters = mastersOf(window, where)
  if (masters.length < 2) return unjudged('fewer than two masters of the cluster are watched')
  const counters = masters.map((target) => rows(window, SECONDS, { target }))
  const unseen = counters.findIndex((series) => series.length === 0)
  if (unseen >= 0) return unjudged(`${SECONDS} is not reported for ${masters[unseen]}`)
  const batches = batchesOf(window, counters.flat(), SECONDS, where)
  if (typeof batches === 'string') return unjudged(batches)
  // Rates, not growth: a batch of one master may lack a poll.
  const rates = counters.map((series) => {
    const seconds = secondsIn(series, batches)
    return grownIn(series, batches).map((grown, i) => (grown === null || seconds[i] === 0 ? null : grown / seconds[i]!))
  })
  const whole = Array.from({ length: batches.size }, (_, i) => rates.map((of) => of[i] ?? null)).filter((batch): batch is number[] =>
    batch.every((value) => value !== null),
  )
  const totals = masters.map((_, k) => whole.reduce((sum, batch) => sum + batch[k]!, 0))
  const level = totals.reduce((sum, total) => sum + total, 0) / masters.length
  if (whole.length < 2 || !(level > 0)) return unjudged('its masters were not all seen at the same time')
  const worst = totals.indexOf(Math.max(...totals))
  const factors = whole.flatMap((batch) => {
    const mean = batch.reduce((sum, rate) => sum + rate, 0) / masters.length
    return mean > 0 ? [batch[worst]! / mean] : []
  })
  const interval = meanInterval(factors)
  if (!interval || factors.length < 2) return unjudged(`${SECONDS} was seen too briefly`)
  const value = totals[worst]! / level
  return measured(
    { value, low: Math.min(value, Math.max(1, interval.low)), high: Math.max(value, interval.high) },
    counters[worst]![0]!.points.length,
  )
}

/** Largest over mean of the nodes of each cluster, moment by moment. A replica serves no slots, and counts for nothing. */
async function* imbalances(history: History): AsyncGenerator<Track> {
  for (const { labels, rows: nodes } of grouped(history.rows(SLOTS), ['cluster'])) {
    const targets = [...new Set(nodes.map(({ labels: { target } }) => target))]
    const timed = history.rows(SECONDS, 0, {}).filter(({ labels: { target } }) => targets.includes(target))
    const [slots, seconds] = [await gridOf(nodes), await gridOf(timed)]
    const columnsOf = (of: readonly Row[], target: string | undefined) => of.flatMap((row, i) => (row.labels.target === target ? [i] : []))
    const masters = targets
      .filter((target) => columnsOf(nodes, target).some((k) => slots.columns[k]!.some((value) => value > 0)))
      .map((target) => columnsOf(timed, target).map((k) => seconds.columns[k]!))
    yield { labels, points: await pointsOf(history, seconds, (i) => maxOverMean(masters, i)) }
  }
}

/** Null at a moment at which some master was not seen, or none did anything. */
function maxOverMean(masters: readonly (readonly Float64Array[])[], i: number): number | null {
  let [most, sum] = [0, 0]
  for (const columns of masters) {
    const values = columns.map((column) => column[i]!).filter((value) => !Number.isNaN(value))
    if (values.length === 0) return null
    const own = values.reduce((total, value) => total + value, 0)
    most = Math.max(most, own)
    sum += own
  }
  return sum > 0 ? (most * masters.length) / sum : null
}

/** Metrics of a Redis or Valkey Cluster as a whole, by its label `cluster`. */
export const clusterMetrics: Metric[] = [
  counter('cluster_hits_total', 'hits of the whole cluster'),
  counter('cluster_misses_total', 'misses of the whole cluster'),
  hitRatio('cluster_hit_ratio', 'hit ratio of the cluster', 'cluster_hits_total', 'cluster_misses_total'),
  gauge(SLOTS, 'slots of the cluster that it serves'),
  {
    name: 'cluster_load_imbalance',
    words: 'load of the busiest master over the mean',
    unit: 'factor',
    kind: 'ratio',
    from: [SLOTS, SECONDS],
    also: [],
    measure: loadImbalance,
    series: imbalances,
  },
]
