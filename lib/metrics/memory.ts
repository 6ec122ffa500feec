import { meanInterval } from '../math/intervals.ts'
import type { Labels } from '../model/series.ts'
import type { Measurement, SeriesWindow } from '../model/window.ts'
import { batchesOf, beside, meanIn, measured, rows, unjudged, whereText } from './batches.ts'
import { paired } from './history.ts'
import { counter, gauge, type Metric, rate } from './metric.ts'

const USED = 'cache_memory_used_bytes'
const LIMIT = 'cache_memory_max_bytes'

/** Memory used over the limit, 0 to 1 (above 1 while a server overshoots). Several targets: all that is used over all that may be. */
function memoryRatio(window: SeriesWindow, where: Labels): Measurement {
  const used = rows(window, USED, where)
  const limited = used.flatMap((series) => {
    const limit = beside(window, LIMIT, series.labels)?.points.at(-1)?.[1] ?? 0
    return limit > 0 ? [{ series, limit }] : []
  })
  const batches = batchesOf(
    window,
    limited.map(({ series }) => series),
    USED,
    where,
  )
  if (typeof batches === 'string')
    return unjudged(used.length > 0 && limited.length === 0 ? `${whereText(where)} has no memory limit` : batches)
  const limits = limited.reduce((total, { limit }) => total + limit, 0)
  const means = limited.map(({ series }) => meanIn(series, batches))
  const ratios = Array.from({ length: batches.size }, (_, i) =>
    means.every((mean) => mean[i] !== null) ? means.reduce((total, mean) => total + mean[i]!, 0) / limits : null,
  ).filter((ratio): ratio is number => ratio !== null)
  const interval = meanInterval(ratios)
  return interval && ratios.length > 1
    ? measured({ ...interval, low: Math.max(0, interval.low) }, limited[0]!.series.points.length)
    : unjudged('memory was seen too briefly')
}

/** Metrics of a cache's memory: what it holds, its limit, what it evicts. */
export const memoryMetrics: Metric[] = [
  gauge(USED, 'memory used'),
  gauge(LIMIT, 'memory limit'),
  gauge('cache_items', 'keys held'),
  gauge('cache_items_expiring', 'keys with a TTL'),
  gauge('cache_item_bytes_mean', 'mean size of a key', { together: 'mean' }),
  counter('cache_evictions_total', 'evictions'),
  rate('cache_eviction_rate', 'evictions per second', 'cache_evictions_total'),
  {
    name: 'cache_memory_ratio',
    words: 'memory in use',
    unit: 'ratio',
    kind: 'ratio',
    from: [USED, LIMIT],
    also: [],
    measure: memoryRatio,
    series: (history) => paired(history, USED, LIMIT, (used, limit) => (limit > 0 ? used / limit : null)),
  },
]
