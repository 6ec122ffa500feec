import { type Labels, labelsKey, type Reading } from '../../model/series.ts'
import type { Pool, PoolServer } from '../../model/topology.ts'
import { type HaproxyStates, keyOf } from './haproxyStates.ts'
import type { Mapping } from './mappingConfig.ts'
import { CACHE_MANAGER } from './table.ts'

/** One series as it was scraped: its labels, `__name__` among them, and its samples. */
export type PromSeries = { labels: Record<string, string>; points: [ms: number, value: number][] }

/** Exporters pass on the -1 of a server that keeps no such number, and one that fell below zero is printed as one of 64 bits: above this it is none. */
const WRAPPED = 2 ** 63

/** Whether a number can be what its series counts. */
export const isPossible = (value: number): boolean => value >= 0 && value < WRAPPED

/** What a batch of scraped series comes to: canonical readings at the times of their scrapes, and how far apart those are. */
export function toReadings(
  series: readonly PromSeries[],
  rows: readonly Mapping[],
): { samples: Reading[]; newestAt: number; stepMs: number | null; impossible: ReadonlyMap<string, number> } {
  const impossible = new Map<string, number>()
  const sums = new Map<string, { metric: string; labels: Labels; points: Map<number, number> }>()
  const shared = sharedCaches(series)
  const gaps: number[] = []
  let newestAt = 0
  for (const one of series) {
    one.points.forEach(([at], index) => {
      if (at > newestAt) newestAt = at
      const before = one.points[index - 1]
      if (before) gaps.push(at - before[0])
    })
    for (const mapping of rows) {
      if (mapping.from !== one.labels.__name__ || !fits(one.labels, mapping.where)) continue
      const labels = labelsOf(one.labels, mapping, shared)
      if (!labels) continue
      const key = `${mapping.to}${labelsKey(labels)}`
      const sum = sums.get(key) ?? { metric: mapping.to, labels, points: new Map<number, number>() }
      sums.set(key, sum)
      for (const [at, value] of one.points) {
        const can = isPossible(value)
        if (!can) impossible.set(mapping.from, value)
        // A sum of which one part is not known is not known.
        sum.points.set(at, (sum.points.get(at) ?? 0) + (can ? value * (mapping.scale ?? 1) : Number.NaN))
      }
    }
  }
  const samples = [...sums.values()].flatMap(({ metric, labels, points }) =>
    [...points]
      .filter(([, value]) => Number.isFinite(value))
      .sort(([a], [b]) => a - b)
      .map(([at, value]): Reading => ({ metric, labels, value, at })),
  )
  samples.sort((a, b) => (a.at ?? 0) - (b.at ?? 0))
  const stepMs = gaps.length === 0 ? null : (gaps.sort((a, b) => a - b)[Math.floor(gaps.length / 2)] as number)
  return { samples, newestAt, stepMs, impossible }
}

/** A label that a series does not have is empty, as in Prometheus. */
export const fits = (labels: Readonly<Record<string, string>>, where: Readonly<Record<string, string>> = {}) =>
  Object.entries(where).every(([name, value]) => (labels[name] ?? '') === value)

/** Evenkeel's labels of a series; null where it has not all of them. */
export function labelsOf(
  labels: Record<string, string>,
  { labels: wanted = {} }: Pick<Mapping, 'labels'>,
  shared: ReadonlySet<string> = new Set(),
): Labels | null {
  const found: Record<string, string> = {}
  for (const [canonical, names] of Object.entries(wanted)) {
    const value = firstOf(labels, names.split('|'))
    if (value === undefined) return null
    const manager = canonical === 'cache' && shared.has(value) ? firstOf(labels, CACHE_MANAGER) : undefined
    found[canonical] = manager === undefined ? value : `${manager}/${value}`
  }
  return found
}

/** The first of these labels that a series has; an empty one is none, as in Prometheus. */
export const firstOf = (labels: Record<string, string>, names: readonly string[]) =>
  names.map((name) => labels[name]).find((value) => value !== undefined && value !== '')

/** By period (its number since 1970) the first value that was told in it. */
export function firstOfEach(points: PromSeries['points'], periodMs: number, starts = false): Map<number, number> {
  const first = new Map<number, number>()
  // Scrapes are not on the clock by chance, times of their own are.
  const shift = starts && points.length > 0 && points.every(([at]) => at % periodMs === 0) ? 0 : -1
  for (const [at, value] of points) {
    const period = Math.floor(at / periodMs) + shift
    if (!first.has(period)) first.set(period, value)
  }
  return first
}

/** Names of caches that several cache managers have: their sum would be a cache that does not exist. */
function sharedCaches(series: readonly PromSeries[]): Set<string> {
  const managers = new Map<string, Set<string>>()
  for (const { labels } of series) {
    const [cache, manager] = [labels.cache ?? labels.name, firstOf(labels, CACHE_MANAGER)]
    if (cache === undefined || manager === undefined) continue
    managers.set(cache, (managers.get(cache) ?? new Set()).add(manager))
  }
  return new Set([...managers].flatMap(([cache, own]) => (own.size > 1 ? [cache] : [])))
}

const byName = new Intl.Collator('en', { numeric: true }).compare

/** `seen`: by what way, as the pages say it. */
type Told = { states: HaproxyStates; poolsAlone: boolean; seen: string }

/** Pools from the newest values: servers with their weights and states. What Prometheus does not have stays unknown. */
export function toPools(samples: readonly Reading[], { states, poolsAlone, seen }: Told): Omit<Pool, 'target'>[] {
  const newest = new Map<string, number>()
  for (const { metric, labels = {}, value } of samples)
    if (labels.server !== undefined) newest.set(`${metric} ${keyOf(labels.pool, labels.server)}`, value)
  const pools = new Map<string, PoolServer[]>()
  const listed = new Set<string>()
  // Series come in any order, another one at each poll: rows must not change their places.
  const told = [...samples.map(({ labels = {} }) => labels), ...states.servers].sort(
    (a, b) => byName(a.pool ?? '', b.pool ?? '') || byName(a.server ?? '', b.server ?? ''),
  )
  for (const { pool, server } of told) {
    if (pool === undefined) continue
    if (poolsAlone && !pools.has(pool)) pools.set(pool, [])
    const key = keyOf(pool, server)
    if (server === undefined || listed.has(key)) continue
    listed.add(key)
    const of = (metric: string) => newest.get(`${metric} ${key}`)
    const set = of('pool_weight_set') ?? of('pool_weight_effective') ?? 1
    const state = states.newest.get(key) ?? (of('pool_up') === 0 ? 'down' : 'up')
    const servers = pools.get(pool) ?? []
    pools.set(pool, servers)
    servers.push({
      name: server,
      address: '',
      id: servers.length + 1,
      weightSet: set,
      weightEffective: state === 'up' ? (of('pool_weight_effective') ?? set) : 0,
      state,
    })
  }
  const because = `${seen}: read-only; configure the balancer itself to tune it`
  return [...pools].map(([name, servers]) => ({
    name,
    algorithm: 'unknown',
    balances: 'unknown',
    can: { weight: { because }, state: { because }, slowStart: { because } },
    weightMax: 256,
    servers,
  }))
}
