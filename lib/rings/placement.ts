import type { RingMove, RingSpec } from '../model/ring.ts'
import type { Placed } from './algorithm.ts'
import { algorithms } from './algorithms.ts'
import { circleShares, overlap } from './arcs.ts'
import { jumpMoves, jumpShares } from './jumpSpace.ts'
import { rendezvousMoves, rendezvousShares } from './rendezvousSpace.ts'
import { meet, tableShares } from './table.ts'

/** What the program would hold in memory for this spec. */
export const placeRing = (spec: RingSpec): Placed => algorithms[spec.algorithm].place(spec)

/** The name of each key's node; null when no server predictably gets it. */
export function locate(spec: RingSpec): (key: string) => string | null {
  const placed = placeRing(spec)
  return (key) => spec.nodes[placed.ownerOf(key)]?.name ?? null
}

/** Fractions by node position; the last is nobody's. */
export function sharesOf(spec: RingSpec, placed: Placed = placeRing(spec)): Float64Array {
  if (placed.shares) return placed.shares
  const { space } = placed
  switch (space.kind) {
    case 'circle':
      return circleShares(space, spec.nodes.length)
    case 'table':
      return tableShares(space, spec.nodes.length)
    case 'jump':
      return jumpShares(space, spec.nodes.length)
    case 'rendezvous':
      return space.counted ? tableShares(space.counted(), spec.nodes.length) : rendezvousShares(space)
  }
}

const SYNTHETIC_KEYS = 65_536

/** Keys that change hands between two rings, by pair of names. See the contract for when it is exact. */
export function movesBetween(before: RingSpec, after: RingSpec, a = placeRing(before), b = placeRing(after)): RingMove[] {
  const names = namesOf(before, after)
  const width = names.length + 1
  const moved = new Float64Array(width * width)
  tellChanges({ spec: before, placed: a }, { spec: after, placed: b }, names, (from, to, share) => {
    moved[from * width + to]! += share
  })
  const moves: RingMove[] = []
  for (let from = 0; from < width; from++)
    for (let to = 0; to < width; to++) {
      const share = moved[from * width + to]!
      if (share > 0) moves.push({ from: names[from] ?? null, to: names[to] ?? null, share })
    }
  return moves.sort((one, other) => other.share - one.share)
}

/** The share of the keys that change hands between two rings: the sum of `movesBetween`, without the square of the nodes in memory. */
export function movedShare(before: RingSpec, after: RingSpec, a = placeRing(before), b = placeRing(after)): number {
  let moved = 0
  tellChanges({ spec: before, placed: a }, { spec: after, placed: b }, namesOf(before, after), (_from, _to, share) => {
    moved += share
  })
  return moved
}

const namesOf = (before: RingSpec, after: RingSpec) => [...new Set([...before.nodes, ...after.nodes].map(({ name }) => name))]

type Side = { spec: RingSpec; placed: Placed }

/** Tells parts of the keys that change hands, by positions among the names; the one behind them is nobody's. */
function tellChanges(before: Side, after: Side, names: string[], tell: (from: number, to: number, share: number) => void): void {
  const place = new Map(names.map((name, index) => [name, index]))
  const nobody = names.length
  const positions = ({ spec }: Side) => Int32Array.from([...spec.nodes.map(({ name }) => place.get(name)!), nobody])
  const [fromIndex, toIndex] = [positions(before), positions(after)]
  const told = tellMoves(before.placed, after.placed, (ownerA, ownerB, share) => {
    const from = ownerA < 0 ? nobody : fromIndex[ownerA]!
    const to = ownerB < 0 ? nobody : toIndex[ownerB]!
    if (from !== to) tell(from, to, share)
  })
  if (told) return
  const [sharesA, sharesB] = [sharesOf(before.spec, before.placed), sharesOf(after.spec, after.placed)]
  for (const [i, from] of fromIndex.entries())
    for (const [j, to] of toIndex.entries()) if (from !== to) tell(from, to, sharesA[i]! * sharesB[j]!)
}

/** Tells how the keys of two alike rings move; false where they are not alike, and chance alone says who meets whom. */
function tellMoves(a: Placed, b: Placed, tell: (ownerA: number, ownerB: number, share: number) => void): boolean {
  if (a.number !== b.number || a.rehashes || b.rehashes) return false
  if (a.space.kind === 'circle' && b.space.kind === 'circle') overlap(a.space, b.space, tell)
  else if (a.space.kind === 'table' && b.space.kind === 'table') {
    // Where a retry leads depends on the key itself: counted over keys, since no exact number exists.
    if (a.shares || b.shares) countMoves(a, b, tell)
    else meet(a.space, b.space, tell)
  } else if (a.space.kind === 'jump' && b.space.kind === 'jump') jumpMoves(a.space, b.space, tell)
  else if (a.space.kind === 'rendezvous' && b.space.kind === 'rendezvous') {
    if (a.space.counted && b.space.counted) meet(a.space.counted(), b.space.counted(), tell)
    else rendezvousMoves(a.space, b.space, tell)
  } else return false
  return true
}

function countMoves(a: Placed, b: Placed, tell: (ownerA: number, ownerB: number, share: number) => void): void {
  for (let i = 0; i < SYNTHETIC_KEYS; i++) tell(a.ownerOf(`key:${i}`), b.ownerOf(`key:${i}`), 1 / SYNTHETIC_KEYS)
}
