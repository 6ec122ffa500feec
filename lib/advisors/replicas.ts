import { latest } from '../math/rates.ts'
import type { Step } from '../model/proposal.ts'
import { settingText } from '../model/setting.ts'
import type { Topology } from '../model/topology.ts'
import type { SeriesWindow } from '../model/window.ts'

/** The watched replicas of a primary: what is set on it is to be set on them too, or they differ from it after a fail-over. */
export function replicasOf({ targets }: Topology, primary: string): string[] {
  const family = targets.find(({ name }) => name === primary)?.replication
  if (family?.role !== 'primary') return []
  return targets.filter(({ replication }) => replication?.id === family.id && replication.role === 'replica').map(({ name }) => name)
}

/** The other primaries of the Cluster that a server is a node of: they are set alike, or the same key is treated otherwise where it lies next. */
export function clusterPeersOf({ targets }: Topology, node: string): string[] {
  const id = targets.find(({ name }) => name === node)?.cluster?.id
  if (id === undefined) return []
  return targets
    .filter(({ name, cluster, replication }) => name !== node && cluster?.id === id && replication?.role !== 'replica')
    .map(({ name }) => name)
}

/** Replicas that would have less memory than their primary would lose keys that it has. */
export function replicaSteps(topology: Topology, target: string, setting: string, bytes: number, window: SeriesWindow): Step[] {
  return replicasOf(topology, target).flatMap((name) => {
    const most = newest(window, 'cache_memory_max_bytes', name)
    return most && most < bytes
      ? [{ setting: settingText({ of: { target: name }, name: setting }), before: String(most), after: String(bytes) }]
      : []
  })
}

/** The newest value of a target's own row. */
export function newest(window: SeriesWindow, metric: string, target: string): number | null {
  const series = window.series(metric, { target }).find(({ labels }) => Object.keys(labels).length === 1)
  return series ? latest(series.points) : null
}
