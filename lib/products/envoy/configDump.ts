import { z } from 'zod'
import type { RingSpec } from '../../model/ring.ts'
import type { Pool, PoolServer } from '../../model/topology.ts'
import { addressShape, addressText, parseJson } from './client.ts'

/** What `/config_dump?include_eds` tells of one cluster: how it balances and what its ring hashes for each host. */
export type ClusterConfig = {
  policy: string
  balances: Pool['balances']
  ring?: { minimumRingSize?: number; maximumRingSize?: number; function?: 'XX_HASH' | 'MURMUR_HASH_2' }
  tableSize?: number
  /** By address: `envoy.lb.hash_key`, or the host's name with `use_hostname_for_hashing`. In the order of the endpoints. */
  hashKeys: Map<string, string | undefined>
}

const wrapped = z.union([z.number(), z.string()]).transform(Number).optional()
const clusterShape = z.looseObject({
  name: z.string(),
  lb_policy: z.string().default('ROUND_ROBIN'),
  ring_hash_lb_config: z
    .looseObject({ minimum_ring_size: wrapped, maximum_ring_size: wrapped, hash_function: z.enum(['XX_HASH', 'MURMUR_HASH_2']).optional() })
    .optional(),
  maglev_lb_config: z.looseObject({ table_size: wrapped }).optional(),
  common_lb_config: z
    .looseObject({ consistent_hashing_lb_config: z.looseObject({ use_hostname_for_hashing: z.boolean().optional() }).optional() })
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
const dumpShape = z.looseObject({ configs: z.array(z.looseObject({ '@type': z.string().optional() })).default([]) })

/** Clusters by name; parts that are not understood are left out rather than guessed. */
export function parseConfigDump(text: string): Map<string, ClusterConfig> {
  const dump = dumpShape.parse(parseJson(text, '/config_dump'))
  const clusters = new Map<string, z.infer<typeof clusterShape>>()
  const assignments = new Map<string, z.infer<typeof assignmentShape>>()
  for (const part of walk(dump.configs)) {
    const cluster = clusterShape.safeParse(part.cluster)
    if (cluster.success) clusters.set(cluster.data.name, cluster.data)
    for (const candidate of [part.endpoint_config, cluster.data?.load_assignment]) {
      const assignment = assignmentShape.safeParse(candidate)
      if (assignment.success) assignments.set(assignment.data.cluster_name, assignment.data)
    }
  }
  return new Map([...clusters].map(([name, cluster]) => [name, configOf(cluster, assignments.get(name))]))
}

/** Every `{cluster: …}` and `{endpoint_config: …}` of the dump's sections (static, dynamic active; warming ones are not in force). */
function* walk(sections: Record<string, unknown>[]): Generator<Record<string, unknown>> {
  for (const section of sections)
    for (const list of ['static_clusters', 'dynamic_active_clusters', 'static_endpoint_configs', 'dynamic_endpoint_configs'])
      if (Array.isArray(section[list])) for (const entry of section[list]) if (entry && typeof entry === 'object') yield entry
}

function configOf(cluster: z.infer<typeof clusterShape>, assignment?: z.infer<typeof assignmentShape>): ClusterConfig {
  const byHostname = cluster.common_lb_config?.consistent_hashing_lb_config?.use_hostname_for_hashing === true
  const hashKeys = new Map<string, string | undefined>()
  for (const { lb_endpoints } of assignment?.endpoints ?? [])
    for (const { endpoint, metadata } of lb_endpoints)
      if (endpoint?.address)
        hashKeys.set(
          addressText(endpoint.address),
          metadata?.filter_metadata?.['envoy.lb']?.hash_key ?? (byHostname ? endpoint.hostname : undefined),
        )
  const policy = cluster.lb_policy
  const ring = cluster.ring_hash_lb_config
  return {
    policy,
    balances: ['RING_HASH', 'MAGLEV'].includes(policy)
      ? 'hash'
      : policy === 'LEAST_REQUEST'
        ? 'load'
        : policy === 'ROUND_ROBIN'
          ? 'weight'
          : 'unknown',
    ring:
      policy === 'RING_HASH'
        ? { minimumRingSize: ring?.minimum_ring_size, maximumRingSize: ring?.maximum_ring_size, function: ring?.hash_function }
        : undefined,
    tableSize: cluster.maglev_lb_config?.table_size,
    hashKeys,
  }
}

/** The cluster's ring with the weights in force; only the highest priority takes part while it is healthy. */
export function ringOf(config: ClusterConfig, servers: PoolServer[]): RingSpec | undefined {
  if (config.balances !== 'hash') return undefined
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
  if (config.policy === 'MAGLEV')
    return { algorithm: 'envoy-maglev', nodes, options: config.tableSize ? { tableSize: config.tableSize } : {} }
  const options = Object.fromEntries(Object.entries(config.ring ?? {}).filter(([, value]) => value !== undefined))
  return { algorithm: 'envoy-ring-hash', nodes, options }
}
