import { createHash } from 'node:crypto'
import { z } from 'zod'
import { malformed } from '../../model/error.ts'
import { parseJson } from '../../model/json.ts'
import type { RingSpec } from '../../model/ring.ts'
import type { Reading } from '../../model/series.ts'
import type { Pool, PoolServer } from '../../model/topology.ts'
import { printable } from '../answers.ts'
import { type PoolConfig, ringOf } from './configFile.ts'
import { consistentOf } from './written.ts'

/** Numbers, as older scripts in front of it write them too: as text. */
const count = z
  .union([z.number(), z.string().regex(/^\d+$/)])
  .transform(Number)
  .refine((number) => Number.isFinite(number) && number >= 0)
const headShape = z.looseObject({
  service: z.literal('nutcracker'),
  version: z.string().optional(),
  uptime: count,
  timestamp: count,
})
const serverShape = z.looseObject({
  server_err: count,
  server_timedout: count,
  server_connections: count,
  /** Since 0.3. */
  server_ejected_at: count.optional(),
  requests: count,
  in_queue: count,
  out_queue: count,
})
const poolShape = z.looseObject({ client_connections: count, server_ejects: count.optional(), forward_error: count })

export type Statistics = {
  version?: string
  /** Epoch seconds of its start: the run's identity. */
  startedAt: number
  samples: Reading[]
  pools: Omit<Pool, 'target'>[]
  /** What twemproxy counts in its pools, as a short text: it changes when they are renewed. */
  counters: string
  /** Parts that could not be read, or numbers that this version does not tell, a sentence each. */
  missing: string[]
}

/** The statistics JSON (nc_stats.c), with weights and hashing from nutcracker.yml where it could be read. Throws `malformed`. */
export function parseStatistics(text: string, config: PoolConfig[] | null, writable: true | string): Statistics {
  let json: unknown
  try {
    json = parseJson(text)
  } catch {
    throw malformed("twemproxy's statistics are not JSON", text)
  }
  const head = headShape.safeParse(json)
  if (!head.success) throw malformed("twemproxy's statistics lack service, version, uptime or timestamp", text)
  const { timestamp, uptime } = head.data
  const samples: Reading[] = [{ metric: 'twemproxy_uptime_seconds', value: uptime }]
  const pools: Omit<Pool, 'target'>[] = []
  const known = new Map(config?.map((pool) => [pool.name, pool]))
  const unread: string[] = []
  let ejections = true
  for (const [name, value] of Object.entries(head.data)) {
    const pool = poolShape.safeParse(value)
    if (!pool.success) {
      if (typeof value === 'object') unread.push(name)
      continue
    }
    const configured = known.get(name)
    const lines = new Map(configured?.servers.map((line) => [line.name, line]))
    const own: Reading[] = []
    const servers: PoolServer[] = []
    const left: string[] = []
    for (const [server, raw] of Object.entries(pool.data)) {
      if (typeof raw !== 'object' || raw === null) continue
      const stats = serverShape.safeParse(raw)
      if (!stats.success) {
        left.push(server)
        continue
      }
      const line = lines.get(server)
      const { server_ejected_at } = stats.data
      ejections &&= server_ejected_at !== undefined
      // Ejected at (µs) stays in the statistics after the server has returned; it is out for one retry timeout.
      const ejected = (server_ejected_at ?? 0) > 0 && timestamp * 1000 - server_ejected_at! / 1000 < (configured?.retryMs ?? 30_000)
      const weight = line?.weight ?? 1
      servers.push({
        name: server,
        address: line?.address ?? server,
        id: servers.length + 1,
        weightSet: weight,
        weightEffective: ejected ? 0 : weight,
        state: ejected ? 'down' : 'up',
      })
      own.push(...serverReadings({ pool: name, server }, stats.data, weight, ejected))
    }
    for (const reading of own) samples.push(reading)
    for (const server of left) unread.push(`${name}/${server}`)
    const labels = { pool: name }
    if (left.length === 0)
      samples.push(
        { metric: 'pool_requests_total', labels, value: total(own, 'pool_requests_total') },
        { metric: 'pool_errors_total', labels, value: total(own, 'pool_errors_total') + pool.data.forward_error },
      )
    samples.push({ metric: 'pool_sessions', labels, value: pool.data.client_connections })
    if (pool.data.server_ejects !== undefined)
      samples.push({ metric: 'twemproxy_server_ejects_total', labels, value: pool.data.server_ejects })
    pools.push(poolOf(name, { servers, left }, configured, writable))
  }
  const missing = [
    ejections ? null : 'twemproxy before 0.3 does not report which server it has ejected: each counts as serving',
    unread.length === 0
      ? null
      : `${unread.length} pools or servers could not be read: ${printable(unread.slice(0, 5).join(', ')).slice(0, 200)}`,
  ].filter((text) => text !== null)
  // What stands beside the pools (uptime, connections) is of the moment; the pools are of the last renewal.
  const renewed = Object.values(head.data).filter((part) => typeof part === 'object')
  return { version: head.data.version, startedAt: timestamp - uptime, samples, pools, counters: digest(renewed), missing }
}

const digest = (value: unknown) => createHash('sha1').update(JSON.stringify(value)).digest('base64')
const total = (readings: Reading[], of: string) => readings.reduce((sum, { metric, value }) => sum + (metric === of ? value : 0), 0)

function serverReadings(
  labels: { pool: string; server: string },
  stats: z.infer<typeof serverShape>,
  weight: number,
  ejected: boolean,
): Reading[] {
  return [
    { metric: 'pool_requests_total', labels, value: stats.requests },
    { metric: 'pool_errors_total', labels, value: stats.server_err + stats.server_timedout },
    { metric: 'pool_sessions', labels, value: stats.out_queue },
    { metric: 'pool_queue', labels, value: stats.in_queue },
    { metric: 'twemproxy_server_connections', labels, value: stats.server_connections },
    { metric: 'pool_weight_set', labels, value: weight },
    { metric: 'pool_weight_effective', labels, value: ejected ? 0 : weight },
    { metric: 'pool_up', labels, value: ejected ? 0 : 1 },
  ]
}

const NO_STATE = { because: 'twemproxy has no state of a server that could be set: it ejects one by itself after failures' }

/** `left`: names of those that could not be read. */
type Servers = { servers: PoolServer[]; left: string[] }

function poolOf(name: string, all: Servers, config: PoolConfig | undefined, writable: true | string): Omit<Pool, 'target'> {
  const { servers, left } = all
  const random = config?.distribution === 'random'
  const even = new Set(config?.servers.map(({ weight }) => weight)).size <= 1
  const unknown = config ? unknownOf(config, all) : []
  if (random && !even) unknown.push('distribution random asks every server alike, whatever it weighs')
  const ring = config && !random && unknown.length === 0 ? withStates(ringOf(config), servers) : undefined
  // Statistics list servers in their own order; the ring hashes them in the file's.
  const places = new Map(config?.servers.map((line, index) => [line.name, index]))
  const ordered = [...servers].sort((a, b) => (places.get(a.name) ?? places.size) - (places.get(b.name) ?? places.size))
  return {
    name,
    algorithm: config ? `${config.distribution}${random ? '' : ` ${config.hash}`}` : 'unknown',
    balances: !config || unknown.length > 0 ? 'unknown' : random ? 'weight' : 'hash',
    can: {
      weight: random ? { because: 'distribution random ignores weights' } : writable === true || { because: writable },
      state: NO_STATE,
      slowStart: NO_STATE,
    },
    weightMax: 10_000,
    ring,
    ...(unknown.length > 0 ? { unknown, ...(random ? {} : { ringBecause: unknown[0] }) } : {}),
    consistent: consistentOf(name, ring),
    ...(left.length > 0 ? { serversLeft: left.length } : {}),
    servers: ordered.map((server, index) => ({ ...server, id: index + 1 })),
  }
}

/** What of the file is not understood, or is not what runs: twemproxy reads it only at its start. */
function unknownOf({ unknown, servers: lines }: PoolConfig, { servers, left }: Servers): string[] {
  const listed = new Set(lines.map(({ name }) => name))
  const running = new Set([...servers.map(({ name }) => name), ...left])
  const other = [...listed].find((name) => !running.has(name)) ?? [...running].find((name) => !listed.has(name))
  return [
    ...unknown,
    ...(left.length === 0
      ? []
      : [`${left.length} of its ${servers.length + left.length} servers cannot be read: what they get is not known`]),
    ...(other === undefined
      ? []
      : [`nutcracker.yml and the running twemproxy do not name the same servers (${printable(other)}): it was changed after the start`]),
  ]
}

/** A server that twemproxy has ejected is as if not listed. */
function withStates(ring: RingSpec, servers: readonly PoolServer[]): RingSpec {
  const states = new Map(servers.map(({ name, state }) => [name, state]))
  return { ...ring, nodes: ring.nodes.map((node) => ({ ...node, state: states.get(node.name) === 'down' ? 'down' : 'up' })) }
}
