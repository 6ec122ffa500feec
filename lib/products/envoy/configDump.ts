import { z } from 'zod'
import { malformed } from '../../model/error.ts'
import type { RingOptions, RingSpec } from '../../model/ring.ts'
import type { Pool, PoolServer } from '../../model/topology.ts'
import { addressShape, addressText, pageOf } from './client.ts'
import { hashedClusters } from './routes.ts'

/** What `/config_dump?include_eds` tells of one cluster: how it balances and what its ring hashes for each host. */
export type ClusterConfig = {
  /** `ROUND_ROBIN`, `RING_HASH`, … */
  policy: string
  balances: Pool['balances']
  /** `EDS`, `STATIC`, `STRICT_DNS`, …; null: a cluster extension. */
  type: string | null
  /** Under which name its endpoints are assigned. */
  assignment: string
  ring?: RingOptions
  tableSize?: number
  /** By address: `envoy.lb.hash_key`, or the host's name with `use_hostname_for_hashing`. In the order of the endpoints. */
  hashKeys: Map<string, string | undefined>
  /** Why a ring or table of it would predict nothing. */
  noRing?: string
}

const wrapped = z.union([z.number(), z.string()]).transform(Number).optional()
const hashing = z.looseObject({ use_hostname_for_hashing: z.boolean().optional(), hash_policy: z.array(z.unknown()).optional() }).optional()
const ringShape = z.looseObject({
  minimum_ring_size: wrapped,
  maximum_ring_size: wrapped,
  hash_function: z.enum(['DEFAULT_HASH', 'XX_HASH', 'MURMUR_HASH_2']).optional(),
  table_size: wrapped,
  use_hostname_for_hashing: z.boolean().optional(),
  consistent_hashing_lb_config: hashing,
  locality_weighted_lb_config: z.unknown().optional(),
})
const clusterShape = z.looseObject({
  name: z.string(),
  type: z.string().optional(),
  cluster_type: z.unknown().optional(),
  eds_cluster_config: z.looseObject({ service_name: z.string().optional() }).optional(),
  lb_policy: z.string().default('ROUND_ROBIN'),
  load_balancing_policy: z
    .looseObject({
      policies: z.array(
        z.looseObject({
          typed_extension_config: z.looseObject({ typed_config: ringShape.extend({ '@type': z.string() }).optional() }).optional(),
        }),
      ),
    })
    .optional(),
  ring_hash_lb_config: ringShape.optional(),
  maglev_lb_config: ringShape.optional(),
  common_lb_config: z
    .looseObject({ consistent_hashing_lb_config: hashing, locality_weighted_lb_config: z.unknown().optional() })
    .optional(),
  load_assignment: z.unknown().optional(),
})
const assignmentShape = z.looseObject({
  cluster_name: z.string(),
  endpoints: z
    .array(
      z.looseObject({
        lb_endpoints: z
          .array(
            z.looseObject({
              endpoint: z.looseObject({ address: addressShape.optional(), hostname: z.string().optional() }).optional(),
              metadata: z
                .looseObject({ filter_metadata: z.record(z.string(), z.looseObject({ hash_key: z.string().optional() })).optional() })
                .optional(),
            }),
          )
          .default([]),
      }),
    )
    .default([]),
})
type Cluster = z.infer<typeof clusterShape>
type Assignment = z.infer<typeof assignmentShape>
const dumpShape = z.looseObject({ configs: z.array(z.looseObject({ '@type': z.string().optional() })).default([]) })

/** Clusters by name; parts that are not understood are left out rather than guessed. */
export function parseConfigDump(text: string): Map<string, ClusterConfig> {
  const dump = dumpShape.safeParse(pageOf(text, '/config_dump'))
  if (!dump.success) throw malformed("Envoy's /config_dump has no list of configs", text)
  const clusters = new Map<string, Cluster>()
  const assignments = new Map<string, Assignment>()
  for (const part of walk(dump.data.configs)) {
    const cluster = clusterShape.safeParse(part.cluster)
    if (cluster.success) clusters.set(cluster.data.name, cluster.data)
    for (const candidate of [part.endpoint_config, cluster.data?.load_assignment]) {
      const assignment = assignmentShape.safeParse(candidate)
      if (assignment.success) assignments.set(assignment.data.cluster_name, assignment.data)
    }
  }
  const hashed = hashedClusters(dump.data.configs)
  return new Map(
    [...clusters].map(([name, cluster]) => {
      const assignment = cluster.eds_cluster_config?.service_name || name
      return [name, configOf(cluster, assignment, assignments.get(assignment), hashed.get(name))]
    }),
  )
}

/** Every `{cluster: …}` and `{endpoint_config: …}` of the dump's sections (static, dynamic active; warming ones are not in force). */
function* walk(sections: Record<string, unknown>[]): Generator<Record<string, unknown>> {
  for (const section of sections)
    for (const list of ['static_clusters', 'dynamic_active_clusters', 'static_endpoint_configs', 'dynamic_endpoint_configs'])
      if (Array.isArray(section[list])) for (const entry of section[list]) if (entry && typeof entry === 'object') yield entry
}

/** Newer Envoys name the policy as an extension: `type.googleapis.com/envoy.extensions.load_balancing_policies.ring_hash.v3.RingHash`. */
function policyOf(cluster: Cluster): { policy: string; settings?: z.infer<typeof ringShape> } {
  const extension = cluster.load_balancing_policy?.policies[0]?.typed_extension_config?.typed_config
  if (!extension) return { policy: cluster.lb_policy, settings: cluster.ring_hash_lb_config ?? cluster.maglev_lb_config }
  const name = /load_balancing_policies\.(\w+)\./.exec(extension['@type'])?.[1] ?? 'unknown'
  return { policy: name.toUpperCase(), settings: extension }
}

/** The policy of a cluster's configuration by itself, and the options of its ring or table; null of what is no cluster. */
export function hashingOf(value: unknown): { policy: string; options: RingOptions } | null {
  const cluster = clusterShape.extend({ name: z.string().default('') }).safeParse(value)
  if (!cluster.success) return null
  const { policy, settings } = policyOf(cluster.data)
  return { policy, options: policy === 'MAGLEV' ? tableOptions(settings?.table_size) : ringOptions(settings) }
}

const tableOptions = (tableSize: number | undefined): RingOptions => (tableSize ? { tableSize } : {})

function ringOptions(settings: z.infer<typeof ringShape> | undefined): RingOptions {
  const { minimum_ring_size: minimumRingSize, maximum_ring_size: maximumRingSize, hash_function: named } = settings ?? {}
  const options = { minimumRingSize, maximumRingSize, function: named === 'DEFAULT_HASH' ? undefined : named }
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}

const BALANCES: Record<string, Pool['balances']> = { RING_HASH: 'hash', MAGLEV: 'hash', LEAST_REQUEST: 'load', ROUND_ROBIN: 'weight' }

function configOf(cluster: Cluster, name: string, assignment: Assignment | undefined, hashed: boolean | undefined): ClusterConfig {
  const { policy, settings } = policyOf(cluster)
  const own = settings?.consistent_hashing_lb_config ?? cluster.common_lb_config?.consistent_hashing_lb_config
  const byHostname = own?.use_hostname_for_hashing === true || settings?.use_hostname_for_hashing === true
  const hashKeys = new Map<string, string | undefined>()
  for (const { lb_endpoints } of assignment?.endpoints ?? [])
    for (const { endpoint, metadata } of lb_endpoints)
      if (endpoint?.address)
        hashKeys.set(
          addressText(endpoint.address),
          metadata?.filter_metadata?.['envoy.lb']?.hash_key ?? (byHostname ? endpoint.hostname : undefined),
        )
  const balances = BALANCES[policy] ?? 'unknown'
  const localities = assignment?.endpoints.filter(({ lb_endpoints }) => lb_endpoints.length > 0).length ?? 0
  const weighted = settings?.locality_weighted_lb_config ?? cluster.common_lb_config?.locality_weighted_lb_config
  const noRing =
    balances !== 'hash'
      ? undefined
      : hashed === false && !own?.hash_policy?.length
        ? 'no route to it has a hash_policy: Envoy picks a random host, and no key has a server of its own'
        : weighted !== undefined && localities > 1
          ? 'its localities have weights of their own, which no ring is computed with'
          : undefined
  return {
    policy,
    // A random point of the ring: shares follow the weights.
    balances: noRing?.includes('random') ? 'weight' : balances,
    type: cluster.type ?? (cluster.cluster_type === undefined ? 'STATIC' : null),
    assignment: name,
    ring: policy === 'RING_HASH' ? ringOptions(settings) : undefined,
    tableSize: policy === 'MAGLEV' ? settings?.table_size : undefined,
    hashKeys,
    noRing,
  }
}

/** The cluster's ring with the weights in force; only the highest priority takes part while it is healthy. */
export function ringOf(config: ClusterConfig, servers: PoolServer[]): RingSpec | undefined {
  if (config.balances !== 'hash' || config.noRing) return undefined
  const nodes = servers
    .filter((server) => !server.backup)
    .map((server) => ({
      name: server.name,
      address: server.address,
      label: config.hashKeys.get(server.address),
      weight: server.weightSet,
      state: server.state === 'up' ? ('up' as const) : ('down' as const),
    }))
  if (nodes.length === 0) return undefined
  if (config.policy === 'MAGLEV') return { algorithm: 'envoy-maglev', nodes, options: tableOptions(config.tableSize) }
  return { algorithm: 'envoy-ring-hash', nodes, options: config.ring ?? {} }
}
