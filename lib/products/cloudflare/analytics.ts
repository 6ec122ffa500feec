import { z } from 'zod'
import { malformed } from '../../model/error.ts'
import { firstWrong, printable } from '../answers.ts'
import type { MinuteSeries } from '../minutes.ts'

const group = z.looseObject({
  count: z.number().min(0),
  avg: z.looseObject({ sampleInterval: z.number().min(1) }).nullish(),
  dimensions: z.looseObject({
    cacheStatus: z.string(),
    datetimeMinute: z.string().optional(),
    coloCode: z.string().optional(),
    clientRequestPath: z.string().optional(),
  }),
})
type Group = z.output<typeof group>
const answer = z.looseObject({
  viewer: z.looseObject({ zones: z.array(z.looseObject({ minutes: z.array(group), colos: z.array(group), paths: z.array(group) })) }),
})

/** Requests of a zone by cache status: each minute, and over the whole time by colo and by path. */
export const QUERY = `query Evenkeel($zone: String!, $from: Time!, $to: Time!) {
  viewer {
    zones(filter: { zoneTag: $zone }) {
      minutes: httpRequestsAdaptiveGroups(limit: 5000, orderBy: [datetimeMinute_ASC], filter: { datetime_geq: $from, datetime_lt: $to }) {
        count avg { sampleInterval } dimensions { datetimeMinute cacheStatus }
      }
      colos: httpRequestsAdaptiveGroups(limit: 100, orderBy: [count_DESC], filter: { datetime_geq: $from, datetime_lt: $to }) {
        count avg { sampleInterval } dimensions { coloCode cacheStatus }
      }
      paths: httpRequestsAdaptiveGroups(limit: 100, orderBy: [count_DESC], filter: { datetime_geq: $from, datetime_lt: $to }) {
        count avg { sampleInterval } dimensions { clientRequestPath cacheStatus }
      }
    }
  }
}`

/** developers.cloudflare.com/cache/concepts/cache-responses: served from the cache, or fetched because it was not there; all else is not to be cached. */
const HITS = new Set(['hit', 'stale', 'updating', 'revalidated'])
const MISSES = new Set(['miss', 'expired'])

export type Analytics = { minutes: Group[]; colos: Group[]; paths: Group[] }

/** Throws `malformed` for data that is none. */
export function parseAnalytics(data: unknown): Analytics {
  const parsed = answer.safeParse(data)
  if (!parsed.success) throw malformed(`Cloudflare's analytics: ${firstWrong(parsed.error)}`, '')
  const [zone] = parsed.data.viewer.zones
  if (!zone) throw malformed('Cloudflare has no analytics of this zone: the token may not see them, or the zone is another', '')
  return zone
}

/** Hits and misses by the minute. A minute without any request is none; a colo's own rows carry its name. */
export function seriesOf({ minutes }: Analytics): MinuteSeries[] {
  const times = [
    ...new Set(
      minutes.flatMap(({ dimensions: { datetimeMinute: time } }) => (Number.isFinite(Date.parse(time ?? '')) ? [Date.parse(time!)] : [])),
    ),
  ].sort((a, b) => a - b)
  const counted = (statuses: ReadonlySet<string> | null) =>
    times.map((time) => {
      const own = minutes.filter(
        ({ dimensions }) => Date.parse(dimensions.datetimeMinute ?? '') === time && (!statuses || statuses.has(dimensions.cacheStatus)),
      )
      return [time, own.reduce((sum, { count }) => sum + count, 0)] as const
    })
  return [
    { to: 'cache_hits_total', minutes: counted(HITS) },
    { to: 'cache_misses_total', minutes: counted(MISSES) },
    { to: 'cloudflare_requests_total', minutes: counted(null) },
  ]
}

type Share = { name: string; requests: number; ratio: number; half: number }

/**
 * The hit ratio of each colo or path, most requests first, with half of its 95 % interval: of `count` requests Cloudflare counted
 * `count / sampleInterval` itself (Wilson's interval over those).
 */
export function shares(groups: readonly Group[], by: 'coloCode' | 'clientRequestPath' | null): Share[] {
  const rows = new Map<string, { requests: number; hits: number; reads: number; samples: number }>()
  for (const { count, avg, dimensions } of groups) {
    const name = by === null ? 'all' : (dimensions[by] ?? '')
    const row = rows.get(name) ?? { requests: 0, hits: 0, reads: 0, samples: 0 }
    rows.set(name, row)
    const [hit, miss] = [HITS.has(dimensions.cacheStatus), MISSES.has(dimensions.cacheStatus)]
    row.requests += count
    if (hit) row.hits += count
    if (hit || miss) {
      row.reads += count
      row.samples += count / (avg?.sampleInterval ?? 1)
    }
  }
  return [...rows]
    .map(([name, { requests, hits, reads, samples }]) => {
      const ratio = reads > 0 ? hits / reads : Number.NaN
      const half = (1.96 * Math.sqrt((ratio * (1 - ratio)) / samples + 0.9604 / samples ** 2)) / (1 + 3.8416 / samples)
      return { name, requests, ratio, half }
    })
    .sort((a, b) => b.requests - a.requests)
}

/** One in how many requests was counted, over all. */
export function sampling(groups: readonly Group[]): number {
  const all = groups.reduce((sum, { count }) => sum + count, 0)
  const samples = groups.reduce((sum, { count, avg }) => sum + count / (avg?.sampleInterval ?? 1), 0)
  return samples > 0 ? all / samples : 1
}

/** As lines of text. */
export const shareText = (all: readonly Share[]): string =>
  all
    .slice(0, 50)
    .map(({ name, requests, ratio, half }) => {
      const hit = Number.isNaN(ratio) ? 'nothing that is cached' : `hit ratio ${(100 * ratio).toFixed(1)} % ± ${(100 * half).toFixed(1)}`
      return `${printable(name.slice(0, 200)).replace(/\n/g, '\\n')}  ${Math.round(requests)} requests  ${hit}`
    })
    .join('\n')
