import { measure } from '../metrics/measure.ts'
import { behindSeconds, distantReplicas, type Replica } from '../metrics/replicas.ts'
import { pricesOf } from '../model/prices.ts'
import type { HotKey } from '../model/record.ts'
import type { Labels } from '../model/series.ts'
import type { TargetFacts, Topology } from '../model/topology.ts'
import type { SeriesWindow } from '../model/window.ts'
import type { CacheFacts } from './facts.ts'
import { quotient } from './quotient.ts'

/** Features whose absence says why no keys were counted, the one that a person can allow first. */
const COUNTS_KEYS = ['MONITOR', 'HOTKEYS', 'watch', 'access log']

/** What is measured of each cache and store of the fleet, and of the caches inside of targets. */
export function* measuredCaches(window: SeriesWindow, topology: Topology, references: ReadonlySet<string>): Generator<CacheFacts> {
  const distant = new Map(distantReplicas(topology).map((one) => [one.replica.name, one]))
  const targets = new Map(topology.targets.map((facts) => [facts.name, facts]))
  const of = (where: Labels, facts: TargetFacts) => cacheFacts(where, facts, window, topology.prices, references, distant.get(facts.name))
  for (const facts of topology.targets) if (facts.role) yield of({ target: facts.name }, facts)
  const zones = window.series('cache_hits_total').filter(({ labels }) => isZone(labels))
  for (const { labels } of zones) {
    const facts = targets.get(labels.target!)
    if (facts) yield of(labels, facts)
  }
}

const isZone = (labels: Labels) => labels.target && labels.cache && Object.keys(labels).length === 2

function cacheFacts(
  where: Labels,
  facts: TargetFacts,
  window: SeriesWindow,
  prices: Topology['prices'],
  references: ReadonlySet<string>,
  distant: Replica | undefined,
): CacheFacts {
  const of = (metric: string) => measure(metric, where, window)
  const records = window.records('fact', facts.name)
  const fact = (id: string) => records.find((one) => one.id === id)?.value ?? null
  const [items, expiring] = [newest(window, 'cache_items', where), newest(window, 'cache_items_expiring', where)]
  const isZone = where.cache !== undefined
  return {
    name: isZone ? `${facts.name}/${where.cache}` : facts.name,
    where,
    role: facts.role ?? 'cache',
    state: facts.state,
    reads: of('cache_read_rate'),
    writes: of('cache_write_rate'),
    hits: of('cache_hits_total'),
    misses: of('cache_misses_total'),
    hitRatio: of('cache_hit_ratio'),
    evictions: of('cache_eviction_rate'),
    memory: of('cache_memory_ratio'),
    commandSeconds: quotient(of('cache_command_seconds_total'), of('cache_commands_total'), 'no command came'),
    hot: hotOf(facts, window),
    policy: isZone ? null : (fact('config/maxmemory-policy') ?? evictionsOf(fact('config/evictions'))),
    memoryMax: newest(window, 'cache_memory_max_bytes', where),
    memoryUsed: newest(window, 'cache_memory_used_bytes', where),
    expiring: items !== null && expiring !== null && items > 0 ? Math.min(1, expiring / items) : null,
    ...replicationOf(facts, window),
    lag: of('redis_connected_slave_lag_bytes'),
    persists: persistenceOf(facts, window),
    references: !facts.can?.references || isZone ? 'cannot' : references.has(facts.name) ? 'on' : 'off',
    curve: window.records('curve', facts.name).find(({ varies }) => varies === 'memory') ?? null,
    distant: isZone || !distant ? null : distantOf(distant, window),
    staleness: isZone ? [] : window.records('staleness', facts.name),
    prices: pricesOf(prices, facts.name),
  }
}

/** memcached says `on` or `off`: whether it evicts at all. */
const evictionsOf = (value: string | null) => (value === null ? null : value === 'off' ? 'refuses what is new when it is full' : 'LRU')

/** The newest reading of a gauge. */
const newest = (window: SeriesWindow, metric: string, where: Labels): number | null =>
  window
    .series(metric, where)
    .find(({ labels }) => Object.keys(labels).length === Object.keys(where).length)
    ?.points.at(-1)?.[1] ?? null

function hotOf({ name, capabilities }: TargetFacts, window: SeriesWindow): CacheFacts['hot'] {
  const all = window.records('hot-key', name)
  const at = Math.max(...all.map((one) => one.at))
  const look = all.filter((one: HotKey) => one.at === at).sort((a, b) => b.share - a.share)
  if (look.length > 0) return look.slice(0, 3).map(({ key, share, low, high, at, method }) => ({ key, share, low, high, at, method }))
  const missing = COUNTS_KEYS.flatMap((feature) => capabilities.find((one) => one.feature === feature && !one.available)?.because ?? [])
  return { because: missing[0] ?? 'its keys were not counted yet' }
}

function replicationOf(facts: TargetFacts, window: SeriesWindow): Pick<CacheFacts, 'replicas' | 'hasReplicas' | 'isReplica'> {
  const where = { target: facts.name }
  return {
    replicas: newest(window, 'redis_connected_slaves', where),
    hasReplicas: facts.can?.replicas === true,
    isReplica:
      facts.replication?.role === 'replica' || window.series('redis_master_link_up', where).some(({ points }) => points.length > 0),
  }
}

/** So far back it is looked how old its values are: a minute of readings. */
const BEHIND_MS = 60_000

function distantOf(one: Replica, window: SeriesWindow): CacheFacts['distant'] {
  const all = behindSeconds(one, window, window.to - BEHIND_MS).map(({ seconds }) => seconds)
  const mean = all.reduce((sum, seconds) => sum + seconds, 0) / all.length
  return {
    region: one.replica.labels!.region!,
    primary: one.primary.name,
    primaryRegion: one.primary.labels!.region!,
    behind:
      all.length === 0
        ? { is: 'unjudged', because: 'its offset and that of its primary were not read' }
        : { is: 'measured', value: mean, low: Math.min(...all), high: Math.max(...all), count: all.length },
  }
}

function persistenceOf({ name, can }: TargetFacts, window: SeriesWindow): CacheFacts['persists'] {
  if (!can?.replicas) return null
  const settings = window.records('setting', name)
  const save = settings.find(({ id }) => id === 'save')?.value
  const aof = newest(window, 'redis_aof_enabled', { target: name })
  const log = aof !== null ? aof > 0 : (settings.find(({ id }) => id === 'appendonly')?.value ?? null)
  const known = { snapshots: save === undefined ? null : save.trim() !== '', log: typeof log === 'string' ? log === 'yes' : log }
  return known.snapshots === null && known.log === null ? null : known
}
