import { bucketQuantile } from '../../math/buckets.ts'
import type { MinuteSeries } from '../minutes.ts'
import type { Distribution } from './row.ts'
import { firstOfEach, labelsOf, type PromSeries } from './series.ts'

/** Fewer requests say nothing of their slowest twentieth. */
const QUANTILE_MIN = 20

/** What one period came to, of all series that lead to one canonical series (a response code each). */
type Told = { sum: number; count: number; buckets: Map<number, number> }
type Found = { distribution: Distribution; labels: Readonly<Record<string, string>>; periods: Map<number, Told> }

/** Which histograms are read. `counted`: their exporter has added its periods up. */
export type DistributionsRead = { all: readonly Distribution[]; periodMs: number; counted: boolean }

/**
 * Means and quantiles of histograms by the period. Where the exporter has added its periods up, a period is what lies between two values, and one whose
 * value before is not there is a gap. Pure.
 */
export function seriesOfDistributions(series: readonly PromSeries[], { all, periodMs, counted }: DistributionsRead): MinuteSeries[] {
  const found = new Map<string, Found>()
  for (const distribution of all)
    for (const one of series) {
      const part = partOf(one.labels, distribution.from)
      const labels = part === null ? null : labelsOf(one.labels, distribution)
      if (part === null || labels === null) continue
      const key = JSON.stringify([distribution.from, labels])
      const { periods } = found.get(key) ?? found.set(key, { distribution, labels, periods: new Map() }).get(key)!
      for (const [period, value] of perPeriod(one.points, periodMs, counted)) {
        const told = periods.get(period) ?? { sum: 0, count: 0, buckets: new Map<number, number>() }
        periods.set(period, told)
        if (part === 'sum' || part === 'count') told[part] += value
        else told.buckets.set(part, (told.buckets.get(part) ?? 0) + value)
      }
    }
  return [...found.values()].flatMap((one) => figuresOf(one, periodMs))
}

/** Which part of the histogram a series is: its sum, its count, or the bucket below a bound. */
function partOf({ __name__: name = '', le = '' }: Readonly<Record<string, string>>, from: string): 'sum' | 'count' | number | null {
  if (name === `${from}_sum`) return 'sum'
  if (name === `${from}_count`) return 'count'
  if (name !== `${from}_bucket`) return null
  const bound = le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le)
  return le === '' || Number.isNaN(bound) ? null : bound
}

function perPeriod(points: PromSeries['points'], periodMs: number, counted: boolean): [period: number, value: number][] {
  const told = [...firstOfEach(points, periodMs)].filter(([, value]) => value >= 0)
  if (!counted) return told
  const totals = new Map(told)
  return told.flatMap(([period, total]): [number, number][] => {
    const before = totals.get(period - 1)
    // Where it is smaller, the exporter began anew.
    return before === undefined || total < before ? [] : [[period, total - before]]
  })
}

function figuresOf({ distribution: { mean, quantiles = {}, scale = 1 }, labels, periods }: Found, periodMs: number): MinuteSeries[] {
  const told = [...periods].filter(([, { count, sum }]) => count > 0 && Number.isFinite(sum)).sort(([a], [b]) => a - b)
  const means = told.map(([period, { sum, count }]) => [period * periodMs, (sum / count) * scale] as const)
  const parts = Object.entries(quantiles).map(([to, part]) => ({
    to,
    labels,
    minutes: told.flatMap(([period, one]) => {
      const value = quantileOf(one, part)
      return value === undefined ? [] : [[period * periodMs, value * scale] as const]
    }),
  }))
  return [{ to: mean, labels, minutes: means }, ...parts]
}

function quantileOf({ buckets }: Told, part: number): number | undefined {
  const sorted = [...buckets].sort(([a], [b]) => a - b)
  const all = sorted.at(-1)?.[1] ?? 0
  if (all < QUANTILE_MIN) return undefined
  return bucketQuantile(
    sorted.map(([bound]) => bound),
    sorted.map(([, value]) => value),
    all,
    part,
  )
}
