import { arcAt, type Circle, SPACE_32 } from '../arcs.ts'
import type { Demand } from './demand.ts'

/** Points of all nodes together stay below: with its place a point is one number that sorts. */
const POINTS_ROOM = 2 ** 21

/**
 * A circle whose points come in a fixed order node by node, so that a count for each node says which of them are there. ketama's points are
 * such, and those that a weight brings in HAProxy, nginx, twemproxy, libmemcached and Envoy.
 */
export type NestedCircle = {
  /** A key goes to the first point at or after it, or to the nearest on either side (HAProxy). */
  rule: 'successor' | 'nearest'
  /** Every point that might be used, node by node in their order: places from 0 to 2^32 − 1. */
  places: Float64Array[]
  /** Points that one unit of the count brings. */
  unit: number
  /** Units now, and the fewest and most allowed. */
  counts: number[]
  min: number[]
  max: number[]
  /** Fewest and most units of all nodes together, where the program's own rounding says so. */
  band?: readonly [low: number, high: number]
  /** Where a key lies. */
  hash(key: string): number
}

/** The circle and its loads, changed one unit of one node at a time. Each point is one transfer between two or three nodes. */
export type CircleState = {
  readonly counts: Int32Array
  /** Units that were placed for each node: counts cannot go beyond. */
  readonly most: Int32Array
  readonly loads: Float64Array
  /** Traffic above the limit, summed over the nodes. */
  excess: number
  /** Traffic whose owner is not what it was. */
  moved: number
  /** Of the nodes to which the last change gave something, the one that is heaviest now. */
  receiver: number
  change(node: number, direction: number): void
}

/** @param before the circle as it is, cut into arcs; @param allowed the most that a node may carry */
export function createState(ring: NestedCircle, before: Circle, demand: Demand, allowed: number): CircleState {
  const { rule, unit } = ring
  const nodes = ring.places.length
  const { ends, owners, density, lumps } = piecesOf(before, ring, demand)
  const { place, owner, where, starts } = pointsOf(ring)
  const total = place.length
  const { active, next, previous } = linksOf(ring, where, starts)
  const pieceOf = new Int32Array(total)
  for (let i = 0, piece = 0; i < total; i++) {
    while (piece < ends.length - 1 && ends[piece]! < place[i]!) piece++
    pieceOf[i] = piece
  }

  const loads = new Float64Array(nodes)
  for (let i = 0, from = -1; i < ends.length; from = ends[i++]!)
    if (owners[i]! >= 0) loads[owners[i]!]! += density[i]! * (ends[i]! - from) + lumps[i]!
  const over = (load: number) => (load > allowed ? load - allowed : 0)

  /** Changes the owner of the values after `from` up to and including `to`; `hint` is a piece near them. */
  function transfer(from: number, to: number, giving: number, receiving: number, hint: number): void {
    if (giving === receiving || from >= to) return
    if (from < -1) {
      transfer(from + SPACE_32, Math.min(to + SPACE_32, SPACE_32 - 1), giving, receiving, ends.length - 1)
      transfer(-1, to, giving, receiving, 0)
      return
    }
    if (to >= SPACE_32) {
      transfer(from, SPACE_32 - 1, giving, receiving, ends.length - 1)
      transfer(Math.max(-1, from - SPACE_32), to - SPACE_32, giving, receiving, 0)
      return
    }
    let i = hint
    while (i > 0 && ends[i - 1]! > from) i--
    while (ends[i]! <= from) i++
    let moving = 0
    for (let at = from; at < to; i++) {
      const end = ends[i]!
      const amount = end <= to ? density[i]! * (end - at) + lumps[i]! : density[i]! * (to - at)
      moving += amount
      if (owners[i] === giving) state.moved += amount
      else if (owners[i] === receiving) state.moved -= amount
      at = end
    }
    const [left, right] = [loads[giving]!, loads[receiving]!]
    loads[giving] = left - moving
    loads[receiving] = right + moving
    if (state.receiver < 0 || loads[receiving]! > loads[state.receiver]!) state.receiver = receiving
    state.excess += over(left - moving) + over(right + moving) - over(left) - over(right)
  }

  function toggle(point: number, appears: boolean): void {
    let after: number
    let from: number
    if (appears) {
      after = point + 1 === total ? 0 : point + 1
      while (!active[after]) after = after + 1 === total ? 0 : after + 1
      from = previous[after]!
      next[from] = point
      previous[point] = from
      next[point] = after
      previous[after] = point
    } else {
      after = next[point]!
      from = previous[point]!
      next[from] = after
      previous[after] = from
    }
    active[point] = appears ? 1 : 0
    const here = place[point]!
    const behind = from < point ? here - place[from]! : here - place[from]! + SPACE_32
    const ahead = after > point ? place[after]! - here : place[after]! - here + SPACE_32
    const mine = owner[point]!
    const hint = pieceOf[point]!
    if (rule === 'successor') {
      const other = owner[after]!
      if (appears) transfer(here - behind, here, other, mine, hint)
      else transfer(here - behind, here, mine, other, hint)
      return
    }
    const low = here - behind + Math.floor(behind / 2)
    const high = here + Math.floor(ahead / 2)
    const middle = here - behind + Math.floor((behind + ahead) / 2)
    const [one, two] = [owner[from]!, owner[after]!]
    if (appears) {
      transfer(low, middle, one, mine, hint)
      transfer(middle, high, two, mine, hint)
    } else {
      transfer(low, middle, mine, one, hint)
      transfer(middle, high, mine, two, hint)
    }
  }

  const state: CircleState = {
    counts: Int32Array.from(ring.counts),
    most: Int32Array.from(ring.places, (places) => places.length / unit),
    loads,
    excess: loads.reduce((all, load) => all + over(load), 0),
    moved: 0,
    receiver: -1,
    change(node, direction) {
      const from = (direction > 0 ? state.counts[node]! : state.counts[node]! - 1) * unit
      state.counts[node]! += direction
      state.receiver = -1
      for (let k = from; k < from + unit; k++) toggle(where[starts[node]! + k]!, direction > 0)
    },
  }
  return state
}

/**
 * All points in the order of the circle, at one place the first node's first: that one is reached. The k-th point of a node stands at
 * `where[starts[node] + k]`.
 */
function pointsOf({ places }: NestedCircle) {
  const starts = new Int32Array(places.length + 1)
  for (const [node, own] of places.entries()) starts[node + 1] = starts[node]! + own.length
  const total = starts[places.length]!
  const order = new Float64Array(total)
  for (const [node, own] of places.entries())
    for (let k = 0; k < own.length; k++) order[starts[node]! + k] = own[k]! * POINTS_ROOM + starts[node]! + k
  order.sort()
  const place = order.map((packed) => Math.floor(packed / POINTS_ROOM))
  const where = new Int32Array(total)
  for (let i = 0; i < total; i++) where[order[i]! % POINTS_ROOM] = i
  const owner = new Int32Array(total)
  for (let node = 0; node < places.length; node++) for (let k = starts[node]!; k < starts[node + 1]!; k++) owner[where[k]!] = node
  return { place, owner, where, starts }
}

/** The points that the counts of now bring, each with the one after and the one before it on the circle. */
function linksOf({ counts, unit }: NestedCircle, where: Int32Array, starts: Int32Array) {
  const active = new Uint8Array(where.length)
  for (const [node, count] of counts.entries()) for (let k = 0; k < count * unit; k++) active[where[starts[node]! + k]!] = 1
  const next = new Int32Array(where.length)
  const previous = new Int32Array(where.length)
  const [first, last] = [active.indexOf(1), active.lastIndexOf(1)]
  for (let i = first, from = last; i >= 0 && i <= last; i++) {
    if (!active[i]) continue
    next[from] = i
    previous[i] = from
    from = i
  }
  return { active, next, previous }
}

/** The circle as it is, cut at each known key too: traffic for each value of a piece, and what its last value carries on top. */
function piecesOf(before: Circle, ring: NestedCircle, demand: Demand) {
  // Envoy's circle of 2^64 is looked at in steps of 2^32: far finer than a share need be.
  const coarse = Math.max(1, before.size / SPACE_32)
  const arcs = coarse === 1 ? before.ends : before.ends.map((end) => Math.floor(end / coarse))
  const keys = demand.keys.map(({ key, weight }) => ({ at: ring.hash(key), weight }))
  const ends = keys.length === 0 && before.size >= SPACE_32 ? arcs : cutAt(arcs, [...keys.map(({ at }) => at), SPACE_32 - 1])
  const size = Math.min(before.size, SPACE_32)
  const owners = new Int32Array(ends.length).fill(-1)
  for (let i = 0, arc = 0; i < ends.length && ends[i]! < size; i++) {
    while (arcs[arc]! < ends[i]!) arc++
    owners[i] = before.owners[arc]!
  }
  const perValue = demand.spread.map((traffic, node) => (demand.owned[node]! > 0 ? traffic / demand.owned[node]! / size : 0))
  const density = Float64Array.from(owners, (node) => (node < 0 ? 0 : perValue[node]!))
  const lumps = new Float64Array(ends.length)
  for (const { at, weight } of keys) lumps[arcAt(ends, at)]! += weight
  return { ends, owners, density, lumps }
}

/** Ends of arcs with more among them, each once. */
function cutAt(arcs: Float64Array, more: readonly number[]): Float64Array {
  const cuts = new Float64Array(arcs.length + more.length)
  cuts.set(arcs)
  cuts.set(more, arcs.length)
  return cuts.sort().filter((end, i) => end !== cuts[i - 1])
}
