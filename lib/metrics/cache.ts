import { clamped, ratioInterval } from '../math/intervals.ts'
import { type Labels, labelsKey, type Series } from '../model/series.ts'
import type { Measurement, SeriesWindow } from '../model/window.ts'
import { batchesOf, beside, EVENTS_MIN, grownIn, measured, rows, shareOf, unjudged, whereText } from './batches.ts'
import { gridOf, grouped, type History, paired, pointsOf, type Track } from './history.ts'
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

const COMMANDS = 'cache_commands_total'
const COMMAND_SECONDS = 'cache_command_seconds_total'

/** The server's time for a command, over all commands of which both the number and the time are reported. */
function commandSeconds(window: SeriesWindow, where: Labels): Measurement {
  const timed = window.series(COMMAND_SECONDS, where).filter(({ labels }) => beside(window, COMMANDS, labels))
  if (timed.length === 0) return unjudged(`times of commands are not reported for ${whereText(where)}`)
  const counted = timed.map(({ labels }) => beside(window, COMMANDS, labels)!)
  const batches = batchesOf(window, counted, COMMANDS, where)
  if (typeof batches === 'string') return unjudged(batches)
  const [seconds, commands] = [grownIn(timed, batches), grownIn(counted, batches)]
  const sums = commands.flatMap((whole, i) => (whole === null || seconds[i] === null ? [] : [{ part: seconds[i]!, whole }]))
  const count = sums.reduce((total, { whole }) => total + whole, 0)
  if (count < EVENTS_MIN) return unjudged(`${Math.round(count)} commands; ${EVENTS_MIN} needed`)
  return measured(clamped(ratioInterval(sums)!, 0, Number.POSITIVE_INFINITY), count)
}

/** The same moment by moment, of each cache over all its commands. */
async function* commandSecondsDrawn(history: History): AsyncGenerator<Track> {
  const counted = new Map(history.rows(COMMANDS).map((row) => [labelsKey(row.labels), row]))
  for (const { labels, rows } of grouped(history.rows(COMMAND_SECONDS), ['target'])) {
    const both = rows.flatMap((row) => {
      const counts = counted.get(labelsKey(row.labels))
      return counts ? [[row, counts] as const] : []
    })
    if (both.length === 0) continue
    const grid = await gridOf(both.flat())
    const sumAt = (i: number, of: 0 | 1) =>
      both.reduce((sum, _, k) => (Number.isNaN(grid.columns[2 * k]![i]) ? sum : sum + (grid.columns[2 * k + of]![i]! || 0)), 0)
    yield { labels, points: await pointsOf(history, grid, (i) => (sumAt(i, 1) > 0 ? sumAt(i, 0) / sumAt(i, 1) : null)) }
  }
}

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
  {
    name: 'cache_command_seconds_mean',
    words: 'time of a command',
    unit: 'seconds',
    kind: 'mean',
    from: [COMMAND_SECONDS, COMMANDS],
    also: [],
    measure: commandSeconds,
    series: commandSecondsDrawn,
  },
  rate('cache_miss_rate', 'misses per second', MISSES),
  rate('cache_write_rate', 'writes per second', 'cache_writes_total'),
]
