import type { CacheCluster, ReplicationGroup } from '@aws-sdk/client-elasticache'
import type { Clients } from './clients.ts'
import { allOf, inTurn } from './pages.ts'
import type { Tagged } from './tags.ts'
import type { CacheNode, Parameters } from './things.ts'

/** Every node of every cache that has the tags: of its own, or of its replication group. */
export async function readCaches(clients: Clients, tagged: Tagged, signal: AbortSignal): Promise<CacheNode[]> {
  const [clusters, groups] = await Promise.all([
    allOf((Marker) =>
      clients.ask('elasticache', 'DescribeCacheClusters', signal, async ({ sdk, client }, options) => {
        const answer = await client.send(
          new sdk.DescribeCacheClustersCommand({ ShowCacheNodeInfo: true, MaxRecords: 100, Marker }),
          options,
        )
        return { items: answer.CacheClusters, next: answer.Marker }
      }),
    ),
    allOf((Marker) =>
      clients.ask('elasticache', 'DescribeReplicationGroups', signal, async ({ sdk, client }, options) => {
        const answer = await client.send(new sdk.DescribeReplicationGroupsCommand({ MaxRecords: 100, Marker }), options)
        return { items: answer.ReplicationGroups, next: answer.Marker }
      }),
    ),
  ])
  const has = (arn: string | undefined) =>
    arn === undefined
      ? Promise.resolve(false)
      : tagged(arn, () =>
          clients.ask('elasticache', 'ListTagsForResource', signal, async ({ sdk, client }, options) => {
            const answer = await client.send(new sdk.ListTagsForResourceCommand({ ResourceName: arn }), options)
            return answer.TagList
          }),
        )
  const arns = new Map(groups.map(({ ReplicationGroupId, ARN }) => [ReplicationGroupId, ARN]))
  const wanted = await inTurn(clusters, async ({ ARN, ReplicationGroupId }) => {
    const ofGroup = ReplicationGroupId !== undefined && (await has(arns.get(ReplicationGroupId) ?? ARN))
    return ofGroup || (await has(ARN))
  })
  return nodesOf(
    clusters.filter((_, at) => wanted[at]),
    groups,
  )
}

/** The nodes of what the two calls describe. Pure. */
export function nodesOf(clusters: readonly CacheCluster[], groups: readonly ReplicationGroup[]): CacheNode[] {
  const roles = new Map(
    groups.flatMap(({ NodeGroups = [] }) =>
      NodeGroups.flatMap(({ NodeGroupMembers = [] }) =>
        NodeGroupMembers.map((one): [string, string | undefined] => [`${one.CacheClusterId}/${one.CacheNodeId}`, one.CurrentRole]),
      ),
    ),
  )
  return clusters.flatMap((cluster) => {
    const { CacheClusterId: id, CacheNodes: nodes = [], CacheParameterGroup: group } = cluster
    if (id === undefined) return []
    return nodes.map((node): CacheNode => {
      const nodeId = node.CacheNodeId ?? '0001'
      const role = roles.get(`${id}/${nodeId}`)
      const { Address: host, Port: port } = node.Endpoint ?? {}
      return {
        of: 'cache',
        id: (cluster.NumCacheNodes ?? nodes.length) > 1 ? `${id}:${nodeId}` : id,
        address: host === undefined ? id : `${host}:${port}`,
        cluster: id,
        node: nodeId,
        engine: cluster.Engine ?? 'unknown',
        version: cluster.EngineVersion ?? '',
        nodeType: cluster.CacheNodeType ?? '',
        status: node.CacheNodeStatus ?? cluster.CacheClusterStatus ?? 'unknown',
        group: cluster.ReplicationGroupId ?? null,
        role: role === 'primary' || role === 'replica' ? role : null,
        parameterGroup: group?.CacheParameterGroupName ?? null,
        pendingReboot: group?.CacheNodeIdsToReboot?.includes(nodeId) ?? false,
      }
    })
  })
}

/** The parameters of a group as they stand now. */
export async function readParameters(clients: Clients, group: string, signal: AbortSignal): Promise<Parameters> {
  const values: Record<string, string> = {}
  const memory: Record<string, number> = {}
  await allOf((Marker) =>
    clients.ask('elasticache', 'DescribeCacheParameters', signal, async ({ sdk, client }, options) => {
      const input = { CacheParameterGroupName: group, MaxRecords: 100, Marker }
      const answer = await client.send(new sdk.DescribeCacheParametersCommand(input), options)
      for (const { ParameterName: name, ParameterValue: value } of answer.Parameters ?? [])
        if (name !== undefined && value !== undefined) values[name] = value
      for (const { ParameterName: name, CacheNodeTypeSpecificValues: of = [] } of answer.CacheNodeTypeSpecificParameters ?? []) {
        const unit = MEMORY_UNITS[name ?? '']
        if (unit !== undefined)
          for (const { CacheNodeType: type, Value: text } of of)
            if (type !== undefined && Number(text) > 0) memory[type] = Number(text) * unit
      }
      return { items: [], next: answer.Marker }
    }),
  )
  return { values, memory }
}

/** The memory of a node is told by its type: Redis and Valkey in bytes, memcached in megabytes. */
const MEMORY_UNITS: Record<string, number> = { maxmemory: 1, max_cache_memory: 1024 * 1024 }

/** How much of a node's memory its data may have; undefined where the parameters do not tell. */
export function memoryOf({ engine, nodeType }: Pick<CacheNode, 'engine' | 'nodeType'>, { values, memory }: Parameters): number | undefined {
  const whole = memory[nodeType]
  if (whole === undefined) return undefined
  if (engine === 'memcached') return whole - Number(values.memcached_connections_overhead ?? 0) * 1024 * 1024
  return Math.floor(whole * (1 - Number(values['reserved-memory-percent'] ?? 0) / 100))
}
