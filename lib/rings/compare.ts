import type { RingMove, RingSpec } from '../model/ring.ts'
import type { KeyWeight } from '../model/ringSolver.ts'
import { movesBetween as movesOf, placeRing, sharesOf } from './placement.ts'

/** What is known of a ring's traffic: the part of it that each node sees, by name, and keys hot enough to be known, each with its part. */
export type Traffic = { seen: Readonly<Record<string, number>> | null; hot?: readonly KeyWeight[] }

export type Comparison = {
  /** By node name, of the keys: exact. A node that is gone or new has no entry on its other side. */
  ownedBefore: ReadonlyMap<string, number>
  ownedAfter: ReadonlyMap<string, number>
  /** By node name, of the reads: as seen, and as it will be when each node's keys stay as hot as they are. Null while nothing is seen. */
  seenBefore: ReadonlyMap<string, number> | null
  seenAfter: ReadonlyMap<string, number> | null
  /** Fractions: of the keys that change hands, and of the reads. */
  moved: number
  movedReads: number | null
  /** Largest first; `reads` is the part of all reads that goes along. */
  movedBetween: (RingMove & { reads: number | null })[]
  /** Hot keys that change hands. */
  movedHot: { key: string; from: string | null; to: string | null; weight: number }[]
  /** max over mean of the nodes that take keys, of the reads or, while nothing is seen, of the keys. */
  imbalanceBefore: number
  imbalanceAfter: number
  /** The same of the keys alone. */
  imbalanceOwnedBefore: number
  imbalanceOwnedAfter: number
}

/**
 * What another spec would do to a ring. Keys are exact (every hash value counted once). Reads follow the known hot keys one by one; the rest
 * of what a node sees is taken to be spread evenly over what it owns.
 */
export function compareRings(
  before: RingSpec,
  after: RingSpec,
  { seen: known, hot = [] }: Traffic,
  a = placeRing(before),
  b = placeRing(after),
): Comparison {
  const ownedBefore = byName(before, sharesOf(before, a))
  const ownedAfter = byName(after, sharesOf(after, b))
  const moves = movesOf(before, after, a, b)
  const seen = known && new Map(Object.entries(known))
  const nameOf = (spec: RingSpec, owner: number) => spec.nodes[owner]?.name ?? null
  const located = seen
    ? hot.map(({ key, weight }) => ({ key, from: nameOf(before, a.ownerOf(key)), to: nameOf(after, b.ownerOf(key)), weight }))
    : []
  const spread = new Map(seen)
  for (const { from, weight } of located) if (from !== null) spread.set(from, Math.max(0, (spread.get(from) ?? 0) - weight))
  /** Reads for each unit of the keys that a node owns. */
  const heat = (name: string | null) => {
    const owned = name === null ? 0 : (ownedBefore.get(name) ?? 0)
    return owned > 0 ? (spread.get(name!) ?? 0) / owned : 0
  }
  const movedHot = located.filter(({ from, to }) => from !== to)
  const movedBetween = moves.map((move) => {
    const along = movedHot.filter(({ from, to }) => from === move.from && to === move.to)
    return { ...move, reads: seen && along.reduce((sum, { weight }) => sum + weight, move.share * heat(move.from)) }
  })
  const seenAfter = seen && new Map(after.nodes.map(({ name }) => [name, seen.get(name) ?? 0]))
  if (seenAfter) {
    for (const { from, to, reads } of movedBetween) {
      if (from !== null && seenAfter.has(from)) seenAfter.set(from, Math.max(0, seenAfter.get(from)! - reads!))
      if (to !== null) seenAfter.set(to, seenAfter.get(to)! + reads!)
    }
  }
  const imbalanceOwnedBefore = imbalance(before, ownedBefore, ownedBefore)
  const imbalanceOwnedAfter = imbalance(after, ownedAfter, ownedAfter)
  return {
    ownedBefore,
    ownedAfter,
    seenBefore: seen,
    seenAfter,
    moved: moves.reduce((sum, { share }) => sum + share, 0),
    movedReads: seen && movedBetween.reduce((sum, { reads }) => sum + reads!, 0),
    movedBetween,
    movedHot,
    imbalanceBefore: seen ? imbalance(before, ownedBefore, seen) : imbalanceOwnedBefore,
    imbalanceAfter: seenAfter ? imbalance(after, ownedAfter, seenAfter) : imbalanceOwnedAfter,
    imbalanceOwnedBefore,
    imbalanceOwnedAfter,
  }
}

/** The share that each node sees, by name; null unless all are seen. */
export const sharesSeen = (nodes: readonly { name: string; shareSeen: number | null }[]): Record<string, number> | null =>
  nodes.length > 0 && nodes.every((node) => node.shareSeen !== null)
    ? Object.fromEntries(nodes.map((node) => [node.name, node.shareSeen!]))
    : null

const byName = (spec: RingSpec, shares: Float64Array): Map<string, number> => new Map(spec.nodes.map(({ name }, at) => [name, shares[at]!]))

/** Nodes that are out take nothing and lower no mean, except where their program leaves their keys with them; a cluster's slots stay where they are. */
function imbalance(spec: RingSpec, owned: ReadonlyMap<string, number>, shares: ReadonlyMap<string, number>): number {
  const takes = spec.nodes.filter(
    ({ name, state = 'up', weight = 1 }) =>
      spec.algorithm === 'redis-cluster' || (state === 'up' && weight > 0) || (owned.get(name) ?? 0) > 0,
  )
  return maxOverMean(takes.map(({ name }) => shares.get(name) ?? 0))
}

export function maxOverMean(values: readonly number[]): number {
  const total = values.reduce((sum, value) => sum + value, 0)
  return values.length === 0 || total <= 0 ? 1 : (Math.max(...values) * values.length) / total
}
