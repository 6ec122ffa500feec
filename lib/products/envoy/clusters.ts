import { z } from 'zod'
import { malformed } from '../../model/error.ts'
import type { Reading } from '../../model/series.ts'
import type { Can, Pool } from '../../model/topology.ts'
import { printable } from '../answers.ts'
import { admissionOf, breakersShape } from './breakers.ts'
import { pageOf } from './client.ts'
import type { ClusterConfig } from './configDump.ts'
import { type Host, hostReadings, namesOf, poolReadings, readHost, serverOf } from './host.ts'
import { type Ejections, ejectedText, outlierTexts, successRate } from './outliers.ts'
import { ringOf } from './ring.ts'
import { unknownOf } from './unknown.ts'

/** `admin.v3.Clusters`: uint64 come as strings, defaults are omitted (clusters.proto). */
const pageShape = z.looseObject({ cluster_statuses: z.array(z.unknown()).default([]) })
const clusterShape = z.looseObject({
  name: z.string(),
  eds_service_name: z.string().optional().catch(undefined),
  circuit_breakers: breakersShape.optional().catch(undefined),
  success_rate_ejection_threshold: successRate.catch(undefined),
  host_statuses: z.array(z.unknown()).default([]),
})
type Cluster = z.infer<typeof clusterShape>

export type Clusters = {
  samples: Reading[]
  pools: Omit<Pool, 'target'>[]
  /** By pool: under which name its endpoints are assigned. */
  assignments: Map<string, string>
  /** How much of the page could not be read, and what of it first; null: nothing. */
  unread: string | null
}

type CanWrite = (cluster: { name: string; assignment: string; config: ClusterConfig | undefined }) => string | true
/** What the statistics say of ejections, by cluster. */
export type EjectionsOf = Readonly<Record<string, Ejections>>

/** Samples and pools of `/clusters?format=json`, with balancing and rings of `/config_dump` where that could be read. */
export function parseClusters(
  text: string,
  configs: ReadonlyMap<string, ClusterConfig>,
  canWrite: CanWrite,
  ejections: EjectionsOf = {},
): Clusters {
  const page = pageShape.safeParse(pageOf(text, '/clusters'))
  if (!page.success) throw malformed("Envoy's /clusters has no list of cluster_statuses", text)
  const found: Clusters = { samples: [], pools: [], assignments: new Map(), unread: null }
  const bad = counted()
  for (const status of page.data.cluster_statuses) {
    const cluster = clusterShape.safeParse(status)
    if (!cluster.success) {
      bad.add('clusters', 'a cluster', 'no name')
      continue
    }
    const hosts: Host[] = []
    let left = 0
    for (const value of cluster.data.host_statuses) {
      const host = readHost(value)
      if (!('because' in host)) hosts.push(host)
      else {
        left++
        bad.add('hosts', `a host of ${cluster.data.name}`, host.because)
      }
    }
    for (const { address, unreadable } of hosts)
      for (const name of unreadable) bad.add('numbers', `${name} of ${address} in ${cluster.data.name}`, 'no number')
    if (hosts.length > 0)
      addPool(found, cluster.data, { hosts, left, ejections: ejections[cluster.data.name] }, configs.get(cluster.data.name), canWrite)
  }
  const unread = bad.text()
  if (found.pools.length === 0 && unread !== null) throw malformed(`Envoy's /clusters: ${unread}`, text)
  return { ...found, unread }
}

/** `left`: hosts that could not be read. */
type Hosts = { hosts: Host[]; left: number; ejections?: Ejections }

function addPool(
  found: Clusters,
  cluster: Cluster,
  { hosts, left, ejections }: Hosts,
  config: ClusterConfig | undefined,
  canWrite: CanWrite,
): void {
  const pool = cluster.name
  const names = namesOf(hosts)
  const servers = hosts.map((host, index) => ({
    ...serverOf(host, names[index]!, index),
    ...(config?.startsSlowly ? { slowstart: true } : {}),
    ...(host.health.ejected ? { downBecause: ejectedText(config?.outlier ?? null, ejections) } : {}),
  }))
  for (const [index, server] of servers.entries()) found.samples.push(...hostReadings(pool, server, hosts[index]!))
  if (left === 0) found.samples.push(...poolReadings(pool, hosts))
  const limit = cluster.circuit_breakers?.own?.max_requests
  if (limit !== undefined && limit >= 0) found.samples.push({ metric: 'pool_sessions_max', labels: { pool }, value: limit })
  const assignment = cluster.eds_service_name || config?.assignment || pool
  found.assignments.set(pool, assignment)
  const may = canWrite({ name: pool, assignment, config })
  const twins = new Set(servers.map(({ address }) => address)).size < servers.length
  const state: Can = twins
    ? { because: 'several of its hosts have one address, by which the EDS file tells them apart' }
    : may === true || { because: may }
  const weightless = config?.weightless
  const weighed = new Set(hosts.map(({ weight }) => weight)).size > 1
  const unknown = config ? unknownOf(config, hosts) : []
  if (left > 0) unknown.push(`${left} of its ${hosts.length + left} hosts cannot be read: what they get is not known`)
  if (config?.balances === 'even' && weighed) unknown.push(`${config.policy.toLowerCase()} ignores the weights of its hosts`)
  const ring = config?.ring || config?.noRing ? ringOf(config, hosts, servers) : undefined
  const noRing = ring && (unknown[0] ?? ('because' in ring ? ring.because : undefined))
  found.pools.push({
    name: pool,
    algorithm: config ? `${config.policy.toLowerCase()}${config.randomly ? ' without hash_policy' : ''}` : 'unknown',
    balances: balancesOf(config, unknown),
    can: {
      weight: weightless === undefined ? state : { because: weightless },
      state,
      slowStart: { because: 'each stage would be another file to take over' },
    },
    weightMax: 99_999,
    ...(ring && noRing === undefined ? { ring: ring as Exclude<typeof ring, { because: string }> } : {}),
    ...(noRing === undefined ? {} : { ringBecause: noRing }),
    ...(unknown.length > 0 ? { unknown } : {}),
    ...(left > 0 ? { serversLeft: left } : {}),
    ...limitsOf(cluster, hosts, servers, config, ejections),
    ...(config ? { retries: config.retries } : {}),
    servers,
  })
}

/** What limits the requests to the cluster, and how it takes hosts out. */
function limitsOf(
  cluster: Cluster,
  hosts: readonly Host[],
  servers: readonly { name: string }[],
  config: ClusterConfig | undefined,
  ejections: Ejections | undefined,
): Pick<Pool, 'admission' | 'passiveChecks'> {
  const admission = admissionOf(cluster.circuit_breakers, config)
  const ejected = hosts.flatMap(({ health, successRate: rate }, i) =>
    health.ejected ? [{ name: servers[i]!.name, ...(rate === undefined ? {} : { rate }) }] : [],
  )
  const checks = outlierTexts(config?.outlier ?? null, ejections, {
    hosts: hosts.length,
    ejected,
    threshold: cluster.success_rate_ejection_threshold?.value,
  })
  return { ...(admission ? { admission } : {}), ...(checks.length > 0 ? { passiveChecks: checks } : {}) }
}

function balancesOf(config: ClusterConfig | undefined, unknown: readonly string[]): Pool['balances'] {
  if (!config || unknown.length > 0) return 'unknown'
  return config.balances === 'even' ? 'weight' : config.balances
}

/** Counts what cannot be read by its kind, and keeps the first of all as the example. */
function counted() {
  const counts = new Map<string, number>()
  let first: string | null = null
  return {
    add(kind: string, what: string, because: string) {
      counts.set(kind, (counts.get(kind) ?? 0) + 1)
      first ??= `${printable(what).slice(0, 160)} (${printable(because)})`
    },
    text: () => first && `${[...counts].map(([kind, count]) => `${count} ${kind}`).join(', ')} could not be read: ${first}`,
  }
}
