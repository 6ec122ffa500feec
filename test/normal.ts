import type { TargetRecord } from '../lib/model/record.ts'
import type { Labels, Point, Series } from '../lib/model/series.ts'
import type { Pool, Topology } from '../lib/model/topology.ts'
import type { SeriesWindow } from '../lib/model/window.ts'
import { windowOfSeries } from '../lib/store/window.ts'
import { normal, randomOf } from './random.ts'
import { FROM } from './series.ts'

/** A count of rare events around a mean (Knuth below 30, the normal approximation above). */
export function poisson(mean: number, random: () => number): number {
  if (!(mean > 0)) return 0
  if (mean > 30) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(random)))
  const limit = Math.exp(-mean)
  let count = 0
  for (let product = random(); product > limit; product *= random()) count++
  return count
}

/** Noise that resembles its last value: `keep` of it stays from second to second; its standard deviation is `size`. */
function wander(size: number, keep: number, random: () => number): () => number {
  let value = 0
  return () => {
    value = keep * value + Math.sqrt(1 - keep * keep) * size * normal(random)
    return value
  }
}

/** Collects series second by second. */
export class Tape {
  readonly all = new Map<string, Series & { points: Point[] }>()
  readonly records: TargetRecord[] = []
  put(at: number, metric: string, labels: Labels, value: number) {
    const key = metric + JSON.stringify(labels)
    let series = this.all.get(key)
    if (!series) {
      series = { metric, labels, stepMs: 1000, points: [] }
      this.all.set(key, series)
    }
    series.points.push([at, value])
  }
  /** A counter that grows by so much. */
  add(at: number, metric: string, labels: Labels, more: number) {
    this.put(at, metric, labels, (this.all.get(metric + JSON.stringify(labels))?.points.at(-1)?.[1] ?? 0) + more)
  }
  window(seconds: number): SeriesWindow {
    return windowOfSeries([...this.all.values()], this.records, FROM, FROM + seconds * 1000)
  }
}

export type Day = { seed: number; seconds: number }
/** What happens to it in the second `t`; returns the changed numbers. */
export type CacheFault = (t: number, now: CacheNow) => void
export type CacheNow = {
  reads: number
  hitRatio: number
  writes: number
  duplicates: number
  evictions: number
  expirations: number
  restart: boolean
  seen: boolean
}

/**
 * A cache of an ordinary day squeezed into minutes: reads follow a wave of ±15 to 35 % and noise that resembles its last value, the hit
 * ratio wanders about 0.88, misses are filled, keys expire as fast as they come; every third cache is full and evicts steadily.
 */
export function cacheDay(tape: Tape, target: string, { seed, seconds }: Day, perSecond: number, fault: CacheFault = () => {}) {
  const random = randomOf(seed)
  const labels = { target }
  const wave = 0.15 + 0.2 * random()
  const period = 180 + 420 * random()
  const phase = random() * 2 * Math.PI
  const [rate, ratio] = [wander(0.05, 0.9, random), wander(0.008, 0.95, random)]
  const full = seed % 3 === 0
  let [hits, misses, writes, evicted, expired, items, uptime] = [5e6, 6e5, 6e5, full ? 1e5 : 0, 3e5, Math.max(400, 25 * perSecond), 86_400]
  const settled = items
  for (let t = 0; t <= seconds; t++) {
    const swell = Math.sin((2 * Math.PI * t) / period + phase)
    const now: CacheNow = {
      reads: poisson(perSecond * (1 + wave * swell + rate()), random),
      hitRatio: Math.min(0.995, 0.88 + 0.015 * swell + ratio()),
      writes: 0,
      duplicates: 0,
      evictions: 0,
      expirations: -1,
      restart: false,
      seen: true,
    }
    fault(t, now)
    if (now.restart) [hits, misses, writes, evicted, expired, items, uptime] = [0, 0, 0, 0, 0, 0, 0]
    const missed = Math.min(now.reads, poisson(now.reads * (1 - now.hitRatio), random))
    hits += now.reads - missed
    misses += missed
    const written = missed + now.writes
    writes += written + now.duplicates
    const leaving = now.expirations >= 0 ? Math.min(items, now.expirations) : Math.min(items, poisson((missed * items) / settled, random))
    const out = full ? Math.round(leaving * 0.4) : 0
    evicted += out + now.evictions
    expired += leaving - out
    items += written - leaving - now.evictions
    uptime++
    if (!now.seen) continue
    const at = FROM + t * 1000
    tape.put(at, 'cache_hits_total', labels, hits)
    tape.put(at, 'cache_misses_total', labels, misses)
    tape.put(at, 'cache_writes_total', labels, writes)
    tape.put(at, 'cache_evictions_total', labels, evicted)
    tape.put(at, 'cache_expirations_total', labels, expired)
    tape.put(at, 'cache_items', labels, items)
    tape.put(at, 'cache_uptime_seconds', labels, uptime)
    tape.put(at, 'cache_memory_used_bytes', labels, 1e6 + items * 700)
    tape.put(at, 'cache_memory_max_bytes', labels, full ? 1e6 + settled * 720 : 0)
  }
}

export type ServerNow = { seconds: number; errorRatio: number; up: boolean; share: number | null }
export type PoolFault = (t: number, server: string, now: ServerNow) => void

/** The pool that `poolDay` plays. */
/** As HAProxy with an admin socket. */
export const ABLE: Pool['can'] = { weight: true, state: true, slowStart: true }

export function poolOf(target: string, name: string, weights: number[], more: Partial<Pool> = {}): Pool {
  return {
    target,
    name,
    algorithm: 'roundrobin',
    balances: 'weight',
    can: ABLE,
    weightMax: 256,
    lasting: {
      because: 'a weight set at run time is lost when HAProxy reloads',
      section: `backend ${name}`,
      line: 'server NAME … weight WEIGHT',
    },
    servers: weights.map((weight, i) => ({
      name: `app${i + 1}`,
      address: `10.0.0.${i + 1}:80`,
      id: i + 1,
      weightSet: weight,
      weightEffective: weight,
      state: 'up',
    })),
    ...more,
  }
}

/** HAProxy in front of a pool: means smoothed over 512 requests and rounded to ms, round robin with its small unevenness. Weights may change. */
export function poolDay(
  tape: Tape,
  pool: Pool,
  { seed, seconds }: Day,
  perSecond: number,
  options: { response?: number; weights?: (t: number) => number[]; fault?: PoolFault } = {},
) {
  const random = randomOf(seed)
  const wave = 0.15 + 0.2 * random()
  const period = 180 + 420 * random()
  const rate = wander(0.05, 0.9, random)
  const load = wander(0.05, 0.95, random)
  const state = pool.servers.map((server) => ({
    server,
    requests: 1e5,
    errors: 50,
    mean: options.response ?? 0.02,
    own: wander(0.05, 0.9, random),
  }))
  const row = { requests: 4e5, errors: 200, mean: options.response ?? 0.02 }
  for (let t = 0; t <= seconds; t++) {
    const at = FROM + t * 1000
    const swell = Math.sin((2 * Math.PI * t) / period)
    const all = poisson(perSecond * (1 + wave * swell + rate()), random)
    const weights = options.weights?.(t) ?? pool.servers.map((server) => server.weightSet)
    const shared = load()
    const now = state.map(({ server, own }, i) => {
      const one: ServerNow = {
        seconds: (options.response ?? 0.02) * (1 + 0.1 * swell + shared + own()),
        errorRatio: 0.0005,
        up: true,
        share: null,
      }
      options.fault?.(t, server.name, one)
      return { ...one, weight: one.up ? weights[i]! : 0 }
    })
    const sum = now.reduce((total, one) => total + one.weight, 0)
    now.forEach((one, i) => {
      const mine = state[i]!
      const expected = one.share !== null ? all * one.share : sum > 0 ? (all * one.weight) / sum : 0
      const requests = Math.max(0, Math.round(expected + 0.5 * normal(random)))
      // Response times are skewed: about exponential around the server's mean.
      const mean = requests > 0 ? one.seconds * (1 + (0.5 * normal(random)) / Math.sqrt(requests)) : one.seconds
      const smooth = (was: number) => mean + (was - mean) * (1 - 1 / 512) ** requests
      mine.mean = smooth(mine.mean)
      row.mean = smooth(row.mean)
      const errors = Math.min(requests, poisson(requests * one.errorRatio, random))
      mine.requests += requests
      mine.errors += errors
      row.requests += requests
      row.errors += errors
      const labels = { target: pool.target, pool: pool.name, server: mine.server.name }
      tape.put(at, 'pool_requests_total', labels, mine.requests)
      tape.put(at, 'pool_errors_total', labels, mine.errors)
      tape.put(at, 'pool_retries_total', labels, 0)
      tape.put(at, 'pool_response_seconds', labels, Math.round(mine.mean * 1000) / 1000)
      tape.put(at, 'pool_up', labels, one.up ? 1 : 0)
      tape.put(at, 'pool_weight_set', labels, weights[i]!)
      tape.put(at, 'pool_weight_effective', labels, weights[i]!)
    })
    const labels = { target: pool.target, pool: pool.name }
    tape.put(at, 'pool_requests_total', labels, row.requests)
    tape.put(at, 'pool_errors_total', labels, row.errors)
    tape.put(at, 'pool_response_seconds', labels, Math.round(row.mean * 1000) / 1000)
    tape.put(at, 'pool_response_smoothing', labels, 512)
  }
}

/** The shape of the fleet around such days, `at` a moment: states and weights follow the series. */
export function fleetAt(window: SeriesWindow, pools: Pool[], caches: string[], at: number): Topology {
  const latestOf = (metric: string, labels: Labels) => window.series(metric, labels)[0]?.points.findLast(([ms]) => ms <= at)?.[1]
  return {
    targets: [
      ...[...new Set(pools.map((pool) => pool.target))].map((name) => ({ name, kind: 'haproxy', state: 'up' as const, capabilities: [] })),
      ...caches.map((name) => ({ name, kind: 'redis', role: 'cache' as const, state: 'up' as const, capabilities: [] })),
    ],
    pools: pools.map((pool) => ({
      ...pool,
      servers: pool.servers.map((server) => {
        const labels = { target: pool.target, pool: pool.name, server: server.name }
        const weight = latestOf('pool_weight_effective', labels) ?? server.weightSet
        return {
          ...server,
          weightSet: weight,
          weightEffective: weight,
          state: latestOf('pool_up', labels) === 0 ? ('down' as const) : server.state,
        }
      }),
    })),
    rings: [],
    ttls: [],
    edges: [],
  }
}
