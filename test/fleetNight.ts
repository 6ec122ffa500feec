import type { Labels, Point, Series } from '../lib/model/series.ts'
import type { Pool, Topology } from '../lib/model/topology.ts'
import type { SeriesWindow } from '../lib/model/window.ts'
import { windowOfSeries } from '../lib/store/window.ts'
import { NIGHT, TRAFFIC, type Traffic } from './nights.ts'
import { poisson, poolOf } from './normal.ts'
import { normal, randomOf } from './random.ts'
import { FROM } from './series.ts'

/** What rules look back on before a night begins, in seconds. */
export const EARLIER = 900
const LENGTH = EARLIER + NIGHT

/** Counters second by second, `mean` apart: a gauge. */
type Column = Float64Array
const column = (): Column => new Float64Array(LENGTH)

/** A cache in a night in which nothing is wrong. */
export class CacheNight {
  readonly hits = column()
  readonly misses = column()
  readonly fills = column()
  readonly duplicates = column()
  readonly items = column()
  readonly expired = column()
  readonly evicted = column()
  readonly calls = column()
  readonly seconds = column()
  readonly bytes = column()
  readonly name: string
  constructor(name: string, traffic: Traffic, seed: number) {
    this.name = name
    const random = randomOf(seed)
    const now = trafficOf(traffic, random)
    const [dearer, larger] = [drift(0.25, 0.98, random), drift(0.3, 0.98, random)]
    const usual = 0.75 + 0.2 * random()
    // A third of the caches is full, and evicts what does not expire before.
    const evicts = random() < 1 / 3 ? 0.6 : 0
    const settled = Math.max(500, 40 * traffic.perSecond)
    let items = settled
    for (let t = 1; t < LENGTH; t++) {
      const { level, away } = now(t)
      const reads = clumped(traffic.perSecond * level, traffic.bunches > 0 ? 4 : 1, random)
      const missed = Math.min(reads, poisson(reads * (1 - Math.min(0.99, Math.max(0.05, usual + away))), random))
      const twice = poisson(missed * (traffic.bunches > 0 ? 0.03 : 0.004), random)
      const leave = Math.min(items, clumped((missed * items) / settled, traffic.bunches > 0 ? 8 : 1, random))
      const pushed = Math.round(leave * evicts)
      items += missed - leave
      const add = (to: Column, by: number) => {
        to[t] = to[t - 1]! + by
      }
      add(this.hits, reads - missed)
      add(this.misses, missed)
      add(this.fills, missed + twice)
      add(this.duplicates, twice)
      add(this.expired, leave - pushed)
      add(this.evicted, pushed)
      add(this.calls, reads)
      // A third of the server's time at the usual rate, so that commands that take longer matter.
      add(this.seconds, ((0.3 * reads) / traffic.perSecond) * Math.exp(dearer()) * (1 + normal(random) / Math.sqrt(reads + 1)) ** 2)
      add(this.bytes, reads * 8_192 * Math.exp(larger()))
      this.items[t] = items
    }
  }

  /** What a rule sees at that second. */
  window(at: number, spanMs: number): SeriesWindow {
    const labels = { target: this.name }
    return windowOfColumns(at, spanMs, [
      ['cache_hits_total', labels, this.hits],
      ['cache_misses_total', labels, this.misses],
      ['cache_writes_total', labels, this.fills],
      ['cache_items', labels, this.items],
      ['cache_expirations_total', labels, this.expired],
      ['cache_evictions_total', labels, this.evicted],
      ['cache_reply_bytes_total', labels, this.bytes],
      ['cache_commands_total', { ...labels, command: 'get' }, this.calls],
      ['cache_command_seconds_total', { ...labels, command: 'get' }, this.seconds],
    ])
  }
}

type ServerColumns = { requests: Column; errors: Column; mean: Column; spent: Column }

/** A pool in such a night: requests are dealt out by chance, some answers are errors, and response times wander together and apart. */
export class PoolNight {
  readonly pool: Pool
  readonly servers: ServerColumns[]
  constructor(name: string, servers: number, traffic: Traffic, seed: number, more: Partial<Pool> = {}) {
    const random = randomOf(seed)
    this.pool = poolOf('edge', name, new Array<number>(servers).fill(1), more)
    this.servers = this.pool.servers.map(() => ({ requests: column(), errors: column(), mean: column(), spent: column() }))
    const now = trafficOf(traffic, random)
    const together = drift(0.2, 0.98, random)
    const apart = this.servers.map(() => drift(0.1, 0.95, random))
    const failing = 0.008 * random()
    for (let t = 1; t < LENGTH; t++) {
      const { level } = now(t)
      const wave = together()
      for (const [i, { requests, errors, mean, spent }] of this.servers.entries()) {
        const count = clumped((traffic.perSecond * level) / servers, traffic.bunches > 0 ? 3 : 1, random)
        const failed = Math.min(count, clumped(count * failing, traffic.bunches > 0 ? 3 : 1, random))
        // Service times scatter by one and a half times their mean.
        const noise = Math.max(0.1, 1 + (1.5 * normal(random)) / Math.sqrt(Math.max(1, count)))
        const value = count > 0 ? 0.06 * Math.exp(wave + apart[i]!()) * noise : mean[t - 1]!
        requests[t] = requests[t - 1]! + count
        errors[t] = errors[t - 1]! + failed
        mean[t] = value
        spent[t] = spent[t - 1]! + value * count
      }
    }
  }

  window(at: number, spanMs: number): SeriesWindow {
    return windowOfColumns(
      at,
      spanMs,
      this.servers.flatMap(({ requests, errors, mean }, i): [string, Labels, Column][] => {
        const labels = { target: 'edge', pool: this.pool.name, server: this.pool.servers[i]!.name }
        return [
          ['pool_requests_total', labels, requests],
          ['pool_errors_total', labels, errors],
          ['pool_response_seconds', labels, mean],
        ]
      }),
    )
  }
}

/** A fleet in a night: two caches, one of them much busier, and a pool; in every second one users stay on the server where they began. */
export type FleetNight = { caches: CacheNight[]; pools: PoolNight[]; topology: Topology }

export function fleetNight(kind: Traffic, seed: number): FleetNight {
  const at = (perSecond: number): Traffic => ({ ...kind, perSecond: kind.perSecond < 50 ? Math.min(10, perSecond) : perSecond })
  const sticky = seed % 2 === 1
  const caches = (sticky ? [60, 700] : [10, 200]).map((rate, i) => new CacheNight(`c${i}`, at(rate), 7 * seed + i))
  const pools = [new PoolNight('app', 3, at(sticky ? 60 : 240), 7 * seed + 4, sticky ? { sticky: 'cookie SRV' } : {})]
  return {
    caches,
    pools,
    topology: {
      targets: [
        ...caches.map(({ name }) => ({ name, kind: 'redis', role: 'cache' as const, state: 'up' as const, capabilities: [] })),
        { name: 'edge', kind: 'haproxy', state: 'up' as const, capabilities: [] },
      ],
      pools: pools.map(({ pool }) => pool),
      rings: [],
      ttls: [],
      edges: [],
    },
  }
}

export const KINDS: readonly Traffic[] = TRAFFIC

/** Noise that resembles its last value, of that deviation. */
function drift(size: number, keep: number, random: () => number): () => number {
  let value = 0
  return () => {
    value = keep * value + Math.sqrt(1 - keep * keep) * size * normal(random)
    return value
  }
}

/** A count around a mean, of things that come so many together. */
const clumped = (mean: number, together: number, random: () => number) => together * poisson(mean / together, random)

/** How much is read at a second beside the usual, and how far the hit ratio is away from its own. */
function trafficOf({ wander, waves, drift: night, bursts }: Traffic, random: () => number): (t: number) => { level: number; away: number } {
  const period = 180 + 420 * random()
  const phase = 2 * Math.PI * random()
  const own = drift(wander.size, wander.keep, random)
  let burst = 0
  return (t) => {
    if (burst > 0) burst--
    else if (random() < bursts / 10) burst = 10
    const swell = Math.sin((2 * Math.PI * t) / period + phase)
    const daily = 1 - 2 * night * Math.cos((2 * Math.PI * t) / LENGTH)
    return {
      level: (1 + 0.25 * swell) * daily * (burst > 0 ? 3 : 1),
      away: own() + waves * swell - (night / 2) * Math.cos((2 * Math.PI * t) / LENGTH),
    }
  }
}

function windowOfColumns(at: number, spanMs: number, columns: readonly (readonly [string, Labels, Column])[]): SeriesWindow {
  const from = Math.max(1, at - Math.ceil(spanMs / 1000))
  const series = columns.map(([metric, labels, values]): Series => {
    let points: Point[] | undefined
    return {
      metric,
      labels,
      stepMs: 1000,
      // Made where they are read: a rule reads a few of them.
      get points() {
        points ??= Array.from({ length: at - from + 1 }, (_, i): Point => [FROM + (from + i) * 1000, values[from + i]!])
        return points
      },
    }
  })
  return windowOfSeries(series, [], FROM + from * 1000, FROM + at * 1000)
}
