import type { TargetFacts, Topology } from '../model/topology.ts'
import { factsOf } from './rows.ts'

/** Servers of which one may take another's place or keys: a Redis Cluster, a primary with its replicas, the caches of a ring. */
export type Group = {
  is: 'cluster' | 'replication' | 'ring'
  /** In the middle of a sentence: `its cluster`, `the ring products`. */
  name: string
  nodes: TargetFacts[]
  /** Of a ring: its nodes are given unlike shares of the keys. */
  uneven?: true
}

/** The groups of at least two watched servers. A target may belong to several. */
export function groupsOf(topology: Topology): Group[] {
  const clusters = Map.groupBy(
    topology.targets.filter(({ cluster }) => cluster),
    ({ cluster }) => cluster!.id,
  )
  // The families within a cluster are parts of it.
  const families = Map.groupBy(
    topology.targets.filter(({ cluster, replication }) => replication && !cluster),
    ({ replication }) => replication!.id,
  )
  const groups: Group[] = [
    ...[...clusters.values()].map((nodes): Group => ({ is: 'cluster', name: 'its cluster', nodes })),
    ...[...families.values()].map((nodes): Group => ({ is: 'replication', name: 'its replication group', nodes })),
    ...topology.rings.map(({ name, nodes }): Group => {
      const targets = [...new Set(nodes.map(({ target }) => target))].flatMap((target) => factsOf(topology, target) ?? [])
      const uneven = new Set(nodes.map(({ points, weight }) => points ?? weight ?? 1)).size > 1
      return { is: 'ring', name: `the ring ${name}`, nodes: targets, ...(uneven && { uneven }) }
    }),
  ]
  return groups.filter(({ nodes }) => nodes.length > 1)
}

/** A server that has no replication of its own counts as a primary. */
export const isReplica = ({ replication }: TargetFacts): boolean => replication?.role === 'replica'

/** Primaries with their replicas, those within a cluster too, of which at least two servers are watched. */
export const familiesOf = ({ targets }: Topology): TargetFacts[][] =>
  [
    ...Map.groupBy(
      targets.filter(({ replication }) => replication),
      ({ replication }) => replication!.id,
    ).values(),
  ].filter((nodes) => nodes.length > 1)
