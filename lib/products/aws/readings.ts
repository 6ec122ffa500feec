import type { Reading } from '../../model/series.ts'
import { type MinuteSeries, type Minutes, readingsOfMinutes } from '../minutes.ts'
import { PERIOD_MS } from './pace.ts'
import { type Query, queriesOf } from './queries.ts'
import type { Thing } from './things.ts'

/** What CloudWatch tells of one thing: minutes by the key of the query. */
export type Told = Record<string, Minutes>

/** A minute is taken when it ended so long ago: before, CloudWatch still adds to it. */
export const SETTLED_MS = 120_000

/**
 * The readings that minutes come to, those before the cursor left out. A minute that CloudWatch does not have is a gap, except of metrics of which
 * it keeps silent about zero. Pure.
 */
export function readingsOf(thing: Thing, told: Told, at: number, cursor: string | null): { samples: Reading[]; cursor: string } {
  const settled = at - SETTLED_MS - PERIOD_MS
  const newest = Math.max(
    ...Object.values(told).map((minutes) => minutes.findLast(([start]) => start <= settled)?.[0] ?? Number.NEGATIVE_INFINITY),
  )
  return readingsOfMinutes(seriesOf(thing, told, newest), settled, cursor)
}

type Row = MinuteSeries

/** Each series with its minutes. Several metrics may come to one series: they are added up. */
function seriesOf(thing: Thing, told: Told, newest: number): Row[] {
  const sums = new Map<string, { row: Omit<Row, 'minutes'>; parts: Minutes[] }>()
  const oldest = Math.min(...Object.values(told).flatMap((minutes) => minutes[0]?.[0] ?? []))
  for (const query of queriesOf(thing)) {
    if (query.to === undefined) continue
    const row = { to: query.to, ...(query.labels && { labels: query.labels }) }
    const key = JSON.stringify(row)
    const sum = sums.get(key) ?? { row, parts: [] }
    sums.set(key, sum)
    sum.parts.push(minutesOf(query, told[query.key] ?? [], oldest, newest))
  }
  const rows = [...sums.values()].map(({ row, parts }) => ({ ...row, minutes: added(parts) }))
  return [...rows, ...hitsOf(thing, told)]
}

function minutesOf({ scale = 1, silentZero }: Query, minutes: Minutes, oldest: number, newest: number): Minutes {
  const scaled = minutes.map(([start, value]) => [start, value * scale] as const)
  if (!silentZero || !Number.isFinite(newest)) return scaled
  const known = new Map(scaled)
  const out: Minutes = []
  for (let start = oldest; start <= newest; start += PERIOD_MS) out.push([start, known.get(start) ?? 0])
  return out
}

/** A sum of which one part is not known is not known. */
function added(parts: readonly Minutes[]): Minutes {
  const [first = [], ...rest] = parts
  if (rest.length === 0) return first
  const others = rest.map((minutes) => new Map(minutes))
  return first.flatMap(([start, value]) => {
    const more = others.map((minutes) => minutes.get(start))
    return more.includes(undefined) ? [] : [[start, more.reduce<number>((sum, one) => sum + one!, value)] as const]
  })
}

/**
 * Hits and misses of a distribution. The hit rate is of requests that can be cached: neither errors nor others than GET, HEAD and OPTIONS, so
 * that counts follow only where no behaviour takes others.
 */
function hitsOf(thing: Thing, told: Told): Row[] {
  if (thing.of !== 'distribution' || !thing.readsOnly) return []
  const [errors, rates] = [new Map(told.TotalErrorRate), new Map(told.CacheHitRate)]
  const counted = (told.Requests ?? []).flatMap(([start, requests]) => {
    const [error, rate] = [errors.get(start), rates.get(start)]
    if (error === undefined || rate === undefined) return []
    const answered = requests * (1 - error / 100)
    return [{ start, hits: (answered * rate) / 100, answered }]
  })
  return [
    { to: 'cache_hits_total', minutes: counted.map(({ start, hits }) => [start, hits] as const) },
    { to: 'cache_misses_total', minutes: counted.map(({ start, hits, answered }) => [start, answered - hits] as const) },
  ]
}
