import { meanInterval } from '../math/intervals.ts'
import type { Labels, Series } from '../model/series.ts'
import type { Measurement, SeriesWindow } from '../model/window.ts'
import { batchesOf, beside, grownIn, meanIn, measured, rateOf, rows, shareOf, unjudged, whereText } from './batches.ts'

/** Hits over reads, where both are reported. */
export function hitRatio(where: Labels, window: SeriesWindow): Measurement {
  const hits = rows(window, 'cache_hits_total', where)
  const misses = hits.map((series) => beside(window, 'cache_misses_total', series.labels))
  const both = hits.filter((_, i) => misses[i])
  const batches = batchesOf(window, both, 'cache_hits_total', where)
  if (typeof batches === 'string') return unjudged(hits.length > 0 && both.length === 0 ? 'misses are not reported' : batches)
  const hit = grownIn(both, batches)
  const missed = grownIn(
    misses.filter((series): series is Series => series !== undefined),
    batches,
  )
  return shareOf(hit, sum(hit, missed), 'reads')
}

/** Reads a second: hits and misses. */
export const readRate = (where: Labels, window: SeriesWindow): Measurement =>
  rateOf(window, [...rows(window, 'cache_hits_total', where), ...rows(window, 'cache_misses_total', where)], 'cache_hits_total', where)

/** Memory used over the limit, 0 to 1 (above 1 while a server overshoots). Several targets: all that is used over all that may be. */
export function memoryRatio(where: Labels, window: SeriesWindow): Measurement {
  const used = rows(window, 'cache_memory_used_bytes', where)
  const limited = used.flatMap((series) => {
    const limit = beside(window, 'cache_memory_max_bytes', series.labels)?.points.at(-1)?.[1] ?? 0
    return limit > 0 ? [{ series, limit }] : []
  })
  const batches = batchesOf(
    window,
    limited.map(({ series }) => series),
    'cache_memory_used_bytes',
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

/** Batch by batch; null where either was not seen. */
const sum = (a: readonly (number | null)[], b: readonly (number | null)[]) =>
  a.map((value, i) => (value === null || b[i] === null || b[i] === undefined ? null : value + b[i]))
