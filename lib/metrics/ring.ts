import { meanInterval } from '../math/intervals.ts'
import { mean } from '../math/robust.ts'
import type { Labels } from '../model/series.ts'
import type { Measurement, SeriesWindow } from '../model/window.ts'
import { batchesOf, meanIn, measured, unjudged } from './batches.ts'
import { hitRatio } from './cache.ts'
import { gridOf, grouped, type History, pointsOf, type Track } from './history.ts'
import { counter, gauge, type Metric, rate } from './metric.ts'

/** Share of the ring's reads (or of its keys) of each node, the largest over their mean: 1 is even. */
function imbalanceOf(metric: string, window: SeriesWindow, where: Labels): Measurement {
  const nodes = window.series(metric, where)
  const batches = batchesOf(window, nodes, metric, where)
  if (typeof batches === 'string') return unjudged(batches)
  if (nodes.length < 2) return unjudged('the ring has one node')
  // A node that left the ring within the window has no share now: only those of the newest moment count.
  const present = nodes.filter(({ points, stepMs }) => batches.to - points.at(-1)![0] <= 3 * stepMs)
  const means = present.map((node) => mean(node.points.map((point) => point[1]))!)
  const level = mean(means)!
  if (!(level > 0)) return unjudged('no node has a share')
  const worst = means.indexOf(Math.max(...means))
  const value = means[worst]! / level
  const seen = meanIn(present[worst]!, batches).filter((share): share is number => share !== null)
  const interval = meanInterval(seen)
  if (!interval || seen.length < 2) return unjudged(`${metric} was seen too briefly`)
  return measured(
    { value, low: Math.min(value, Math.max(1, interval.low / level)), high: Math.max(value, interval.high / level) },
    present[worst]!.points.length,
  )
}

/** Largest over mean of the nodes of each ring, moment by moment. */
async function* imbalances(history: History, metric: string): AsyncGenerator<Track> {
  for (const { labels, rows } of grouped(history.rows(metric), ['ring'])) {
    const grid = await gridOf(rows)
    const points = await pointsOf(history, grid, (i) => maxOverMean(grid.columns, i))
    yield { labels, points: points.filter(([, value]) => value !== null) }
  }
}

/** Null at a moment at which no node was seen, or none had a share: then nothing is uneven, nor even. */
function maxOverMean(shares: readonly Float64Array[], i: number): number | null {
  let [most, sum, nodes] = [Number.NEGATIVE_INFINITY, 0, 0]
  for (const share of shares) {
    const value = share[i]!
    if (Number.isNaN(value)) continue
    most = Math.max(most, value)
    sum += value
    nodes++
  }
  return sum > 0 ? (most * nodes) / sum : null
}

const imbalance = (name: string, words: string, shares: string): Metric => ({
  name,
  words,
  unit: 'factor',
  kind: 'ratio',
  from: [shares],
  also: [],
  measure: (window, where) => imbalanceOf(shares, window, where),
  series: (history) => imbalances(history, shares),
})

/** Metrics of a ring: what its nodes hit together, each node's share of the keys and of the reads. */
export const ringMetrics: Metric[] = [
  counter('ring_hits_total', 'hits of the whole ring'),
  counter('ring_misses_total', 'misses of the whole ring'),
  rate('ring_miss_rate', 'misses of the whole ring per second', 'ring_misses_total'),
  hitRatio('ring_hit_ratio', 'hit ratio of the ring', 'ring_hits_total', 'ring_misses_total'),
  gauge('ring_share_seen', "share of the ring's reads", { unit: 'ratio', together: 'mean' }),
  gauge('ring_share_owned', "share of the ring's keys", { unit: 'ratio', together: 'mean' }),
  gauge('ring_share_moved', 'share of the keys that moved', { unit: 'ratio', together: 'mean' }),
  gauge('ring_version', 'version of the ring', { together: 'mean' }),
  gauge('document_version', 'version of the control document', { together: 'mean' }),
  imbalance('ring_imbalance', 'imbalance (max over mean)', 'ring_share_seen'),
  imbalance('ring_imbalance_owned', 'imbalance of the keys (max over mean)', 'ring_share_owned'),
]
