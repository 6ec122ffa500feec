import { malformed } from '../../../model/error.ts'
import type { Probe } from '../../../model/product.ts'
import type { OpenSlotFact } from '../../../model/slots.ts'
import type { ClusterFacts } from '../../../model/topology.ts'
import { partlyRead, rawRecord, readings, wordOf } from '../../answers.ts'
import { type ClusterNode, clusterId, type OpenSlot, openIn, parseClusterNodes } from '../clusterNodes.ts'
import { NONE_OPEN, type RedisLink } from '../link.ts'

/** `openMs`: for how long each of its open slots has been seen open, by `SLOT WAY NODE`; one that is missing was seen first. */
export type ClusterAnswer = { nodes: string; openMs: Record<string, number> }

/** Of a node that has thousands of slots open, as many are told apart. */
const OPEN_MOST = 64

/** Which slots this node of a Redis Cluster serves, and which it has open. */
export const cluster: Probe<RedisLink, ClusterAnswer> = {
  id: 'cluster',
  feature: 'CLUSTER NODES',
  emits: {
    metrics: ['redis_cluster_slots_served', 'redis_cluster_slots_migrating', 'redis_cluster_slots_importing', 'cache_cluster_slots'],
    topology: ['cluster'],
  },
  everyMs: 10_000,
  cost: 'about 20 µs of Redis CPU each 10 s for six nodes',
  wanted: ({ seen }) => (seen === null || seen.clustered ? true : 'it is no node of a Redis Cluster'),
  async read(link, _cursor, signal) {
    const answer = await link.client.call(['CLUSTER', 'NODES'], signal)
    if (typeof answer !== 'string') throw malformed('CLUSTER NODES is to answer text', wordOf(answer))
    const now = performance.now()
    link.openSince = openSinceBy(answer, link.openSince, now)
    return { nodes: answer, openMs: Object.fromEntries(link.openSince.entries().map(([key, first]) => [key, Math.round(now - first)])) }
  },
  parse({ nodes: raw, openMs }, { at }) {
    const { nodes, unread } = parseClusterNodes(raw)
    const self = nodes.find((node) => node.self)
    if (!self) throw malformed('CLUSTER NODES names no node as `myself`', raw)
    const { list, add } = readings()
    add('redis_cluster_slots_served', self.slots)
    add('cache_cluster_slots', self.slots, { cluster: clusterId(nodes) })
    add('redis_cluster_slots_migrating', self.migrating)
    add('redis_cluster_slots_importing', self.importing)
    return {
      samples: list,
      records: [rawRecord('cluster', at, raw)],
      topology: {
        facts: { cluster: factsOf(self, nodes, openMs) },
        capabilities: partlyRead('CLUSTER NODES', unread, unread.length + nodes.length),
      },
    }
  },
}

const keyOf = ({ slot, way, node }: OpenSlot) => `${slot} ${way} ${node}`

/** When each open slot of the node itself was first seen; those that were closed are forgotten. */
function openSinceBy(answer: string, before: ReadonlyMap<string, number>, now: number): ReadonlyMap<string, number> {
  // A line that is none is told by `parse`.
  const line = answer.split('\n').find((one) => /\bmyself\b/.test(one)) ?? ''
  const open = openIn(line).slice(0, OPEN_MOST).map(keyOf)
  return open.length === 0 ? NONE_OPEN : new Map(open.map((key) => [key, before.get(key) ?? now]))
}

function factsOf(self: ClusterNode, nodes: readonly ClusterNode[], openMs: Record<string, number>): ClusterFacts {
  const open = self.open.slice(0, OPEN_MOST).map((one): OpenSlotFact => {
    const address = nodes.find(({ id }) => id === one.node)?.address ?? null
    return { ...one, address, ms: openMs[keyOf(one)] ?? 0 }
  })
  return {
    id: clusterId(nodes),
    slots: self.slots,
    node: self.id.slice(0, 40),
    ...(self.address && { address: self.address }),
    ...(open.length > 0 && { open }),
  }
}
