import { z } from 'zod'
import { malformed } from '../../model/error.ts'
import type { Retries } from '../../model/retries.ts'
import type { RingAlgorithm, RingOptions } from '../../model/ring.ts'
import type { Pool } from '../../model/topology.ts'
import { membersOf, throughAggregates } from './aggregates.ts'
import { type Breakers, breakersShape, limitersIn } from './breakers.ts'
import { addressShape, addressText, pageOf, wireNumber } from './client.ts'
import { type OutlierDetection, outlierShape } from './outliers.ts'
import { hashesHostnames, hashesItself, knownPolicy, localitiesOf, policyOf, ringOptions, startsSlowly } from './policy.ts'
import { retriedBy, retriesOf } from './retries.ts'
import { askedBy, isObject, type Use } from './routes.ts'

/** What `/config_dump?include_eds` tells of one cluster: how it balances and what its ring hashes for each host. */
export type ClusterConfig = {
  /** `ROUND_ROBIN`, `RING_HASH`, … */
  policy: string
  /** `even`: every host alike, whatever it weighs. */
  balances: Pool['balances'] | 'even'
  /** Requests choose a random point of its ring: no route hashes for it. */
  randomly: boolean
  /** `EDS`, `STATIC`, `STRICT_DNS`, …; null: a cluster extension. */
  type: string | null
  /** Under which name its endpoints are assigned. */
  assignment: string
  /** Other clusters that this one stands for: it has no hosts of its own. */
  members: string[]
  /** Its name in the statistics. */
  statName: string
  /** Why shares follow no rule that is known, whatever its hosts do. */
  unknown: string[]
  /** Why weights do nothing. */
  weightless?: string
  ring?: { algorithm: RingAlgorithm; options: RingOptions }
  /** Why no ring of it would predict anything. */
  noRing?: string
  /** Its ring hashes hostnames, not addresses. */
  byHostname: boolean
  /** `envoy.lb.hash_key`, by address or by the hostname that an address was resolved from. */
  hashKeys: Map<string, string>
  /** By address, for those versions whose /clusters does not tell it. */
  hostnames: Map<string, string>
  /** Its localities have weights of their own. */
  localityWeighted: boolean
  /** Localities that have hosts. */
  localities: number
  /** The nearest hosts are preferred: Envoy knows its own zone. */
  zoneAware: boolean
  startsSlowly: boolean
  /** Below so many healthy hosts in a hundred Envoy asks all of them; `fails`: it answers with an error instead. */
  panic: { percent: number; fails: boolean }
  /** How many requests a healthy host is trusted with, in hundredths of its share. */
  overprovisioning: number
  breakers: Breakers
  /** Null: it ejects no host. */
  outlier: OutlierDetection | null
  /** How often a request that was not answered is sent to it again. */
  retries: Retries
  /** Filters that limit requests anywhere in front of the clusters. */
  limiters: readonly string[]
}

const textOrEmpty = z.string().optional().catch(undefined)
const clusterShape = z.looseObject({
  name: z.string(),
  alt_stat_name: textOrEmpty,
  type: textOrEmpty,
  cluster_type: z.unknown().optional(),
  eds_cluster_config: z.looseObject({ service_name: z.string().optional() }).optional().catch(undefined),
  common_lb_config: z
    .looseObject({
      healthy_panic_threshold: z.looseObject({ value: wireNumber.default(0) }).optional(),
      zone_aware_lb_config: z.looseObject({ fail_traffic_on_panic: z.boolean().optional() }).optional(),
    })
    .optional()
    .catch(undefined),
  lb_subset_config: z
    .looseObject({ subset_selectors: z.array(z.unknown()).optional() })
    .optional()
    .catch(undefined),
  load_assignment: z.unknown().optional(),
  circuit_breakers: breakersShape.optional().catch(undefined),
  outlier_detection: outlierShape.optional().catch({}),
})
const endpointShape = z.looseObject({
  endpoint: z.looseObject({ address: addressShape.optional(), hostname: z.string().optional() }).optional(),
  metadata: z
    .looseObject({ filter_metadata: z.record(z.string(), z.looseObject({ hash_key: z.unknown().optional() })).optional() })
    .optional(),
})
const assignmentShape = z.looseObject({
  cluster_name: z.string(),
  endpoints: z.array(z.looseObject({ lb_endpoints: z.array(z.unknown()).default([]) })).default([]),
  policy: z.looseObject({ overprovisioning_factor: wireNumber.optional() }).optional().catch(undefined),
})
type Cluster = z.infer<typeof clusterShape>
type Assignment = z.infer<typeof assignmentShape>
const dumpShape = z.looseObject({ configs: z.array(z.unknown()).default([]) })

/** Clusters by name, and how many of the dump could not be read. */
export type ConfigDump = { clusters: Map<string, ClusterConfig>; unread: number }

export function parseConfigDump(text: string): ConfigDump {
  const dump = dumpShape.safeParse(pageOf(text, '/config_dump'))
  if (!dump.success) throw malformed("Envoy's /config_dump has no list of configs", text)
  const sections = dump.data.configs.filter(isObject)
  const clusters = new Map<string, Cluster>()
  const assignments = new Map<string, Assignment>()
  let unread = 0
  for (const part of walk(sections)) {
    const cluster = clusterShape.safeParse(part.cluster)
    if (cluster.success) clusters.set(cluster.data.name, cluster.data)
    else if (part.cluster !== undefined) unread++
    for (const candidate of [part.endpoint_config, cluster.data?.load_assignment]) {
      const assignment = assignmentShape.safeParse(candidate)
      if (assignment.success) assignments.set(assignment.data.cluster_name, assignment.data)
    }
  }
  const uses = throughAggregates(clusters, askedBy(sections))
  const around = {
    local: sections.some(({ bootstrap }) => hasLocalCluster(bootstrap)),
    limiters: limitersIn(sections),
    retried: retriedBy(sections),
  }
  const configs = [...clusters].map(([name, cluster]): [string, ClusterConfig] => {
    const assignment = cluster.eds_cluster_config?.service_name || name
    return [name, configOf(cluster, assignment, assignments.get(assignment) ?? assignments.get(name), uses.get(name), around)]
  })
  return { clusters: new Map(configs), unread }
}

/** Every `{cluster: …}` and `{endpoint_config: …}` of the dump's sections (static, dynamic active; warming ones are not in force). */
function* walk(sections: Record<string, unknown>[]): Generator<Record<string, unknown>> {
  for (const section of sections)
    for (const list of ['static_clusters', 'dynamic_active_clusters', 'static_endpoint_configs', 'dynamic_endpoint_configs'])
      if (Array.isArray(section[list])) for (const entry of section[list]) if (isObject(entry)) yield entry
}

const hasLocalCluster = (bootstrap: unknown) =>
  isObject(bootstrap) && isObject(bootstrap.cluster_manager) && Boolean(bootstrap.cluster_manager.local_cluster_name)

/** The policy of a cluster's configuration by itself, and the options of its ring or table; null of what is no cluster. */
export function hashingOf(value: unknown, uses: Set<Use> | undefined) {
  if (!isObject(value)) return null
  const policy = policyOf(value)
  return { policy: policy.name, known: knownPolicy(policy), options: hashedWith(ringOptions(policy), uses ?? new Set()) }
}

const DEFAULT_PANIC_PERCENT = 50
const DEFAULT_OVERPROVISIONING = 140

function configOf(
  cluster: Cluster,
  name: string,
  assignment: Assignment | undefined,
  uses: Set<Use> | undefined,
  { local, limiters, retried }: { local: boolean; limiters: readonly string[]; retried: ReturnType<typeof retriedBy> },
): ClusterConfig {
  const policy = policyOf(cluster)
  const { balances, because, weightless, ring } = knownPolicy(policy)
  const members = membersOf(cluster)
  const subsets = (cluster.lb_subset_config?.subset_selectors?.length ?? 0) > 0
  const asked = uses ?? (hashesItself(policy) ? new Set<Use>(['policy']) : undefined)
  const randomly = ring !== undefined && asked !== undefined && [...asked].every((use) => use === 'none') && !hashesItself(policy)
  const options = ring && hashedWith(ringOptions(policy), asked)
  const noRing =
    ring &&
    (randomly ? 'no route to it has a hash_policy: Envoy picks a random host, and no key has a server of its own' : becauseOf(options))
  const { zone_aware_lb_config, healthy_panic_threshold } = cluster.common_lb_config ?? {}
  return {
    policy: policy.name,
    // A random point of the ring: shares follow the weights.
    balances: randomly ? 'weight' : balances,
    randomly,
    type: cluster.type ?? (cluster.cluster_type === undefined ? 'STATIC' : null),
    assignment: name,
    members,
    statName: (cluster.alt_stat_name || cluster.name).replaceAll(':', '_'),
    unknown: [
      because,
      subsets ? 'its hosts are divided into subsets (lb_subset_config): shares follow what each request asks for' : undefined,
    ].filter((text) => text !== undefined),
    weightless,
    ring: ring && noRing === undefined ? { algorithm: ring, options: options as RingOptions } : undefined,
    noRing,
    byHostname: hashesHostnames(policy),
    ...hashedTexts(assignment),
    localityWeighted: localitiesOf(policy).weighted,
    localities: assignment?.endpoints.filter(({ lb_endpoints }) => lb_endpoints.length > 0).length ?? 0,
    zoneAware: local && ['ROUND_ROBIN', 'LEAST_REQUEST', 'RANDOM'].includes(policy.name),
    startsSlowly: startsSlowly(policy),
    panic: {
      percent: healthy_panic_threshold?.value ?? DEFAULT_PANIC_PERCENT,
      fails: zone_aware_lb_config?.fail_traffic_on_panic === true,
    },
    overprovisioning: assignment?.policy?.overprovisioning_factor ?? DEFAULT_OVERPROVISIONING,
    breakers: cluster.circuit_breakers ?? { own: null, perHost: null },
    outlier: cluster.outlier_detection ?? null,
    retries: retriesOf(retried.get(cluster.name), cluster.circuit_breakers?.own ?? null),
    limiters,
  }
}

const becauseOf = (options: RingOptions | { because: string } | undefined) =>
  options && 'because' in options ? options.because : undefined

/** Options with the hash of the keys, as those that lead to the cluster hash them. */
function hashedWith(options: RingOptions | { because: string }, uses: Set<Use> | undefined): RingOptions | { because: string } {
  if ('because' in options) return options
  if (!uses) return { because: 'nothing in /config_dump leads to it: how its requests are hashed cannot be seen' }
  const hashes = [...uses].filter((use) => use !== 'none')
  if (hashes.length > 1)
    return { because: `it is asked in several ways (${hashes.map((use) => WORDS[use]).join(', ')}): the same key has several hosts` }
  if (hashes[0] === 'redis') return { ...options, keyHash: 'murmur2' }
  return hashes[0] === 'redis {}' ? { ...options, keyHash: 'murmur2', hashTag: '{}' } : options
}
const WORDS: Record<Use, string> = {
  policy: 'by a hash_policy',
  redis: 'by redis_proxy',
  'redis {}': 'by redis_proxy with hash tags',
  none: 'without a hash',
}

/** What may be hashed of each endpoint instead of its address. */
function hashedTexts(assignment: Assignment | undefined): Pick<ClusterConfig, 'hashKeys' | 'hostnames'> {
  const hashKeys = new Map<string, string>()
  const hostnames = new Map<string, string>()
  for (const { lb_endpoints } of assignment?.endpoints ?? [])
    for (const value of lb_endpoints) {
      const { data } = endpointShape.safeParse(value)
      if (!data) continue
      const { address, hostname } = data.endpoint ?? {}
      const place = address && addressText(address)
      if (place && hostname) hostnames.set(place, hostname)
      const key = data.metadata?.filter_metadata?.['envoy.lb']?.hash_key
      if (typeof key !== 'string' || key === '') continue
      // The address of an endpoint that is resolved is a hostname here.
      for (const name of [place, hostname || address?.socket_address?.address]) if (name) hashKeys.set(name, key)
    }
  return { hashKeys, hostnames }
}
