import type { ClusterFacts, TargetFacts } from './topology.ts'

export type Master = TargetFacts & { cluster: ClusterFacts }

const isMaster = (target: TargetFacts): target is Master => target.cluster !== undefined && target.cluster.slots > 0

/** The masters of each Redis or Valkey Cluster that are watched, those of its nodes that serve slots. */
export const clustersOf = (targets: readonly TargetFacts[]): { id: string; masters: Master[] }[] =>
  [...Map.groupBy(targets.filter(isMaster), ({ cluster }) => cluster.id)].map(([id, masters]) => ({ id, masters }))
