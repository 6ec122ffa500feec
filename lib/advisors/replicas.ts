import type { Topology } from '../model/topology.ts'

/** The watched replicas of a primary: what is set on it is to be set on them too, or they differ from it after a fail-over. */
export function replicasOf({ targets }: Topology, primary: string): string[] {
  const family = targets.find(({ name }) => name === primary)?.replication
  if (family?.role !== 'primary') return []
  return targets.filter(({ replication }) => replication?.id === family.id && replication.role === 'replica').map(({ name }) => name)
}
