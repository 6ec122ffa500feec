import type { Reading } from '../../model/series.ts'
import { type MinuteSeries, type Minutes, readingsOfMinutes } from '../minutes.ts'
import { type DistributionsRead, seriesOfDistributions } from './distributions.ts'
import type { Row } from './row.ts'
import { firstOfEach, fits, isPossible, labelsOf, type PromSeries } from './series.ts'

/** A row whose series tells the sum, or the mean, of one period; `per`: its seconds. */
export type PeriodRow = Row & { per: number }

type Options = {
  cursor: string | null
  /** Own times are those at which periods begin; else at which they end. */
  starts?: boolean
  /** Names of series that have become counters on their way: what they say is the total itself. */
  counted?: ReadonlySet<string>
  impossible?: Map<string, number>
  distributions?: DistributionsRead | null
}

/**
 * Readings of series that tell what one period came to, and tell it again at each scrape until the next one is there. A period's count is added to
 * a counter once: the first value within a period of the clock stands for the period before, whatever else is scraped in it. Times of their own
 * are whole periods apart, so that each has a period to itself. A period without a value is a gap. Pure.
 */
export function readingsOfPeriods(
  series: readonly PromSeries[],
  rows: readonly PeriodRow[],
  { cursor, starts = false, counted = new Set(), impossible = new Map(), distributions = null }: Options,
): { samples: Reading[]; cursor: string | null } {
  const samples: Reading[] = []
  let next = cursor
  for (const [per, own] of Map.groupBy(rows, (row) => row.per)) {
    const periodMs = per * 1000
    const found = seriesOfPeriods(series, own, { periodMs, starts, impossible })
    for (const isCounted of [false, true]) {
      const part = found.filter(({ from }) => counted.has(from) === isCounted)
      if (part.length === 0) continue
      if (isCounted) samples.push(...totalsOf(part, periodMs))
      else {
        const read = readingsOfMinutes(part, Number.POSITIVE_INFINITY, next, periodMs)
        samples.push(...read.samples)
        next = read.cursor
      }
    }
  }
  if (distributions !== null) {
    const read = readingsOfMinutes(seriesOfDistributions(series, distributions), Number.POSITIVE_INFINITY, next, distributions.periodMs)
    samples.push(...read.samples)
    next = read.cursor
  }
  return { samples: samples.sort((a, b) => a.at! - b.at!), cursor: next }
}

type Found = MinuteSeries & { from: string }

const totalsOf = (series: readonly Found[], periodMs: number): Reading[] =>
  series.flatMap(({ to, labels, minutes }) =>
    minutes.map(([start, value]): Reading => ({ metric: to, ...(labels && { labels }), value, at: start + periodMs })),
  )

/** Each canonical series with its periods. Several series that lead to one are added up: a response code that is not told of a period had no request in it. */
function seriesOfPeriods(
  series: readonly PromSeries[],
  rows: readonly PeriodRow[],
  { periodMs, starts, impossible }: { periodMs: number; starts: boolean; impossible: Map<string, number> },
): Found[] {
  const sums = new Map<string, Omit<Found, 'minutes'> & { periods: Map<number, number> }>()
  const sumOf = (to: string, from: string, labels: Readonly<Record<string, string>>) => {
    const key = JSON.stringify([to, labels])
    const sum = sums.get(key) ?? { to, from, labels, periods: new Map<number, number>() }
    sums.set(key, sum)
    return sum
  }
  for (const row of rows) {
    for (const one of series) {
      if (row.from !== one.labels.__name__ || !fits(one.labels, row.where)) continue
      const labels = labelsOf(one.labels, row)
      if (!labels) continue
      const { periods } = sumOf(row.to, row.from, labels)
      for (const [period, value] of firstOfEach(one.points, periodMs, starts)) {
        if (!isPossible(value)) impossible.set(row.from, value)
        periods.set(period, (periods.get(period) ?? 0) + (isPossible(value) ? value * (row.scale ?? 1) : Number.NaN))
      }
    }
  }
  withZeros(series, rows, sums, sumOf)
  return [...sums.values()].map(({ periods, ...one }) => ({ ...one, minutes: minutesOf(periods, periodMs) }))
}

/** Errors of which nothing is told in a period whose requests are told are none; but not those of an exporter that does not ask for them. */
function withZeros(
  series: readonly PromSeries[],
  rows: readonly PeriodRow[],
  sums: ReadonlyMap<string, { to: string; labels?: Readonly<Record<string, string>>; periods: Map<number, number> }>,
  sumOf: (to: string, from: string, labels: Readonly<Record<string, string>>) => { periods: Map<number, number> },
): void {
  const names = new Set(series.map(({ labels }) => labels.__name__))
  const silent = rows.filter(({ silentZero, from }) => silentZero && names.has(from))
  const told = [...sums.values()].filter(({ to }) => to === 'pool_requests_total')
  for (const { to, from } of silent)
    for (const { labels, periods } of told) {
      const zeros = sumOf(to, from, labels ?? {})
      for (const period of periods.keys()) if (!zeros.periods.has(period)) zeros.periods.set(period, 0)
    }
}

const minutesOf = (periods: ReadonlyMap<number, number>, periodMs: number): Minutes =>
  [...periods]
    .filter(([, value]) => Number.isFinite(value))
    .sort(([a], [b]) => a - b)
    .map(([period, value]) => [period * periodMs, value] as const)
