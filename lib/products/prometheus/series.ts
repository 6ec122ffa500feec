import { type Labels, labelsKey, type Reading } from '../../model/series.ts'
import type { Pool, PoolServer, ServerState } from '../../model/topology.ts'
import type { PromSeries } from './client.ts'
import type { Mapping } from './config.ts'

/** What a batch of scraped series comes to: canonical readings at the times of their scrapes, and how far apart those are. */
export function toReadings(
  series: readonly PromSeries[],
  rows: readonly Mapping[],
): { samples: Reading[]; newestAt: number; stepMs: number | null } {
  const sums = new Map<string, { metric: string; labels: Labels; points: Map<number, number> }>()
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
      const labels = labelsOf(one.labels, mapping)
      if (!labels) continue
      const key = `${mapping.to}${labelsKey(labels)}`
      const sum = sums.get(key) ?? { metric: mapping.to, labels, points: new Map<number, number>() }
      sums.set(key, sum)
      for (const [at, value] of one.points) sum.points.set(at, (sum.points.get(at) ?? 0) + value * (mapping.scale ?? 1))
    }
  }
  const samples = [...sums.values()].flatMap(({ metric, labels, points }) =>
    [...points].sort(([a], [b]) => a - b).map(([at, value]): Reading => ({ metric, labels, value, at })),
  )
  samples.sort((a, b) => (a.at ?? 0) - (b.at ?? 0))
  return { samples, newestAt, stepMs: gaps.length === 0 ? null : (gaps.sort((a, b) => a - b)[Math.floor(gaps.length / 2)] as number) }
}

const fits = (labels: Record<string, string>, where: Record<string, string> = {}) =>
  Object.entries(where).every(([name, value]) => labels[name] === value)

function labelsOf(labels: Record<string, string>, { labels: wanted = {} }: Mapping): Labels | null {
  const found: Record<string, string> = {}
  for (const [canonical, name] of Object.entries(wanted)) {
    // Micrometer says `cache` or `name`, by its version.
    const value = labels[name] ?? (name === 'cache' ? labels.name : undefined)
    if (value === undefined) return null
    found[canonical] = value
  }
  return found
}

const READ_ONLY = 'seen through Prometheus: read-only; configure the balancer itself to tune it'

/** Pools from the newest values: servers with their weights and states. What Prometheus does not tell stays unknown. */
export function toPools(samples: readonly Reading[], series: readonly PromSeries[]): Omit<Pool, 'target'>[] {
  const newest = new Map<string, number>()
  for (const { metric, labels = {}, value } of samples)
    if (labels.server !== undefined) newest.set(`${metric} ${labels.pool} ${labels.server}`, value)
  const states = new Map<string, string>()
  for (const { labels, points } of series)
    if (labels.__name__ === 'haproxy_server_status' && points.at(-1)?.[1] === 1)
      states.set(`${labels.proxy} ${labels.server}`, labels.state ?? '')
  const pools = new Map<string, PoolServer[]>()
  const seen = new Set<string>()
  for (const { labels = {} } of samples) {
    const { pool, server } = labels
    if (pool === undefined || server === undefined || seen.has(`${pool} ${server}`)) continue
    seen.add(`${pool} ${server}`)
    const of = (metric: string) => newest.get(`${metric} ${pool} ${server}`)
    const set = of('pool_weight_set') ?? of('pool_weight_effective') ?? 1
    const state = stateOf(states.get(`${pool} ${server}`), of('pool_up'))
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
  return [...pools].map(([name, servers]) => ({
    name,
    algorithm: 'unknown',
    balances: 'unknown',
    can: { weight: { because: READ_ONLY }, state: { because: READ_ONLY }, slowStart: { because: READ_ONLY } },
    weightMax: 256,
    servers,
  }))
}

function stateOf(status: string | undefined, up: number | undefined): ServerState {
  if (status === 'MAINT') return 'maint'
  if (status === 'DRAIN') return 'drain'
  return up === 0 ? 'down' : 'up'
}
