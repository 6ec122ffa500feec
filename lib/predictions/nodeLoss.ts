import type { Interval } from '../math/intervals.ts'
import type { RingSpec } from '../model/ring.ts'
import { movesBetween, placeRing, sharesOf } from '../rings/placement.ts'
import { ringMemo } from '../rings/ringMemo.ts'

/** What is measured of one node: reads and hits a second with their 95 % intervals; null while they are not known. */
export type NodeTraffic = { reads: Interval | null; hits: Interval | null }

/** The prediction of a node's death: whose keys move where, and what the origin gets more right after. */
export type NodeLoss = {
  node: string
  /** Its own share of the keys: exact. */
  owned: number
  /** Share of all keys that move, exact; 0 where the program leaves a dead node's keys with it. */
  moved: number
  /** Of those, keys of nodes that live: they miss once for nothing. 0 in a consistent ring. */
  needless: number
  /** False where nobody takes over its keys, as in a Redis Cluster without a replica: then they miss until it is back. */
  takenOver: boolean
  /** Reads of the origin a second beyond those of now, right after; they fall as the keys are fetched again. */
  extra: Interval | null
  /** Why `extra` is null. */
  because?: string
  /** Who takes over its keys, the largest part first. */
  heirs: { node: string; share: number; reads: number | null }[]
}

const scaled = ({ value, low, high }: Interval, by: number): Interval => ({ value: value * by, low: low * by, high: high * by })
/** Intervals of several caches added at their ends: wider than 95 %, and right also when they err together. */
const sum = (all: readonly Interval[]): Interval =>
  all.reduce((a, b) => ({ value: a.value + b.value, low: a.low + b.low, high: a.high + b.high }), { value: 0, low: 0, high: 0 })

/** Where keys are and go, which only the ring decides: asked again each time that the traffic was measured anew. */
const placedBoth = ringMemo((before: RingSpec, after: RingSpec) => {
  const placed = placeRing(before)
  const shares = sharesOf(before, placed)
  return { ownedBy: new Map(before.nodes.map(({ name }, at) => [name, shares[at] ?? 0])), moves: movesBetween(before, after, placed) }
})

/**
 * What happens when one node of a ring dies and its keys are asked elsewhere. The share of the keys that moves is exact (every hash value
 * counted once); each key of a node is taken to be read and hit as often as the others of that node. All hits of the dead node reach the
 * origin until they are fetched again; so do those of living nodes whose keys move, which only rings that are not consistent do.
 */
export function nodeLoss(spec: RingSpec, node: string, trafficOf: (node: string) => NodeTraffic): NodeLoss {
  return lossBetween(
    spec,
    { ...spec, nodes: spec.nodes.map((one) => (one.name === node ? { ...one, state: 'down' } : one)) },
    node,
    trafficOf,
  )
}

/** The same when the ring itself loses the node, as by a new control document: every program asks its keys elsewhere then. */
export function nodeLeaves(spec: RingSpec, node: string, trafficOf: (node: string) => NodeTraffic): NodeLoss {
  return lossBetween(spec, { ...spec, nodes: spec.nodes.filter(({ name }) => name !== node) }, node, trafficOf)
}

function lossBetween(spec: RingSpec, after: RingSpec, node: string, trafficOf: (node: string) => NodeTraffic): NodeLoss {
  const { ownedBy, moves } = placedBoth(spec, after)
  const owned = ownedBy.get(node) ?? 0
  const own = moves.filter(({ from }) => from === node)
  const others = moves.filter(({ from }) => from !== node && from !== null)
  const moved = moves.reduce((total, { share }) => total + share, 0)
  const dead = trafficOf(node)
  const heirs = Map.groupBy(
    own.filter(({ to }) => to !== null),
    ({ to }) => to!,
  )
  return {
    node,
    owned,
    moved,
    needless: others.reduce((total, { share }) => total + share, 0),
    takenOver: owned === 0 || heirs.size > 0,
    ...extraOf(node, dead, others, ownedBy, trafficOf),
    heirs: [...heirs]
      .map(([name, all]) => {
        const share = all.reduce((total, move) => total + move.share, 0)
        return { node: name, share, reads: dead.reads && owned > 0 ? (dead.reads.value * share) / owned : null }
      })
      .sort((a, b) => b.share - a.share || (a.node < b.node ? -1 : 1)),
  }
}

function extraOf(
  node: string,
  dead: NodeTraffic,
  others: readonly { from: string | null; share: number }[],
  ownedBy: ReadonlyMap<string, number>,
  trafficOf: (node: string) => NodeTraffic,
): Pick<NodeLoss, 'extra' | 'because'> {
  if (!dead.hits) return { extra: null, because: `the hits of ${node} are not known` }
  const parts: Interval[] = [dead.hits]
  for (const [from, all] of Map.groupBy(others, (move) => move.from!)) {
    const { hits } = trafficOf(from)
    const owns = ownedBy.get(from) ?? 0
    if (!hits) return { extra: null, because: `the hits of ${from}, whose keys move too, are not known` }
    if (owns > 0) parts.push(scaled(hits, Math.min(1, all.reduce((total, { share }) => total + share, 0) / owns)))
  }
  return { extra: sum(parts) }
}

/** The node whose death costs the origin most, of those that can be told; else the one that owns most. Null of an empty ring. */
export function worstLoss(losses: readonly NodeLoss[]): NodeLoss | null {
  const told = losses.filter(({ extra }) => extra !== null).sort((a, b) => b.extra!.value - a.extra!.value)[0]
  return told ?? [...losses].sort((a, b) => b.owned - a.owned)[0] ?? null
}
