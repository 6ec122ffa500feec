import { malformed } from '../../model/error.ts'
import type { Reading } from '../../model/series.ts'
import type { Pool } from '../../model/topology.ts'
import { printable, readings } from '../answers.ts'
import { isPlaceholder } from './balancing.ts'
import type { KnownPool } from './knownPools.ts'
import { weightSamples } from './pools.ts'
import { addCounters, addTimes, type Cursor, countedIn } from './vts/counts.ts'
import { cacheShape, HITS, MISSES, pageOf, type Row, readable, serverShape } from './vts/page.ts'
import { namesOf, poolOf, unnamedOf } from './vts/pool.ts'

/** Where VTS lists the addresses of `proxy_pass` that stand in no upstream. */
const NO_UPSTREAM = '::nogroups'

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

type Zone = { name: string; rows: Row[]; unread: number }

/** Addresses without an upstream have nothing to do with each other: each is a pool of its own. */
const apart = (zone: Zone): Zone[] =>
  zone.name === NO_UPSTREAM ? zone.rows.map((row) => ({ name: row.server, rows: [{ ...row, weight: 1 }], unread: 0 })) : [zone]
