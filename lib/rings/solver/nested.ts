import type { RingSpec } from '../../model/ring.ts'
import type { Demand } from './demand.ts'

/** A ring in which a node's points come in a fixed order, so that a count says which of them are there: ketama's points, nginx's weights. */
export type NestedRing = {
  /** Every point that might be used, node by node in their order, as places on a circle of 2^32. */
  places: Float64Array[]
  /** Points that one unit of the setting brings. */
  unit: number
  /** Units now, and the fewest and most allowed. */
  counts: number[]
  min: number[]
  max: number[]
  hash(key: string): number
}

export type NestedSolution = { counts: number[]; loads: Float64Array; moved: number }

const SPACE = 2 ** 32
/** How many units of one node are looked ahead: the next point alone may take from the wrong neighbour while the one after takes from the right. */
const AHEAD = 12
/** The same where nothing nearer helps. */
const FAR_AHEAD = 80
const EPSILON = 1e-9

/**
 * Brings every load to at most `limit` times the mean while as little as possible changes owner. Greedy on what is gained for what is moved,
 * then takes back what turned out not to be needed, then disturbs the result and mends it again as long as that moves less. Each point is one
 * transfer of one arc between two nodes, so that a step costs a few additions, whatever the ring's size.
 * @param untilMs when to stop improving, on the clock that `now` reads; the first solution is always finished
 */
export function solveNested(
  spec: RingSpec,
  ring: NestedRing,
  demand: Demand,
  limit: number,
  now: () => number,
  untilMs: number,
): NestedSolution {
  const state = createState(spec, ring, demand, limit)
  descend(state)
  if (state.excess > EPSILON) descend(state, FAR_AHEAD)
  takeBack(state, ring.counts)
  let best = { counts: [...state.counts], excess: state.excess, moved: state.moved }
  const nodes = best.counts.length
  const random = sequence()
  for (let failures = 0; failures < FAILURES_MAX && now() < untilMs; ) {
    disturb(state, ring.counts, 1 + random(Math.min(4, nodes - 1)), random)
    descend(state)
    takeBack(state, ring.counts)
    const better =
      best.excess > EPSILON ? state.excess < best.excess - EPSILON : state.excess <= EPSILON && state.moved < best.moved - EPSILON
    if (better) best = { counts: [...state.counts], excess: state.excess, moved: state.moved }
    else moveTo(state, best.counts)
    failures = better ? 0 : failures + 1
  }
  moveTo(state, best.counts)
  return { counts: best.counts, loads: state.loads, moved: state.moved }
}

const FAILURES_MAX = 150

function moveTo(state: State, counts: readonly number[]): void {
  for (const [node, count] of counts.entries())
    while (state.counts[node] !== count) state.change(node, Math.sign(count - state.counts[node]!))
}

/** A few nodes somewhat back towards what they had, or a little off where they are. */
function disturb(state: State, old: readonly number[], nodes: number, random: (below: number) => number): void {
  const heaviest = state.loads.indexOf(Math.max(...state.loads))
  for (let i = 0; i < nodes; i++) {
    const node = i === 0 && state.excess > EPSILON ? heaviest : random(old.length)
    const away = old[node]! - state.counts[node]!
    const by = away !== 0 && random(3) > 0 ? Math.sign(away) * (1 + random(Math.abs(away))) : random(2 * AHEAD + 1) - AHEAD
    const wanted = Math.max(state.min[node]!, Math.min(state.max[node]!, state.counts[node]! + by))
    while (state.counts[node] !== wanted) state.change(node, Math.sign(wanted - state.counts[node]!))
  }
}

/** The same numbers each time: an answer that is asked for again does not change. */
function sequence(): (below: number) => number {
  let state = 1
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

/** Takes what gains most for what it moves, until nothing gains. */
function descend(state: State, ahead = AHEAD): void {
  const nodes = state.counts.length
  const scores = new Float64Array(nodes * 2)
  const steps = new Int32Array(nodes * 2)

  /** What the best few next units of this node and direction gain for what they move; 0 when nothing. */
  function look(candidate: number): void {
    const node = candidate >> 1
    const direction = candidate & 1 ? -1 : 1
    const { excess, moved } = state
    let best = 0
    let bestSteps = 0
    let taken = 0
    while (taken < ahead) {
      const count = state.counts[node]! + direction
      if (count < state.min[node]! || count > state.max[node]!) break
      state.change(node, direction)
      taken++
      const gain = excess - state.excess
      if (gain < EPSILON) continue
      const score = gain / Math.max(state.moved - moved, EPSILON)
      if (score > best * 1.000001) {
        best = score
        bestSteps = taken
      }
    }
    for (; taken > 0; taken--) state.change(node, -direction)
    scores[candidate] = best
    steps[candidate] = bestSteps
  }
  for (let i = 0; i < scores.length; i++) look(i)

  // What others did may have made a candidate worth it again: when none leads any more, all are looked at anew, once.
  let fresh = true
  for (let turns = 0; state.excess > EPSILON && turns < nodes * 1_000; turns++) {
    let best = 0
    let second = 0
    for (let i = 0; i < scores.length; i++) {
      if (scores[i]! > scores[best]!) {
        second = scores[best]!
        best = i
      } else if (i !== best && scores[i]! > second) second = scores[i]!
    }
    if (scores[best]! <= 0) {
      if (fresh) return
      for (let i = 0; i < scores.length; i++) look(i)
      fresh = true
      continue
    }
    look(best)
    if (scores[best]! <= 0 || scores[best]! < second * 0.999) continue
    const direction = best & 1 ? -1 : 1
    for (let i = 0; i < steps[best]!; i++) state.change(best >> 1, direction)
    look(best)
    look(best ^ 1)
    fresh = false
  }
}

/** Goes back towards the old counts wherever the excess stays as it is and less is moved. */
function takeBack(state: State, old: readonly number[]): void {
  const allowed = Math.max(state.excess, EPSILON)
  for (let changed = true, pass = 0; changed && pass < 4; pass++) {
    changed = false
    for (let node = 0; node < old.length; node++)
      for (let kept = true; kept; ) {
        kept = false
        const { moved } = state
        const direction = Math.sign(old[node]! - state.counts[node]!)
        let taken = 0
        while (!kept && taken < AHEAD && state.counts[node] !== old[node]) {
          state.change(node, direction)
          taken++
          kept = state.excess <= allowed && state.moved < moved - EPSILON
        }
        if (!kept) for (; taken > 0; taken--) state.change(node, -direction)
        else changed = true
      }
  }
}

export type State = {
  counts: Int32Array
  min: readonly number[]
  max: readonly number[]
  loads: Float64Array
  excess: number
  moved: number
  change(node: number, direction: number): void
}

/** The ring and its loads, changed one unit at a time. */
export function createState(spec: RingSpec, ring: NestedRing, demand: Demand, limit: number): State {
  const nodes = spec.nodes.length
  const total = ring.places.reduce((sum, places) => sum + places.length, 0)
  // Sorted by place, then by node: at one place the first node's point is the one that is reached.
  const packed = new Float64Array(total)
  let at = 0
  for (const [node, places] of ring.places.entries()) for (const place of places) packed[at++] = place * 1024 + node
  packed.sort()
  const place = packed.map((value) => Math.floor(value / 1024))
  const owner = Int32Array.from(packed, (value) => value % 1024)
  const starts = new Int32Array(nodes + 1)
  for (const [node, places] of ring.places.entries()) starts[node + 1] = starts[node]! + places.length
  const where = new Int32Array(total)
  const taken = new Uint8Array(total)
  for (const [node, places] of ring.places.entries())
    for (const [k, one] of places.entries()) {
      let index = lowerBound(packed, one * 1024 + node)
      while (taken[index]) index++
      taken[index] = 1
      where[starts[node]! + k] = index
    }

  const active = new Uint8Array(total)
  for (let node = 0; node < nodes; node++) for (let k = 0; k < ring.counts[node]! * ring.unit; k++) active[where[starts[node]! + k]!] = 1

  // Who owns each segment now, going round once backwards from a point that is there.
  const before = new Int32Array(total)
  const next = new Int32Array(total)
  const previous = new Int32Array(total)
  const first = active.indexOf(1)
  let holder = first
  for (let i = total - 1; i >= 0; i--) {
    if (active[i]) {
      next[i] = holder
      previous[holder] = i
      holder = i
    }
    before[i] = owner[holder]!
  }
  next[active.lastIndexOf(1)] = first
  previous[first] = active.lastIndexOf(1)

  const mass = new Float64Array(total)
  for (let i = 0; i < total; i++) {
    const length = i === 0 ? place[0]! + SPACE - place[total - 1]! : place[i]! - place[i - 1]!
    const node = before[i]!
    mass[i] = demand.owned[node]! > 0 ? (length / SPACE) * (demand.spread[node]! / demand.owned[node]!) : 0
  }
  for (const { key, weight } of demand.keys) mass[lowerBound(place, ring.hash(key)) % total]! += weight

  const loads = new Float64Array(nodes)
  for (let i = 0; i < total; i++) loads[before[i]!]! += mass[i]!
  const sum = loads.reduce((all, load) => all + load, 0)
  const allowed = (limit * sum) / nodes
  const over = (load: number) => (load > allowed ? load - allowed : 0)

  const state: State = {
    counts: Int32Array.from(ring.counts),
    min: ring.min,
    max: ring.max,
    loads,
    excess: loads.reduce((all, load) => all + over(load), 0),
    moved: 0,
    change(node, direction) {
      const from = (direction > 0 ? state.counts[node]! : state.counts[node]! - 1) * ring.unit
      state.counts[node]! += direction
      for (let k = from; k < from + ring.unit; k++) toggle(where[starts[node]! + k]!, direction > 0)
    },
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
    const taker = appears ? owner[point]! : owner[after]!
    const giver = appears ? owner[after]! : owner[point]!
    if (taker === giver) return
    let moving = 0
    for (let i = from + 1 === total ? 0 : from + 1; ; i = i + 1 === total ? 0 : i + 1) {
      moving += mass[i]!
      if (before[i] === giver) state.moved += mass[i]!
      else if (before[i] === taker) state.moved -= mass[i]!
      if (i === point) break
    }
    state.excess -= over(loads[giver]!) + over(loads[taker]!)
    loads[giver]! -= moving
    loads[taker]! += moving
    state.excess += over(loads[giver]!) + over(loads[taker]!)
  }
  return state
}

/** The first that is not less; the length when there is none. */
function lowerBound(sorted: Float64Array, value: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (sorted[middle]! < value) low = middle + 1
    else high = middle
  }
  return low
}
