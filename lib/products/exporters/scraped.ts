import { EvenkeelError } from '../../model/error.ts'
import type { TopologyPart } from '../../model/product.ts'
import type { Reading } from '../../model/series.ts'
import type { Capability } from '../../model/topology.ts'
import { distributionLimits, distributionsOf } from './distributionsRead.ts'
import { HAPROXY_STATUS, haproxyStates } from './haproxyStates.ts'
import type { Mapping } from './mappingConfig.ts'
import { LATE_MS, periodRows, stepOf } from './periods.ts'
import type { Exporter } from './row.ts'
import { type PromSeries, toPools, toReadings } from './series.ts'
import { type PeriodRow, readingsOfPeriods } from './sums.ts'

const VERSIONED = new Set(['redis_instance_info', 'haproxy_process_build_info'])
/** Read beside what is mapped: who it is, how many processes it has, what states its servers are in. */
export const BESIDE: readonly string[] = [...VERSIONED, 'haproxy_process_nbproc', HAPROXY_STATUS]

export type Scraped = {
  samples: Reading[]
  /** Those of sums of a period; they are told once, while `samples` are as the answer has them. */
  summed: Reading[]
  topology: TopologyPart
  newestAt: number
  stepMs: number | null
  lateMs?: number
  /** Where the sums of periods have come to. */
  sums: string | null
}

type Way = {
  /** By what way they came, as the pages say it. */
  seen: string
  /** Where sums of periods had come to. */
  sums?: string | null
  /** Of how many seconds those are, where the target's configuration says it. */
  period?: number | undefined
  /** Which series are called counters; null where nobody says. */
  counted?: ReadonlySet<string> | null
  /** Whether times can be those of the cloud. */
  timed?: boolean
}

/**
 * Series of exporters as canonical readings, oldest first, and what they tell of the fleet's shape. Throws `unreachable` where an exporter says that
 * it cannot reach its server.
 */
export function readScraped(
  all: readonly PromSeries[],
  exporters: readonly Exporter[],
  mappings: readonly Mapping[],
  { seen, sums = null, period, counted = new Set(), timed = true }: Way,
): Scraped {
  for (const { up } of exporters)
    if (up && newestOf(all, up) === 0) throw new EvenkeelError('unreachable', `its exporter cannot reach it (${up} is 0)`)
  const mapped = toReadings(all, [
    ...exporters.flatMap(({ rows, cloud }) => (cloud ? [] : rows)),
    ...mappings.filter(({ per }) => per === undefined),
  ])
  const cloud = periodRows(exporters, all, { configured: period, counted })
  const starts = timed && exporters.some((one) => one.cloud?.starts === true)
  const impossible = new Map(mapped.impossible)
  const own = mappings.filter((row): row is PeriodRow => row.per !== undefined)
  const distributions = distributionsOf(exporters, all, counted)
  const summed = readingsOfPeriods(all, [...cloud.rows, ...own], {
    cursor: sums,
    starts,
    counted: counted ?? new Set(),
    impossible,
    distributions,
  })
  const states = haproxyStates(all)
  const samples = [...mapped.samples, ...states.samples].sort((a, b) => (a.at ?? 0) - (b.at ?? 0))
  const info = all.find(({ labels }) => VERSIONED.has(labels.__name__ ?? ''))?.labels
  const version = info?.redis_version ?? info?.version
  const { periodMs } = cloud
  // What was told before is still there.
  const shape =
    periodMs === null && own.length === 0 ? [] : readingsOfPeriods(all, [...cloud.rows, ...own], { cursor: null, starts }).samples
  return {
    samples,
    summed: summed.samples,
    sums: summed.cursor,
    topology: {
      facts: {
        ...(version && { version }),
        ...(periodMs !== null && { resolution: { everyMs: periodMs, lateMs: LATE_MS } }),
      },
      pools: toPools([...samples, ...shape], { states, poolsAlone: exporters.some(({ poolsAlone }) => poolsAlone === true), seen }),
      capabilities: [
        { feature: 'settings', available: false, because: `${seen}: configure the server itself to tune it` },
        ...cloud.limits,
        ...distributionLimits(all, distributions),
        ...(periodMs === null ? [] : [resolutionOf(periodMs)]),
        // Sums that were told before are told once.
        ...limitsOf(exporters, all, samples.length + (periodMs === null ? 0 : all.length), states.unknown, impossible),
      ],
    },
    newestAt: mapped.newestAt,
    stepMs: periodMs === null ? mapped.stepMs : stepOf(periodMs),
    ...(periodMs !== null && { lateMs: LATE_MS }),
  }
}

const resolutionOf = (periodMs: number): Capability => ({
  feature: 'resolution',
  available: true,
  because: `its cloud tells what a period of ${periodMs / 1000} s came to, up to ${LATE_MS / 60_000} minutes later`,
})

/** What the exporters do not tell, and where one is of a version that nobody mapped. */
function limitsOf(
  exporters: readonly Exporter[],
  all: readonly PromSeries[],
  samples: number,
  states: ReadonlySet<string>,
  impossible: ReadonlyMap<string, number>,
): Capability[] {
  const limits: Capability[] = []
  const limit = (feature: string, because: string) => limits.push({ feature, available: false, because })
  for (const { limits: told } of exporters) if (told) limit('all that the server tells', told)
  const processes = newestOf(all, 'haproxy_process_nbproc')
  if (processes !== undefined && processes > 1)
    limit(
      'every process',
      `HAProxy runs ${processes} processes, and what is scraped is that of one of them: the others have their own counts`,
    )
  if (states.size > 0)
    limit(
      'states of servers',
      `not known here: ${[...states].slice(0, 5).join(', ')}. HAProxy may be newer than the versions that are mapped`,
    )
  if (impossible.size > 0)
    limit(
      'every number',
      `what cannot be is left out: ${[...impossible]
        .slice(0, 5)
        .map(([name, value]) => `${name} ${value}`)
        .join(', ')}`,
    )
  if (exporters.length > 0 && samples === 0)
    limit(
      'mapped series',
      'its exporter has none of the series that are known of it: it may be newer than the versions that are mapped. Name them under `mappings`',
    )
  return limits
}

/** The newest value of the first series of a name. */
export const newestOf = (all: readonly PromSeries[], name: string): number | undefined =>
  all.find(({ labels }) => labels.__name__ === name)?.points.at(-1)?.[1]
