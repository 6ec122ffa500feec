import { z } from 'zod'
import { malformed } from '../../model/error.ts'
import { parseJson } from '../../model/json.ts'
import type { RingSpec } from '../../model/ring.ts'
import type { Reading } from '../../model/series.ts'
import type { Pool, PoolServer } from '../../model/topology.ts'
import { firstWrong, printable, readings } from '../answers.ts'
import { isHostName, isPlaceholder } from './balancing.ts'
import type { KnownPool } from './knownPools.ts'
import { ringOf, seenPool, weightSamples } from './pools.ts'
import { consistentOf } from './written.ts'

const CLASSES = ['1xx', '2xx', '3xx', '4xx', '5xx'] as const
/** As `$upstream_cache_status` says it: stale and revalidated answers come from the cache; scarce ones were asked for too seldom to be in it. */
const HITS = ['hit', 'stale', 'updating', 'revalidated'] as const
const MISSES = ['miss', 'expired', 'scarce'] as const
/** Where VTS lists the addresses of `proxy_pass` that stand in no upstream. */
const NO_UPSTREAM = '::nogroups'
/** No request takes longer than a day: a mean beyond it is a counter that was broken. */
const SECONDS_MAX = 86_400
/** Fewer requests say nothing of their slowest twentieth. */
const QUANTILE_MIN = 20

const count = z.number().nonnegative()
const responses = z.looseObject(Object.fromEntries(CLASSES.map((name) => [name, count])) as Record<(typeof CLASSES)[number], typeof count>)
const serverShape = z.looseObject({
  // The module shows pieces of memory at times: vozlt/nginx-module-vts#184 and #318.
  server: z.string().regex(/^(unix:[^\x00-\x1f\x7f]+|[\w.:[\]-]+:\d+)$/, 'an address'),
  requestCounter: count,
  inBytes: count,
  outBytes: count,
  responses,
  responseMsecCounter: count.optional(),
  responseBuckets: z.looseObject({ msecs: z.array(count), counters: z.array(count) }).optional(),
  // Before 0.1.10 pages lack some of these.
  weight: count.default(1),
  backup: z.boolean().default(false),
  down: z.boolean().default(false),
})
const cacheShape = z.looseObject({
  maxSize: count,
  usedSize: count,
  responses: z.looseObject(Object.fromEntries([...HITS, ...MISSES].map((name) => [name, count.default(0)]))),
})
const pageShape = z.looseObject({
  nginxVersion: z.string(),
  moduleVersion: z.string().optional(),
  upstreamZones: z.record(z.string(), z.array(z.unknown())).optional(),
  cacheZones: z.record(z.string(), z.unknown()).default({}),
  serverZones: z.unknown().optional(),
  streamUpstreamZones: z.unknown().optional(),
  streamServerZones: z.unknown().optional(),
})
type Row = z.infer<typeof serverShape>

/** What one server had counted at the last look. */
type Counted = { requests: number; seconds: number | null; buckets: number[] | null }
type Cursor = Record<string, Counted>

export type VtsReading = {
  version: string
  samples: Reading[]
  pools: Omit<Pool, 'target'>[]
  cursor: string
  /** Rows and caches that could not be read: how many, and the first. */
  unread: { count: number; first: string } | null
}

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
  const bad: string[] = []
  let good = 0
  const zones = Object.entries(page.upstreamZones ?? {}).map(([zone, list]): Zone => {
    const rows = list.map((row, i) => readable(serverShape, row, `upstreamZones.${printable(zone)}[${i}]`, bad))
    const read = rows.filter((row) => row !== null)
    good += read.length
    return { name: zone, rows: read.filter(({ server }) => !isPlaceholder({ address: server })), unread: rows.length - read.length }
  })
  for (const { name: zone, rows, unread } of zones.flatMap(apart)) {
    const file = known.find(({ pool }) => pool.name === zone)
    const names = file ? namesOf(rows, file) : new Map<string, string>()
    const pool = printable(zone)
    const servers = new Map<string, Row[]>()
    for (const row of rows) {
      const name = printable(names.get(row.server) ?? row.server)
      const own = servers.get(name) ?? []
      servers.set(name, own)
      own.push(row)
    }
    const counted: [labels: Record<string, string>, rows: Row[]][] = unread > 0 ? [] : [[{ pool }, rows]]
    for (const [server, own] of servers) counted.push([{ pool, server }, own])
    for (const [labels, of] of counted) {
      addCounters(add, labels, of)
      const id = JSON.stringify(labels)
      now[id] = countedIn(of)
      addTimes(add, labels, before[id], now[id], of)
    }
    const unnamed = unread > 0 ? 'a row of it could not be read' : unnamedOf(rows, names, file)
    pools.push(poolOf(pool, servers, file?.pool, unnamed, unread))
  }
  for (const [zone, entry] of Object.entries(page.cacheZones)) {
    const cache = readable(cacheShape, entry, `cacheZones.${printable(zone)}`, bad)
    if (!cache) continue
    good++
    const labels = { cache: printable(zone) }
    const sum = (names: readonly string[]) => names.reduce((total, name) => total + (cache.responses[name] as number), 0)
    add('cache_hits_total', sum(HITS), labels)
    add('cache_misses_total', sum(MISSES), labels)
    add('nginx_vts_cache_size_bytes', cache.usedSize, { ...labels, size: 'used' })
    add('nginx_vts_cache_size_bytes', cache.maxSize, { ...labels, size: 'max' })
  }
  if (bad.length > 0 && good === 0) throw malformed(`the VTS page: ${bad[0]}`, text)
  return {
    version: page.nginxVersion,
    samples: [...list, ...weightSamples(pools)],
    pools,
    cursor: JSON.stringify(now),
    unread: bad.length > 0 ? { count: bad.length, first: bad[0]! } : null,
  }
}

/** The upstreams that a page shows; none of a page that cannot be read. */
export function zonesIn(text: string): Set<string> {
  try {
    return new Set(Object.keys(pageOf(text).upstreamZones ?? {}))
  } catch {
    return new Set()
  }
}

function pageOf(text: string): z.infer<typeof pageShape> {
  let json: unknown
  try {
    json = parseJson(text.replace(/[\x00-\x08\x0b\x0c\x0e-\x1f]/g, '\ufffd'))
  } catch {
    throw malformed('the VTS page is to be JSON (…/format/json)', text)
  }
  const parsed = pageShape.safeParse(json)
  if (!parsed.success) {
    const plus =
      json !== null && typeof json === 'object' && ['version', 'nginx_version', 'http', 'upstreams', 'peers'].some((key) => key in json)
    throw malformed(`${plus ? PLUS : 'the VTS page'}: ${firstWrong(parsed.error)}`, text)
  }
  const { upstreamZones, serverZones, streamServerZones, streamUpstreamZones } = parsed.data
  if (upstreamZones === undefined && serverZones === undefined && (streamServerZones ?? streamUpstreamZones) !== undefined)
    throw malformed('the page is that of nginx-module-sts (TCP and UDP), which is not read; `vts` is to be that of nginx-module-vts', text)
  return parsed.data
}

const PLUS = 'the VTS page (that of NGINX Plus or Angie is not read)'

/** One entry of the page; null, and a word in `bad`, where it is not what it has to be: it costs itself alone. */
function readable<T extends z.ZodType>(shape: T, entry: unknown, place: string, bad: string[]): z.infer<T> | null {
  const parsed = shape.safeParse(entry)
  if (parsed.success) return parsed.data
  const wrong = firstWrong(parsed.error)
  bad.push(wrong.startsWith('the whole: ') ? `${place}: ${wrong.slice(11)}` : `${place}.${wrong}`)
  return null
}

type Zone = { name: string; rows: Row[]; unread: number }

/** Addresses without an upstream have nothing to do with each other: each is a pool of its own. */
const apart = (zone: Zone): Zone[] =>
  zone.name === NO_UPSTREAM ? zone.rows.map((row) => ({ name: row.server, rows: [{ ...row, weight: 1 }], unread: 0 })) : [zone]

/**
 * Which server of the file each row is an address of: by the addresses that its name stands for here, else, because NGINX may ask another
 * resolver, as the one name in the file of that port, weight and role.
 */
function namesOf(rows: readonly Row[], { pool, names }: KnownPool): Map<string, string> {
  const found = new Map(names)
  const hosts = pool.servers.filter(({ name }) => isHostName(name))
  for (const row of rows) {
    if (found.has(row.server)) continue
    const [host, another] = hosts.filter(
      ({ name, weightFile, backup = false }) => portOf(name) === portOf(row.server) && weightFile === row.weight && backup === row.backup,
    )
    if (host && !another) found.set(row.server, host.name)
  }
  return found
}

const portOf = (address: string) => /:(\d+)$/.exec(address)?.[1] ?? '80'

/** Why the ring of the file is not the one that runs. */
function unnamedOf(rows: readonly Row[], names: ReadonlyMap<string, string>, file: KnownPool | undefined): string | undefined {
  const row = rows.find(({ server }) => !names.has(server))
  if (row) return `VTS shows ${printable(row.server)}, and the file does not show under what name it is hashed`
  const absent = file?.pool.servers.find(({ name }) => isHostName(name) && !rows.some(({ server }) => names.get(server) === name))
  return absent && `VTS shows no address of ${absent.name}`
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
  if (before.seconds !== null && now.seconds !== null && now.seconds >= before.seconds) {
    const mean = (now.seconds - before.seconds) / more
    add('pool_response_seconds', mean <= SECONDS_MAX ? mean : undefined, labels)
  }
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

/** What runs: weights and states as VTS shows them, over what the file says where one is known. A name of several addresses has the weight of each. */
function poolOf(
  name: string,
  servers: ReadonlyMap<string, Row[]>,
  file: Omit<Pool, 'target'> | undefined,
  unnamed: string | undefined,
  unread: number,
): Omit<Pool, 'target'> {
  const all = [...servers.values()].flat()
  const backupsWait = all.some((row) => !row.backup && !row.down)
  const configured = new Map(file?.servers.map((one) => [one.name, one]))
  const running = [...servers].map(([server, rows], i): PoolServer => {
    const [row] = rows
    const { weight, backup } = row!
    const known = configured.get(server)
    const up = rows.filter((one) => !one.down)
    const drains = up.length === 0 || known?.state === 'drain'
    return {
      ...(known ?? { address: server, id: i + 1 }),
      name: server,
      weightSet: weight,
      weightEffective: drains || (backup && backupsWait) ? 0 : sumOf(up, (one) => one.weight),
      state: drains ? 'drain' : 'up',
      ...(backup ? { backup: true } : {}),
    }
  })
  const more = unread > 0 ? { serversLeft: unread } : {}
  if (!file) {
    const { serversBecause: _, ...pool } = seenPool(name, [])
    return { ...pool, ...more, servers: running }
  }
  const { ring: written, consistent: _, ...rest } = file
  if (!written) return { ...rest, ...more, servers: running }
  const because = unnamed ?? ringObstacle(written, all, servers)
  const ring = because === undefined ? ringOf(file.algorithm, perName(written, running, servers)) : undefined
  const consistent = consistentOf(name, ring)
  return {
    ...rest,
    ...more,
    ...(ring ? { ring } : { ringBecause: because ?? 'no server of it is in the ring' }),
    ...(consistent ? { consistent } : {}),
    servers: running,
  }
}

/** Without `consistent` NGINX counts through all addresses in their order: those of one name have to stand together, and be up or down together. */
function ringObstacle({ algorithm }: RingSpec, rows: readonly Row[], servers: ReadonlyMap<string, Row[]>): string | undefined {
  if (algorithm !== 'nginx-hash') return undefined
  for (const [name, own] of servers) {
    const first = rows.indexOf(own[0]!)
    if (own.some((row, i) => rows[first + i] !== row || row.down !== own[0]!.down)) return `the addresses of ${name} do not stand together`
  }
  return undefined
}

/** A node of `hash` without `consistent` weighs as much as all its addresses; a point of a consistent ring is the name's, however many they are. */
const perName = ({ algorithm }: RingSpec, running: readonly PoolServer[], servers: ReadonlyMap<string, Row[]>): PoolServer[] =>
  running.map((server) =>
    algorithm === 'nginx-hash' ? { ...server, weightSet: sumOf(servers.get(server.name)!, (row) => row.weight) } : server,
  )
