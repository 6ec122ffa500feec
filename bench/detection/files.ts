import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { NewRecord } from '../../lib/model/record.ts'
import type { Labels, Point, Series } from '../../lib/model/series.ts'
import { emptyTopology, type Topology } from '../../lib/model/topology.ts'
import { FROM, nameOf } from '../../test/series.ts'
import { type Columns, type PackedColumns, unpacked } from './columns.ts'
import type { Labelled, Recording } from './recording.ts'

const root = join(import.meta.dirname, '../..')
export const RECORDED = join(root, 'lib/detectors/recorded')
/** More recordings, where somebody has put them beside the checkout. */
const SHARED = join(root, '../shared/series')

/** A recording as it lies in lib/detectors/recorded. A name without labels is of the one target that there is. */
export type RecordedFile = {
  scenario: string
  /** Of one fault; several are `events`. Seconds. */
  eventAt?: number | null
  eventEnd?: number | null
  events?: Labelled[]
  params?: Record<string, unknown>
  /** One target, or several parts that were polled at moments of their own. */
  at?: number[]
  series?: Columns['series']
  parts?: ((Columns | PackedColumns) & { stepMs?: number })[]
  /** The shape of the fleet whenever it changed. */
  topology?: { at: number; topology: Topology }[]
  /** What was read besides numbers: keys that are hot, when keys end. */
  records?: { at: number; target: string; records: NewRecord[] }[]
  clockSteps?: { at: number; byMs: number }[]
}
/** INFO of a Redis as a recorder outside the project wrote it. */
type InfoFile = {
  scenario: string
  event_at_s: number | null
  event_end_s: number | null
  rows: ({ t: number; up?: number } & Record<string, unknown>)[]
}

/** The fault of a scenario by its name: the rule that should find it, and how many seconds later it shows. */
const SCENARIOS: Record<string, { rule: string; later: number }> = {
  // The flood has to fill the memory first.
  evict: { rule: 'cache/eviction-storm', later: 4.7 },
  ev_steady: { rule: 'cache/eviction-storm', later: 0 },
  hitdrop30: { rule: 'cache/hit-ratio-drop', later: 0 },
  hitdrop10: { rule: 'cache/hit-ratio-drop', later: 0 },
  ttlcliff: { rule: 'cache/mass-expiry', later: 0 },
  stampede: { rule: 'cache/stampede', later: 2 },
  // Nothing is read while the process starts.
  restart: { rule: 'cache/restart', later: 1 },
}

const SUFFIX = '.json.gz'

/** The recordings of this checkout by name, to be read one after the other: together they fill gigabytes. */
export const recordedNames = (): string[] =>
  readdirSync(RECORDED)
    .filter((file) => file.endsWith(SUFFIX))
    .map((file) => file.slice(0, -SUFFIX.length))
    .sort()

export const recordedFile = (name: string): Recording =>
  recordingOf(JSON.parse(gunzipSync(readFileSync(join(RECORDED, `${name}${SUFFIX}`))).toString('utf8')) as RecordedFile)

/** What lies beside the checkout; null when there is no such folder. */
export function sharedFiles(): Recording[] | null {
  if (!existsSync(SHARED)) return null
  return readdirSync(SHARED)
    .filter((file) => /^info-1hz-.*\.json(\.gz)?$/.test(file))
    .sort()
    .map((file) => {
      const bytes = readFileSync(join(SHARED, file))
      return recordingOf(fromInfo(JSON.parse((file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')) as InfoFile))
    })
}

/** The same of the same polls under whatever name; null of a recording without hits. */
export function printOf({ series }: Recording): string | null {
  const points = series.find(({ metric }) => metric === 'cache_hits_total')?.points
  return points?.length ? `${points.length} ${points.at(-1)!.join(' ')}` : null
}

function recordingOf(file: RecordedFile): Recording {
  const parts = (file.parts ?? [{ at: file.at!, series: file.series! }]).map((part) => ({ stepMs: 1000, ...part, ...unpacked(part) }))
  const shapes = file.topology ?? [{ at: 0, topology: oneCache() }]
  const all = shapes.map(({ at, topology }) => ({ at, topology: withAbilities(topology) }))
  return {
    name: file.scenario,
    source: 'real',
    seconds: Math.floor(Math.max(...parts.map(({ at }) => at.at(-1) ?? 0))),
    events: file.events ?? eventsOf(file),
    series: withSmoothing(parts.flatMap(seriesOf), shapes[0]!.topology),
    topology: (second) => (all.findLast((one) => one.at <= second) ?? all[0]!).topology,
    ...(file.records && { records: file.records }),
    ...(file.clockSteps && { clockSteps: file.clockSteps }),
  }
}

const seriesOf = ({ at, series, stepMs }: Columns & { stepMs: number }): Series[] =>
  Object.entries(series).map(([name, values]) => {
    const { metric, labels } = nameOf(name)
    return {
      metric,
      labels: Object.keys(labels).length > 0 ? labels : ({ target: 'a' } as Labels),
      stepMs,
      points: values.flatMap((value, i): Point[] => (value === null ? [] : [[FROM + Math.round(at[i]! * 1000), value]])),
    }
  })

/** HAProxy's means run over so many requests (TIME_STATS_SAMPLES in its defaults.h), which its product tells with each of them. */
const HAPROXY_SAMPLES = 512

/** The first recordings were made without this constant, so that a mean over half a minute was taken for that of a second. */
function withSmoothing(series: readonly Series[], { targets }: Topology): Series[] {
  const smooths = new Set(targets.filter(({ kind }) => kind === 'haproxy').map(({ name }) => name))
  if (series.some(({ metric }) => metric === 'pool_response_smoothing')) return [...series]
  return series.flatMap((one) => {
    if (one.metric !== 'pool_response_seconds' || !smooths.has(one.labels.target!)) return [one]
    return [one, { ...one, metric: 'pool_response_smoothing', points: one.points.map(([at]): Point => [at, HAPROXY_SAMPLES]) }]
  })
}

/** The first recordings of memcached were made before its topology told that it counts ends late. */
const withAbilities = (topology: Topology): Topology => ({
  ...topology,
  targets: topology.targets.map((facts) =>
    facts.kind === 'memcached' ? { ...facts, can: { ...facts.can, countsEndsLate: true } } : facts,
  ),
})

function eventsOf({ scenario, eventAt, eventEnd }: RecordedFile): Labelled[] {
  if (eventAt === null || eventAt === undefined) return []
  const known = SCENARIOS[scenario]
  if (!known) throw new Error(`${scenario}: a recording with a fault whose rule nobody has named in bench/detection/files.ts`)
  return [{ kind: scenario, at: eventAt, shows: eventAt + known.later, end: eventEnd ?? eventAt, rules: [known.rule] }]
}

const oneCache = (): Topology => ({
  ...emptyTopology(),
  targets: [{ name: 'a', kind: 'redis', role: 'cache', state: 'up', capabilities: [] }],
})

const FIELDS: Record<string, (row: Record<string, unknown>) => unknown> = {
  cache_hits_total: (row) => row.keyspace_hits,
  cache_misses_total: (row) => row.keyspace_misses,
  cache_evictions_total: (row) => row.evicted_keys,
  cache_expirations_total: (row) => row.expired_keys,
  cache_writes_total: (row) => (row.cmdstat_set as { calls?: number } | undefined)?.calls ?? row.cmdstat_set_calls ?? row.set_calls,
  cache_items: (row) => row.keys,
  cache_memory_used_bytes: (row) => row.used_memory,
  cache_memory_max_bytes: (row) => row.maxmemory,
  cache_uptime_seconds: (row) => row.uptime_in_seconds,
}

function fromInfo({ scenario, event_at_s, event_end_s, rows }: InfoFile): RecordedFile {
  const numeric = (value: unknown) => (typeof value === 'number' ? value : null)
  return {
    scenario,
    eventAt: event_at_s,
    eventEnd: event_end_s,
    at: rows.map(({ t }) => t),
    series: Object.fromEntries(
      Object.entries(FIELDS)
        .map(([metric, of]) => [metric, rows.map((row) => (row.up === 0 ? null : numeric(of(row))))] as const)
        .filter(([, values]) => values.some((value) => value !== null)),
    ),
  }
}
