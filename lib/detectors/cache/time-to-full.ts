import { z } from 'zod'
import { count, duration as durationText, text } from '../../format/format.ts'
import { type Drift, driftOf, secondsTo } from '../../math/forecast.ts'
import type { Interval } from '../../math/intervals.ts'
import type { Detector, DetectorSettings } from '../../model/detector.ts'
import type { Evidence, Verdict } from '../../model/finding.ts'
import { columnsOf, type Labels, newestOf, type PointColumns, type Series } from '../../model/series.ts'
import type { Role } from '../../model/topology.ts'
import type { SeriesWindow } from '../../model/window.ts'
import { cacheRows, evidence, factsOf, staleBecause } from '../rows.ts'
import { duration, patience } from '../settings.ts'

type Settings = DetectorSettings & { horizon: number; soon: number }
/** What may run out: a gauge, the level at which it has, and what happens then. */
type Supply = { what: 'memory' | 'connections'; used: Series; level: number; end: string }
type Forecast = Supply & { time: Interval; drift: Drift; blockMs: number }

/** A flood shows in blocks of seconds, a leak in blocks of minutes. */
const FINE = { blockMs: 10_000, blocks: 12, steps: 8 }
const COARSE = { blockMs: 60_000, blocks: 15, steps: 8 }
/** Below its highest level in the window nothing runs out: it was there before and came back. */
const PEAK = 0.98

export const timeToFull: Detector<Settings> = {
  id: 'cache/time-to-full',
  title: 'Memory or connections run out soon',
  why: 'At the present growth the limit is reached within the time told. For memory this is judged where it does harm: a store, a cache whose policy evicts nothing (then writes are refused), a server without a limit (then the machine runs out, and the system ends a process). Find what grows (big keys, keys without a TTL, connections that leak), or raise the limit while there is time: `CONFIG SET maxmemory`, `CONFIG SET maxclients`, memcached’s `cache_memlimit`.',
  harmless:
    'Where a job is known to stop before the limit. A cache that evicts is meant to be full and not reported; what that costs, `cache/eviction-storm` and `cache/hit-ratio-low` tell.',
  settings: z.strictObject({
    ...patience('30s', '2m'),
    horizon: duration('30m', 'Forecasts further ahead are not told: rules see a quarter of an hour, and twice that is as far as it tells'),
    soon: duration('10m', 'From here it is critical where writes would be refused or keys lost: less time than it takes to get up and act'),
  }),
  needs: {
    spanMs: 900_000,
    metrics: ['cache_memory_used_bytes', 'cache_memory_max_bytes'],
    also: {
      metrics: [
        'cache_connections',
        'cache_connections_max',
        'cache_items_expiring',
        'redis_memory_used_rss_bytes',
        'redis_total_system_memory_bytes',
        'redis_loading_dump_file',
      ],
      records: ['fact'],
    },
  },
  detect: (window, topology, settings) =>
    cacheRows(window, METRICS).map((row): Verdict => {
      const subject = row.labels
      const stale = staleBecause(row.cache_memory_used_bytes!, window.to)
      if (stale) return { subject, is: 'unjudged', because: stale }
      const newest = (metric: Metric) => (row[metric] && newestOf(row[metric])?.[1]) ?? null
      if (newest('redis_loading_dump_file') === 1) return { subject, is: 'unjudged', because: 'it loads its data from disk' }
      const role = factsOf(topology, subject.target)?.role
      const memory = memoryOf(row, newest, policyOf(window, subject, newest('cache_items_expiring')), role)
      const [open, most] = [row.cache_connections, newest('cache_connections_max')]
      const connections: Supply[] = open && most ? [{ what: 'connections', used: open, level: most, end: 'new ones are refused' }] : []
      const supplies = [...(typeof memory === 'object' && memory ? [memory] : []), ...connections]
      const forecasts = supplies.map((supply) => forecastOf(supply, window.to, settings))
      const [first] = forecasts.filter((one) => typeof one === 'object' && one !== null).sort((a, b) => a.time.value - b.time.value)
      if (first) return found(window, subject, first, settings)
      const unknown = [memory, ...forecasts].find((one) => typeof one === 'string')
      return typeof unknown === 'string' ? { subject, is: 'unjudged', because: unknown } : { subject, is: 'clear' }
    }),
}

const METRICS = [
  'cache_memory_used_bytes',
  'cache_memory_max_bytes',
  'cache_connections',
  'cache_connections_max',
  'cache_items_expiring',
  'redis_memory_used_rss_bytes',
  'redis_total_system_memory_bytes',
  'redis_loading_dump_file',
] as const
type Metric = (typeof METRICS)[number]

/** Whether it evicts when its memory is full; null: not known. Redis by its policy, which may apply to keys with a TTL alone; memcached unless `-M`. */
function policyOf(window: SeriesWindow, { target }: Labels, expiring: number | null): boolean | null {
  const facts = window.records('fact', target)
  const factOf = (id: string) => facts.find((fact) => fact.id === id)?.value
  const policy = factOf('config/maxmemory-policy') ?? factOf('config/evictions')
  if (policy === undefined) return null
  return policy === 'on' || policy.startsWith('allkeys') || (policy.startsWith('volatile') && expiring !== 0)
}

/** The memory that may run out; null where running out does no harm; a sentence where that is not known. */
function memoryOf(
  row: Partial<Record<Metric, Series>>,
  newest: (metric: Metric) => number | null,
  evicts: boolean | null,
  role: Role | undefined,
): Supply | string | null {
  const used = row.cache_memory_used_bytes!
  const limit = newest('cache_memory_max_bytes')
  if (limit === null) return 'its memory limit is not known'
  if (limit === 0) {
    const [held, machine] = [row.redis_memory_used_rss_bytes, newest('redis_total_system_memory_bytes')]
    if (!held || !machine) return null
    return { what: 'memory', used: held, level: machine, end: 'the machine has none left: it has no memory limit of its own' }
  }
  if (evicts === null && role !== 'store') return 'whether it evicts is not known'
  if (evicts && role !== 'store') return null
  return { what: 'memory', used, level: limit, end: evicts ? 'it evicts, and what it evicts is lost' : 'writes are refused' }
}

/** The nearer of the two forecasts that hold; null: none does; a sentence: too little is known for any. */
function forecastOf(supply: Supply, to: number, { horizon, soon }: Settings): Forecast | string | null {
  const columns = columnsOf(supply.used)
  const drifts = [FINE, COARSE].map(({ blockMs, blocks, steps }) => ({ blockMs, drift: driftOf(columns, to, blockMs, blocks, steps) }))
  if (drifts.every(({ drift }) => drift === null))
    return `${supply.what} ${supply.what === 'memory' ? 'was' : 'were'} seen for less than ${((FINE.steps + 1) * FINE.blockMs) / 1000} s`
  const held = drifts.flatMap(({ drift, blockMs }): Forecast[] => {
    const time = drift?.goesOn && drift.newest >= PEAK * highestOf(columns) ? secondsTo(supply.level, drift) : null
    const within = (blockMs === FINE.blockMs ? Math.min(soon, horizon) : horizon) / 1000
    // The later end too: growth that chance may explain is no forecast.
    return time && time.value <= within && time.high <= 3 * within ? [{ ...supply, time, drift: drift!, blockMs }] : []
  })
  return held.sort((a, b) => a.time.value - b.time.value)[0] ?? null
}

function highestOf({ value }: PointColumns): number {
  let highest = 0
  for (let i = 0; i < value.length; i++) if (value[i]! > highest) highest = value[i]!
  return highest
}

function found(window: SeriesWindow, subject: Labels, forecast: Forecast, { horizon, soon }: Settings): Verdict {
  const { what, used, level, end, time, drift, blockMs } = forecast
  const ms = (seconds: number) => durationText(Math.round(seconds) * 1000)
  const left = Math.max(0, level - drift.newest)
  const unit = what === 'memory' ? 'bytes' : 'count'
  const grows = what === 'memory' ? `${text(drift.perSecond.value, 'bytes')}/s` : text(drift.perSecond.value, 'perSecond')
  const span = { from: window.to - drift.seconds * 1000, to: window.to }
  const more: Evidence = evidence(span, used.metric, subject, `${what} left of the limit`, left, unit, { baseline: level })
  return {
    subject,
    is: 'found',
    severity: what === 'memory' && time.value * 1000 <= soon ? 'critical' : 'warning',
    summary: `${what === 'memory' ? 'The memory' : 'The number of connections'} of ${subject.target} reaches its limit in ${ms(time.value)} (${ms(time.low)} to ${ms(time.high)}): ${grows} more, ${what === 'memory' ? text(left, 'bytes') : count(left)} left; then ${end}`,
    evidence: [
      evidence(span, used.metric, subject, 'full in', time.value, 'seconds', {
        low: time.low,
        high: time.high,
        threshold: horizon / 1000,
        method: `drift of the means of ${blockMs / 1000} s over ${drift.seconds} s; 95 % interval, wider where neighbours are alike`,
      }),
      more,
    ],
  }
}
