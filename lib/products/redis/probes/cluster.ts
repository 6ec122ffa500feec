import { malformed } from '../../../model/error.ts'
import type { Probe } from '../../../model/product.ts'
import { partlyRead, rawRecord, readings, wordOf } from '../../answers.ts'
import { clusterId, parseClusterNodes } from '../clusterNodes.ts'
import type { RedisLink } from '../link.ts'

/** Which slots this node of a Redis Cluster serves. */
export const cluster: Probe<RedisLink, string> = {
  id: 'cluster',
  feature: 'CLUSTER NODES',
  emits: {
    metrics: ['redis_cluster_slots_served', 'redis_cluster_slots_migrating', 'redis_cluster_slots_importing'],
    topology: ['cluster'],
  },
  everyMs: 10_000,
  cost: 'about 20 µs of Redis CPU each 10 s for six nodes',
  wanted: ({ seen }) => (seen === null || seen.clustered ? true : 'it is no node of a Redis Cluster'),
  async read({ client }, _cursor, signal) {
    const answer = await client.call(['CLUSTER', 'NODES'], signal)
    if (typeof answer !== 'string') throw malformed('CLUSTER NODES is to answer text', wordOf(answer))
    return answer
  },
  parse(raw, { at }) {
    const { nodes, unread } = parseClusterNodes(raw)
    const self = nodes.find((node) => node.self)
    if (!self) throw malformed('CLUSTER NODES names no node as `myself`', raw)
    const { list, add } = readings()
    add('redis_cluster_slots_served', self.slots)
    add('redis_cluster_slots_migrating', self.migrating)
    add('redis_cluster_slots_importing', self.importing)
    return {
      samples: list,
      records: [rawRecord('cluster', at, raw)],
      topology: {
        facts: { cluster: { id: clusterId(nodes), slots: self.slots } },
        capabilities: partlyRead('CLUSTER NODES', unread, unread.length + nodes.length),
      },
    }
  },
}
