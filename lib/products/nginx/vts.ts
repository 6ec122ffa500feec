import { z } from 'zod'
import { malformed } from '../../model/error.ts'
import { parseJson } from '../../model/json.ts'
import type { Reading } from '../../model/series.ts'
import type { Pool, PoolServer } from '../../model/topology.ts'
import { firstWrong, printable, readings } from '../answers.ts'
import type { KnownPool } from './knownPools.ts'
import { ringOf, seenPool, weightSamples } from './pools.ts'

const CLASSES = ['1xx', '2xx', '3xx', '4xx', '5xx'] as const
/** As `$upstream_cache_status` says it: stale and revalidated answers come from the cache; scarce ones were asked for too seldom to be in it. */
const HITS = ['hit', 'stale', 'updating', 'revalidated'] as const
const MISSES = ['miss', 'expired', 'scarce'] as const
/** Where VTS lists the addresses of `proxy_pass` that stand in no upstream. */
const NO_UPSTREAM = '::nogroups'
/** Fewer requests say nothing of their slowest twentieth. */
const QUANTILE_MIN = 20

const count = z.number().nonnegative()
const responses = z.looseObject(Object.fromEntries(CLASSES.map((name) => [name, count])) as Record<(typeof CLASSES)[number], typeof count>)
const serverShape = z.looseObject({
  server: z.string().min(1),
  requestCounter: count,
  inBytes: count,
  outBytes: count,
  responses,
  responseMsecCounter: count.optional(),
  responseBuckets: z.looseObject({ msecs: z.array(count), counters: z.array(count) }).optional(),
  weight: count,
  backup: z.boolean(),
  down: z.boolean(),
})
const cacheShape = z.looseObject({
  maxSize: count,
  usedSize: count,
  responses: z.looseObject(Object.fromEntries([...HITS, ...MISSES].map((name) => [name, count.default(0)]))),
})
const pageShape = z.looseObject({
  nginxVersion: z.string(),
  moduleVersion: z.string().optional(),
  nowMsec: count,
  upstreamZones: z.record(z.string(), z.array(serverShape)).default({}),
  cacheZones: z.record(z.string(), cacheShape).default({}),
})
type Row = z.infer<typeof serverShape>

/** What one server had counted at the last look. */
type Counted = { requests: number; seconds: number | null; buckets: number[] | null }
type Cursor = Record<string, Counted>

export type VtsReading = { version: string; samples: Reading[]; pools: Omit<Pool, 'target'>[]; cursor: string }

/**
 * Reads `/status/format/json` of nginx-module-vts. Counters go on over reloads and begin anew with the module's shared zone; means and
 * quantiles are of what came since the last look, so of a first look, and of one after such a beginning, there are none.
 * Throws `malformed` naming the field.
 */
export function parseVts(text: string, known: readonly KnownPool[], cursor: string | null): VtsReading {
  const page = pageOf(text)
  const before: Cursor = cursor ? JSON.parse(cursor) : {}
  const now: Cursor = {}
  const { list, add } = readings()
  const pools: Omit<Pool, 'target'>[] = []
  for (const [zone, rows] of zonesOf(page.upstreamZones)) {
    const file = known.find(({ pool }) => pool.name === zone)
    const names = new Map(file?.names)
    const pool = printable(zone)
    const servers = new Map<string, Row[]>()
    for (const row of rows) {
      const name = printable(names.get(row.server) ?? row.server)
      const own = servers.get(name) ?? []
      servers.set(name, own)
      own.push(row)
    }
    const counted: [labels: Record<string, string>, rows: Row[]][] = [[{ pool }, rows]]
    for (const [server, own] of servers) counted.push([{ pool, server }, own])
    for (const [labels, of] of counted) {
      addCounters(add, labels, of)
      const id = JSON.stringify(labels)
      now[id] = countedIn(of)
      addTimes(add, labels, before[id], now[id], of)
    }
    pools.push(poolOf(pool, servers, file?.pool))
  }
  for (const [zone, cache] of Object.entries(page.cacheZones)) {
    const labels = { cache: printable(zone) }
    const sum = (names: readonly string[]) => names.reduce((total, name) => total + (cache.responses[name] as number), 0)
    add('cache_hits_total', sum(HITS), labels)
    add('cache_misses_total', sum(MISSES), labels)
    add('nginx_vts_cache_size_bytes', cache.usedSize, { ...labels, size: 'used' })
    add('nginx_vts_cache_size_bytes', cache.maxSize, { ...labels, size: 'max' })
  }
  return { version: page.nginxVersion, samples: [...list, ...weightSamples(pools)], pools, cursor: JSON.stringify(now) }
}

function pageOf(text: string): z.infer<typeof pageShape> {
  let json: unknown
  try {
    json = parseJson(text)
  } catch {
    throw malformed('the VTS page is to be JSON (…/format/json)', text)
  }
  const parsed = pageShape.safeParse(json)
  if (parsed.success) return parsed.data
  throw malformed(`the VTS page: ${firstWrong(parsed.error)}`, text)
}

/** Addresses without an upstream have nothing to do with each other: each is a pool of its own. */
function zonesOf(zones: Record<string, Row[]>): [string, Row[]][] {
  return Object.entries(zones).flatMap(([zone, rows]): [string, Row[]][] =>
    zone === NO_UPSTREAM ? rows.map((row) => [row.server, [{ ...row, weight: 1 }]]) : [[zone, rows]],
  )
}

const sumOf = (rows: readonly Row[], of: (row: Row) => number) => rows.reduce((sum, row) => sum + of(row), 0)

function addCounters(add: ReturnType<typeof readings>['add'], labels: Record<string, string>, rows: readonly Row[]): void {
  add('pool_requests_total', sumOf(rows, (row) => row.requestCounter), labels) // biome-ignore format: a table
  add('pool_errors_total', sumOf(rows, (row) => row.responses['5xx']), labels) // biome-ignore format: a table
  for (const code of CLASSES)
    add('nginx_vts_upstream_requests_total', sumOf(rows, (row) => row.responses[code]), { ...labels, code }) // biome-ignore format: a table
  add('nginx_vts_upstream_bytes_total', sumOf(rows, (row) => row.inBytes), { ...labels, direction: 'in' }) // biome-ignore format: a table
  add('nginx_vts_upstream_bytes_total', sumOf(rows, (row) => row.outBytes), { ...labels, direction: 'out' }) // biome-ignore format: a table
}

function countedIn(rows: readonly Row[]): Counted {
  const [first] = rows
  const bounds = first?.responseBuckets?.msecs.join()
  const alike = bounds !== undefined && rows.every((row) => row.responseBuckets?.msecs.join() === bounds)
  return {
    requests: sumOf(rows, (row) => row.requestCounter),
    seconds: rows.every((row) => row.responseMsecCounter !== undefined) ? sumOf(rows, (row) => row.responseMsecCounter!) / 1000 : null,
    buckets: alike ? first!.responseBuckets!.msecs.map((_, i) => sumOf(rows, (row) => row.responseBuckets!.counters[i] ?? 0)) : null,
  }
}

function addTimes(
  add: ReturnType<typeof readings>['add'],
  labels: Record<string, string>,
  before: Counted | undefined,
  now: Counted,
  rows: readonly Row[],
): void {
  const more = before ? now.requests - before.requests : 0
  if (!before || more <= 0) return
  if (before.seconds !== null && now.seconds !== null && now.seconds >= before.seconds)
    add('pool_response_seconds', (now.seconds - before.seconds) / more, labels)
  if (before.buckets?.length !== now.buckets?.length) return
  const grown = now.buckets?.map((value, i) => value - before.buckets![i]!)
  if (grown && more >= QUANTILE_MIN) add('pool_response_seconds_p95', quantile(rows[0]!.responseBuckets!.msecs, grown, more, 0.95), labels)
}

/** Of cumulative buckets, straight within one; undefined beyond the last bound. In seconds. */
function quantile(bounds: readonly number[], cumulative: readonly number[], all: number, part: number): number | undefined {
  const wanted = all * part
  const i = cumulative.findIndex((value) => value >= wanted)
  if (i < 0) return undefined
  const [from, low] = i === 0 ? [0, 0] : [bounds[i - 1]!, cumulative[i - 1]!]
  const width = cumulative[i]! - low
  return (from + (width > 0 ? (bounds[i]! - from) * ((wanted - low) / width) : 0)) / 1000
}

/** What runs: weights and states as VTS shows them, over what the file says where one is known. */
function poolOf(name: string, servers: ReadonlyMap<string, Row[]>, file: Omit<Pool, 'target'> | undefined): Omit<Pool, 'target'> {
  const backupsWait = [...servers.values()].some(([row]) => !row!.backup && !row!.down)
  const configured = new Map(file?.servers.map((one) => [one.name, one]))
  const running = [...servers].map(([server, [row]], i): PoolServer => {
    const { weight, down, backup } = row!
    const known = configured.get(server)
    return {
      ...(known ?? { address: server, id: i + 1 }),
      name: server,
      weightSet: weight,
      weightEffective: down || (backup && backupsWait) ? 0 : weight,
      state: down ? 'drain' : 'up',
      ...(backup ? { backup: true } : {}),
    }
  })
  if (!file) return { ...seenPool(name, []), servers: running }
  const ring = file.ring && ringOf(file.algorithm, running)
  return { ...file, ...(ring ? { ring } : {}), servers: running }
}
