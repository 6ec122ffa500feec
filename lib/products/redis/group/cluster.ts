import { EvenkeelError, malformed } from '../../../model/error.ts'
import type { Reading } from '../../../model/series.ts'
import { readings } from '../../answers.ts'
import type { RedisClient } from '../client.ts'
import { parseClusterNodes } from '../clusterNodes.ts'
import type { Members } from './members.ts'

const SLOTS = 16_384

/** CLUSTER INFO's field -> the metric of oliver006/redis_exporter. */
const FIELDS: [field: string, metric: string][] = [
  ['cluster_slots_assigned', 'redis_cluster_slots_assigned'],
  ['cluster_slots_ok', 'redis_cluster_slots_ok'],
  ['cluster_slots_pfail', 'redis_cluster_slots_pfail'],
  ['cluster_slots_fail', 'redis_cluster_slots_fail'],
  ['cluster_known_nodes', 'redis_cluster_known_nodes'],
  ['cluster_size', 'redis_cluster_size'],
]

/** What one node of a Redis Cluster says of all. */
export async function askCluster(client: RedisClient, signal: AbortSignal): Promise<Members> {
  const [info, nodes] = await client.pipeline(
    [
      ['CLUSTER', 'INFO'],
      ['CLUSTER', 'NODES'],
    ],
    signal,
  )
  for (const answer of [info, nodes]) if (answer instanceof Error) throw answer
  if (typeof info !== 'string' || typeof nodes !== 'string') throw malformed('CLUSTER INFO and NODES are to answer text', String(info))
  const { nodes: all, unread } = parseClusterNodes(nodes)
  const addresses = all.flatMap(({ address, strange, self }) =>
    // A node that does not know its own address is where it was asked (docs of CLUSTER NODES, valkey-io/libvalkey#148).
    self ? [address ?? client.address] : address && !strange ? [address] : [],
  )
  const strange = all.filter((node) => node.strange && !node.self).map((node) => `${node.id.slice(0, 8)} ${node.strange}`)
  return {
    addresses: addresses.sort(),
    answer: `${info}\n${nodes}`,
    unwatched: [...strange, ...unread.map((line) => `unread: ${line.slice(0, 80)}`)],
  }
}

/** Series of CLUSTER INFO. Throws `unreachable` when the cluster refuses keys: its state is `fail`. */
export function clusterSamples(answer: string): Reading[] {
  const fields = new Map([...answer.matchAll(/^(cluster_\w+):(\S+)\r?$/gm)].map(([, name, value]) => [name!, value!]))
  const state = fields.get('cluster_state')
  if (state === undefined) throw malformed('CLUSTER INFO without cluster_state', answer)
  if (state !== 'ok')
    throw new EvenkeelError(
      'unreachable',
      `the cluster refuses keys (cluster_state:${state.slice(0, 20)}): ${Number(fields.get('cluster_slots_ok') ?? 0)} of ${SLOTS} slots are served`,
    )
  const { list, add } = readings()
  add('redis_cluster_state', 1)
  for (const [field, metric] of FIELDS) {
    const value = Number(fields.get(field) ?? Number.NaN)
    if (value >= 0) add(metric, value)
  }
  return list
}
