import { createHash } from 'node:crypto'
import { z } from 'zod'
import { malformed } from '../../model/error.ts'
import { parseJson } from '../../model/json.ts'
import type { RingSpec } from '../../model/ring.ts'
import type { Reading } from '../../model/series.ts'
import type { Pool, PoolServer } from '../../model/topology.ts'
import { type PoolConfig, ringOf } from './configFile.ts'
import { consistentOf } from './written.ts'

const headShape = z.looseObject({ service: z.literal('nutcracker'), version: z.string(), uptime: z.number(), timestamp: z.number() })
const serverShape = z.looseObject({
  server_err: z.number(),
  server_timedout: z.number(),
  server_connections: z.number(),
  server_ejected_at: z.number(),
  requests: z.number(),
  in_queue: z.number(),
  out_queue: z.number(),
})
const poolShape = z.looseObject({ client_connections: z.number(), server_ejects: z.number(), forward_error: z.number() })

export type Statistics = {
  version: string
  /** Epoch seconds of its start: the run's identity. */
  startedAt: number
  samples: Reading[]
  pools: Omit<Pool, 'target'>[]
  /** What twemproxy counts in its pools, as a short text: it changes when they are renewed. */
  counters: string
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
  for (const [name, value] of Object.entries(head.data)) {
    const pool = poolShape.safeParse(value)
    if (!pool.success) continue
    const configured = known.get(name)
    const lines = new Map(configured?.servers.map((line) => [line.name, line]))
    const own: Reading[] = []
    const servers: PoolServer[] = []
    for (const [server, raw] of Object.entries(pool.data)) {
      const stats = serverShape.safeParse(raw)
      if (!stats.success) continue
      const line = lines.get(server)
      // Ejected at (µs) stays in the statistics after the server has returned; it is out for one retry timeout.
      const ejected =
        stats.data.server_ejected_at > 0 && timestamp * 1000 - stats.data.server_ejected_at / 1000 < (configured?.retryMs ?? 30_000)
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
    samples.push(
      { metric: 'pool_requests_total', labels: { pool: name }, value: total(own, 'pool_requests_total') },
      { metric: 'pool_errors_total', labels: { pool: name }, value: total(own, 'pool_errors_total') + pool.data.forward_error },
      { metric: 'pool_sessions', labels: { pool: name }, value: pool.data.client_connections },
      { metric: 'twemproxy_server_ejects_total', labels: { pool: name }, value: pool.data.server_ejects },
    )
    pools.push(poolOf(name, servers, configured, writable))
  }
  // What stands beside the pools (uptime, connections) is of the moment; the pools are of the last renewal.
  const renewed = Object.values(head.data).filter((part) => typeof part === 'object')
  return { version: head.data.version, startedAt: timestamp - uptime, samples, pools, counters: digest(renewed) }
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

function poolOf(name: string, servers: PoolServer[], config: PoolConfig | undefined, writable: true | string): Omit<Pool, 'target'> {
  // Statistics list servers in their own order; the ring hashes them in the file's.
  const byName = new Map(servers.map((server) => [server.name, server]))
  const ordered = config ? config.servers.flatMap((line) => byName.get(line.name) ?? []) : servers
  const ringed = config && config.distribution !== 'random'
  const ring = ringed ? withStates(ringOf(config), ordered) : undefined
  return {
    name,
    algorithm: config ? `${config.distribution} ${config.hash}` : 'unknown',
    balances: config?.distribution === 'random' ? 'unknown' : config ? 'hash' : 'unknown',
    can: {
      weight:
        config?.distribution === 'random' ? { because: 'distribution random ignores weights' } : writable === true || { because: writable },
      state: NO_STATE,
      slowStart: NO_STATE,
    },
    weightMax: 10_000,
    ring,
    consistent: consistentOf(name, ring),
    servers: ordered,
  }
}

/** A server that twemproxy has ejected is as if not listed. */
const withStates = (ring: RingSpec, servers: readonly (PoolServer | undefined)[]): RingSpec => ({
  ...ring,
  nodes: ring.nodes.map((node, index) => ({ ...node, state: servers[index]?.state === 'down' ? 'down' : 'up' })),
})
