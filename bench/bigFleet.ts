import { z } from 'zod'
import type { ControlConfig } from '../lib/model/control.ts'
import type { AnyProduct, Parsed, TargetConfig } from '../lib/model/product.ts'
import type { NewRecord } from '../lib/model/record.ts'
import type { RingSpec } from '../lib/model/ring.ts'
import type { Reading } from '../lib/model/series.ts'
import type { Pool, Ring } from '../lib/model/topology.ts'

/** Targets of the fleet: all caches but the balancer and the ring's document. */
export const CACHES = 998
export const POOLS = 20
const SERVERS = 10
const NODES = 100
const HOT_KEYS = 50

/** The cache whose history is looked at, the balancer, and the ring's document. */
export const QUERIED = 'cache-0'
export const BALANCER = 'edge'
export const RING = 'users'

/** Counters and gauges of the n-th cache at that second: a steady 1,000 reads a second, one in ten a miss. */
export function cacheReadings(n: number, second: number): Reading[] {
  // A ring is read unevenly: the solver of its points is the most expensive of the advisors.
  const busy = n < NODES ? 1 + (n % 5) / 2 : 1
  const counter = (perSecond: number) => Math.floor(perSecond * busy * second)
  return [
    { metric: 'cache_hits_total', value: counter(900) },
    { metric: 'cache_misses_total', value: counter(100) },
    { metric: 'cache_commands_total', value: counter(1_100) },
    { metric: 'cache_command_seconds_total', value: counter(0.05) },
    { metric: 'cache_evictions_total', value: counter(2) },
    { metric: 'cache_expirations_total', value: counter(30) },
    { metric: 'cache_writes_total', value: counter(100) },
    { metric: 'cache_items', value: Math.round(1e6 + 1_000 * Math.sin(second / 600)) },
    { metric: 'cache_memory_used_bytes', value: Math.round(1e9 + 1e6 * Math.sin(second / 900)) },
    { metric: 'cache_memory_max_bytes', value: 4e9 },
    { metric: 'cache_uptime_seconds', value: Math.floor(second) % 1e7 },
    { metric: 'cache_connections', value: 100 },
    { metric: 'cache_connections_max', value: 10_000 },
    { metric: 'cache_connections_rejected_total', value: 0 },
  ]
}

/** Of the balancer: in each pool one server is four times as slow as the others, so that each has a finding and a proposal. */
export function poolReadings(second: number): Reading[] {
  return POOL_LIST.flatMap(({ name, servers }) =>
    servers.flatMap((server, n): Reading[] => {
      const labels = { pool: name, server: server.name }
      return [
        { metric: 'pool_requests_total', labels, value: Math.floor(50 * second) },
        { metric: 'pool_errors_total', labels, value: 0 },
        { metric: 'pool_response_seconds', labels, value: n === 0 ? 0.08 : 0.02 },
        { metric: 'pool_sessions', labels, value: n === 0 ? 4 : 1 },
        { metric: 'pool_queue', labels, value: 0 },
        { metric: 'pool_up', labels, value: 1 },
        { metric: 'pool_weight_set', labels, value: 100 },
        { metric: 'pool_weight_effective', labels, value: 100 },
      ]
    }),
  )
}

const POOL_LIST: Pool[] = Array.from({ length: POOLS }, (_, i) => ({
  target: BALANCER,
  name: `pool-${i}`,
  algorithm: 'roundrobin',
  balances: 'weight',
  can: { weight: true, state: true, slowStart: true },
  weightMax: 256,
  servers: Array.from({ length: SERVERS }, (_, n) => ({
    name: `s${n}`,
    address: `10.0.${i}.${n}:80`,
    id: n + 1,
    weightSet: 100,
    weightEffective: 100,
    state: 'up',
  })),
}))

const SPEC: RingSpec = {
  algorithm: 'ketama',
  nodes: Array.from({ length: NODES }, (_, i) => ({ name: `node-${i}`, address: `10.1.0.${i}:6379`, points: 160 })),
}
const NODE_LIST = SPEC.nodes.map(({ name, address, points }, i) => ({ name, address: address!, points: points!, target: `cache-${i}` }))
const RING_FACT: Ring = {
  name: RING,
  version: 1,
  spec: SPEC,
  control: { target: QUERIED, key: 'evenkeel:ring' },
  nodes: NODE_LIST,
  followers: [],
}

const hotKeys = (at: number): NewRecord[] =>
  Array.from({ length: HOT_KEYS }, (_, i) => ({
    kind: 'hot-key',
    id: `product:${i}`,
    key: `product:${i}`,
    at,
    share: 0.01,
    low: 0.008,
    high: 0.012,
    perSecond: 10,
    method: 'monitor',
    lines: 10_000,
    hot: true,
  }))

/** A product that answers at once: what is measured is Evenkeel. Of a kind that has an actuator, so that proposals can be described. */
const instant = (kind: string, ...readings: ((name: string, at: number) => Parsed)[]): AnyProduct => ({
  kind,
  title: kind,
  config: z.any(),
  open: (config: TargetConfig) => config.name,
  close: async () => {},
  probes: readings.map((parse, i) => ({
    id: `probe-${i}`,
    feature: 'INFO',
    // The second one is a burst of hot keys.
    everyMs: i === 0 ? 1_000 : 5_000,
    cost: 'none: it is made up',
    vital: i === 0,
    read: async (link) => ({ name: link as string, at: Date.now() }),
    parse: (raw) => {
      const { name, at } = raw as { name: string; at: number }
      return parse(name, at)
    },
  })),
  address: (config: TargetConfig) => config.name,
})

const numberOf = (name: string) => Number(name.slice('cache-'.length))
const facts = { runId: 'r', version: '7.2' }
const fleetProducts: AnyProduct[] = [
  instant(
    'redis',
    (name, at) => ({ samples: cacheReadings(numberOf(name), at / 1_000), records: [], topology: { facts } }),
    (name, at) => ({ samples: [], records: numberOf(name) < NODES ? hotKeys(at) : [], topology: {} }),
  ),
  instant('haproxy', (_, at) => ({ samples: poolReadings(at / 1_000), records: [], topology: { facts, pools: POOL_LIST } })),
  instant('control', () => ({ samples: [], records: [], topology: { rings: [RING_FACT] } })),
]

/** 998 caches, a balancer of 200 servers and a ring of 100 of the caches, none of which is real. */
export function bigFleet(): { products: AnyProduct[]; targets: TargetConfig[] } {
  const cache = (i: number) => ({ kind: 'redis', name: `cache-${i}`, role: 'cache' as const, url: `redis://10.1.0.${i % 250}:6379` })
  const control: ControlConfig = {
    kind: 'control',
    name: `ring:${RING}`,
    key: 'evenkeel:ring',
    redis: cache(0),
    ring: { name: RING, spec: SPEC, nodes: NODE_LIST },
  }
  const targets: TargetConfig[] = [
    { kind: 'haproxy', name: BALANCER, address: '10.0.0.1:9999' } as TargetConfig,
    control,
    ...Array.from({ length: CACHES }, (_, i) => cache(i)),
  ]
  return { products: fleetProducts, targets }
}
