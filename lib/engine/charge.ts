import { cellsOf } from '../model/cells.ts'
import type { Ownership } from '../model/ownership.ts'
import { type Ref, refText } from '../model/ref.ts'
import type { Labels } from '../model/series.ts'
import type { Topology } from '../model/topology.ts'

/** What this process judges of a fleet that it shares with others. */
export type Charge = {
  /** Whether it judges this subject. What no target owns, and what is about something that is gone, is the leader's. */
  inCharge(subject: Labels): boolean
  /** The targets that it judges, with all that rules may look at beside them. */
  part: Topology
}

type Shared = Pick<Ownership, 'leads'> & { owns(target: string): boolean }

export function chargeOf(topology: Topology, { owns, leads }: Shared): Charge {
  const known = new Set(topology.targets.map(({ name }) => name))
  const rings = new Map(topology.rings.map((ring) => [ring.name, ring]))
  const ownerOf = ({ target, ring }: Labels): string | undefined => {
    if (target !== undefined) return target
    if (ring === undefined) return undefined
    const control = refText({ ring })
    return known.has(control) ? control : rings.get(ring)?.nodes.find((node) => node.target !== undefined)?.target
  }
  return {
    inCharge(subject) {
      const owner = ownerOf(subject)
      return owner !== undefined && known.has(owner) ? owns(owner) : leads()
    },
    part: partOf(topology, owns),
  }
}

/**
 * The own targets and what is connected with them: the other nodes of a ring or a cluster, the other members of a family of replicas, the tiers
 * before and behind. A rule that compares them sees all of them, whoever polls them.
 */
function partOf(topology: Topology, owns: Shared['owns']): Topology {
  const { targets, pools, rings, edges } = topology
  const names = targets.map(({ name }) => name)
  const groups = targets.flatMap(({ name, cluster, replication }) => [
    ...(cluster ? [[name, `cluster ${cluster.id}`]] : []),
    ...(replication ? [[name, `replication ${replication.id}`]] : []),
  ])
  const links = [
    ...groups,
    ...rings.map(({ name, nodes }) => [refText({ ring: name }), ...nodes.flatMap(({ target }) => target ?? [])]),
    ...edges.map(({ from, to }) => [endOf(from), endOf(to)]),
  ]
  const cells = cellsOf([...new Set([...names, ...links.flat()])], links)
  const seen = new Set(cells.filter((cell) => cell.some(owns)).flat())
  return {
    ...topology,
    targets: targets.filter(({ name }) => seen.has(name)),
    pools: pools.filter(({ target }) => seen.has(target)),
    rings: rings.filter(({ name, nodes }) => seen.has(refText({ ring: name })) || nodes.some(({ target }) => target && seen.has(target))),
  }
}

const endOf = (ref: Ref): string => ('target' in ref ? ref.target : refText('node' in ref ? { ring: ref.ring } : ref))
