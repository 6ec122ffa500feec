import { meanInterval } from '../math/intervals.ts'
import { mean } from '../math/robust.ts'
import type { Labels } from '../model/series.ts'
import type { Measurement, SeriesWindow } from '../model/window.ts'
import { batchesOf, meanIn, measured, unjudged } from './batches.ts'

/** Share of the ring's reads (or of its keys) of each node, the largest over their mean: 1 is even. */
export function ringImbalance(metric: 'ring_share_seen' | 'ring_share_owned', where: Labels, window: SeriesWindow): Measurement {
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
