import type { Lease } from '../../cluster/cluster.ts'
import type { ClusterView } from '../../model/answers/cluster.ts'
import { iso } from '../http/iso.ts'
import type { Runtime } from '../runtime.ts'
import { configuredCells } from './cells.ts'

type Cell = ClusterView['cells'][number]

/** Who is there and who has what, as this replica has read it newest. */
export function getCluster({ cluster, config, engine }: Pick<Runtime, 'cluster' | 'config' | 'engine'>): ClusterView {
  const { replicas, leases } = cluster.members()
  const leaseOf = new Map(leases.map((lease) => [lease.target, lease]))
  const found = Map.groupBy(
    engine.targets().filter(({ through }) => through !== undefined),
    ({ through }) => through!,
  )
  const configured = new Set(config.targets.map(({ name }) => name))
  const cells = configuredCells(config).flatMap((cell) => cellsBy(cell, leaseOf, configured))
  const whole = cells.map((cell) => ({
    ...cell,
    targets: cell.targets.flatMap((target) => [target, ...(found.get(target) ?? []).map(({ name }) => name)]),
  }))
  return {
    replica: cluster.name,
    replicas: replicas.map(({ name, seenAt }) => {
      const own = whole.filter(({ replica }) => replica === name)
      return { name, seenAt: iso(seenAt), cells: own.length, targets: own.flatMap(({ targets }) => targets).length }
    }),
    cells: whole,
  }
}

/** A cell by who has it: for a moment after an edit of the configuration that may be two. Control documents are no targets of their own. */
function cellsBy(cell: readonly string[], leaseOf: ReadonlyMap<string, Lease>, configured: ReadonlySet<string>): Cell[] {
  const parts = Map.groupBy(
    cell.filter((name) => configured.has(name)),
    (name) => JSON.stringify([leaseOf.get(name)?.replica ?? null, leaseOf.get(name)?.term ?? 0]),
  )
  return [...parts].map(([key, targets]) => {
    const [replica, term] = JSON.parse(key) as [string | null, number]
    return { targets, replica, term }
  })
}
