import { isCounter } from '../../model/naming.ts'
import type { Capability } from '../../model/topology.ts'
import type { Exporter, Row } from './row.ts'
import type { PromSeries } from './series.ts'
import type { PeriodRow } from './sums.ts'

/** A value is a gap's neighbour from two and a half steps on: below the period, so that one that is missing is seen. */
export const stepOf = (periodMs: number): number => 0.75 * periodMs
/** How much later than they were measured the providers tell their metrics, at most: by their own words up to four minutes, and an exporter asks now and then. */
export const LATE_MS = 360_000

type Resolved = { rows: PeriodRow[]; limits: Capability[]; periodMs: number | null }

/** The rows of a cloud's exporters with the seconds of which they tell, and what of them cannot be read for want of these. Pure. */
export function periodRows(
  exporters: readonly Exporter[],
  all: readonly PromSeries[],
  { configured, counted }: { configured: number | undefined; counted: ReadonlySet<string> | null },
): Resolved {
  const resolved = exporters.flatMap(({ cloud, rows }) => {
    if (!cloud) return []
    if (cloud.period === 'labelled') return [byLabel(rows, all)]
    if (cloud.aggregates && counted === null)
      return [
        {
          rows: plainOnly(rows),
          limits: [
            unknown(
              `${cloud.title} may add its sums up itself (\`--monitoring.aggregate-deltas\`), and its Prometheus does not say of what type its series are`,
            ),
          ],
        },
      ]
    const per = cloud.period === 'configured' ? configured : cloud.period
    if (per !== undefined) return [{ rows: rows.map((row) => ({ ...row, per })), limits: [] }]
    return [
      {
        rows: plainOnly(rows),
        limits: [unknown(`${cloud.title} does not say of which period its sums are: give \`period\` (its own \`period\`, in seconds)`)],
      },
    ]
  })
  const rows = resolved.flatMap((one) => one.rows)
  return {
    rows,
    limits: resolved.flatMap((one) => one.limits),
    periodMs: rows.length > 0 ? Math.max(...rows.map(({ per }) => per)) * 1000 : null,
  }
}

const unknown = (because: string): Capability => ({ feature: 'counts', available: false, because })

/** What is no count has a value at any time: it is taken by the minute. */
const plainOnly = (rows: readonly Row[]): PeriodRow[] => rows.filter(({ to }) => !isCounter(to)).map((row) => ({ ...row, per: 60 }))

/** azure-metrics-exporter names the period in a label; without `interval` Azure chooses it, which is a minute where no more than one is asked for. */
function byLabel(rows: readonly Row[], all: readonly PromSeries[]): { rows: PeriodRow[]; limits: Capability[] } {
  const names = new Set(rows.map(({ from }) => from))
  const told = new Map<string, { where: Record<string, string>; per: number | null }>()
  for (const { labels } of all) {
    if (!names.has(labels.__name__ ?? '')) continue
    const { interval = '', timespan = '' } = labels
    const where = { interval, ...(interval === '' && { timespan }) }
    const per = secondsOf(interval) ?? (interval === '' && timespan === 'PT1M' ? 60 : null)
    told.set(JSON.stringify(where), { where, per })
  }
  const unread = [...told.values()].filter(({ per }) => per === null)
  const seconds = [...told.values()].flatMap(({ where, per }) => (per === null ? [] : [{ where, per }]))
  return {
    rows: seconds.flatMap(({ where, per }) => rows.map((row) => ({ ...row, where: { ...row.where, ...where }, per }))),
    limits:
      unread.length > 0
        ? [unknown('azure-metrics-exporter does not say of which period its sums are: give it `interval`, `PT1M` at best')]
        : [],
  }
}

/** `PT1M` as seconds. */
function secondsOf(text: string): number | null {
  const found = /^PT(?:(\d{1,2})H)?(?:(\d{1,3})M)?(?:(\d{1,4})S)?$/.exec(text)
  if (!found) return null
  const [hours, minutes, seconds] = found.slice(1).map((part) => Number(part ?? 0)) as [number, number, number]
  const all = hours * 3600 + minutes * 60 + seconds
  return all > 0 && all <= 3_600 ? all : null
}
