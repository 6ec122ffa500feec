import type { Labels, Series } from '../model/series.ts'
import type { Measurement, SeriesWindow } from '../model/window.ts'
import { batchesOf, beside, grownIn, rows, shareOf, unjudged } from './batches.ts'
import { paired } from './history.ts'
import { counter, gauge, type Metric, rate } from './metric.ts'
import { rateOfRows } from './plain.ts'

const HITS = 'cache_hits_total'
const MISSES = 'cache_misses_total'

/** Hits over reads, where both are reported. */
function hitRatioOf(hitsTotal: string, missesTotal: string, window: SeriesWindow, where: Labels): Measurement {
  const hits = rows(window, hitsTotal, where)
  const misses = hits.map((series) => beside(window, missesTotal, series.labels))
  const both = hits.filter((_, i) => misses[i])
  const batches = batchesOf(window, both, hitsTotal, where)
  if (typeof batches === 'string') return unjudged(hits.length > 0 && both.length === 0 ? 'misses are not reported' : batches)
  const hit = grownIn(both, batches)
  const missed = grownIn(
    misses.filter((series): series is Series => series !== undefined),
    batches,
  )
  return shareOf(hit, sum(hit, missed), 'reads')
}

/** Batch by batch; null where either was not seen. */
const sum = (a: readonly (number | null)[], b: readonly (number | null)[]) =>
  a.map((value, i) => (value === null || b[i] === null || b[i] === undefined ? null : value + b[i]))

/** Hit ratio of what has these two counters. */
export const hitRatio = (name: string, words: string, hits: string, misses: string): Metric => ({
  name,
  words,
  unit: 'ratio',
  kind: 'ratio',
  from: [hits, misses],
  also: [],
  measure: (window, where) => hitRatioOf(hits, misses, window, where),
  series: (history) => paired(history, hits, misses, (hit, missed) => (hit + missed > 0 ? hit / (hit + missed) : null)),
})

/** Metrics of a cache's traffic: lookups, commands, connections. */
export const cacheMetrics: Metric[] = [
  counter(HITS, 'cache hits'),
  counter(MISSES, 'cache misses'),
  counter('cache_writes_total', 'cache writes'),
  counter('cache_commands_total', 'commands'),
  counter('cache_command_seconds_total', 'time in commands'),
  counter('cache_connections_rejected_total', 'connections rejected'),
  counter('cache_auth_failures_total', 'logins refused'),
  counter('cache_reply_bytes_total', 'bytes sent'),
  gauge('cache_connections', 'connections'),
  gauge('cache_connections_max', 'connections allowed'),
  gauge('cache_uptime_seconds', 'time since its start'),
  hitRatio('cache_hit_ratio', 'hit ratio', HITS, MISSES),
  {
    name: 'cache_read_rate',
    words: 'reads per second',
    unit: 'perSecond',
    kind: 'rate',
    from: [HITS, MISSES],
    also: [],
    measure: (window, where) => rateOfRows(window, [...rows(window, HITS, where), ...rows(window, MISSES, where)], HITS, where),
    series: (history) => paired(history, HITS, MISSES, (hits, misses) => hits + misses),
  },
  rate('cache_miss_rate', 'misses per second', MISSES),
  rate('cache_write_rate', 'writes per second', 'cache_writes_total'),
]
