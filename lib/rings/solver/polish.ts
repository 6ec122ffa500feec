import { type Clock, COARSE, EPSILON, moveTo } from './anneal.ts'
import type { CircleState, NestedCircle } from './circleState.ts'

/** How many units of one node are looked ahead: the next alone may take from the wrong neighbour while the one after takes from the right. */
const AHEAD = { points: 12, weights: 3 }

const ahead = ({ unit }: NestedCircle) => (unit === 1 ? AHEAD.points : AHEAD.weights)

/** Of the time given: a quarter of it more for the last few that are above the limit. */
const LATE = 1.25

/** What annealing left above the limit: takes what gains most for what it moves, until nothing gains. */
export function descend(state: CircleState, ring: NestedCircle, clock: Clock): void {
  const nodes = ring.counts.length
  const scores = new Float64Array(nodes * 2)
  const steps = new Int32Array(nodes * 2)
  const room = roomOf(state, ring)

  /** What the best few next units of this node and direction gain for what they move; 0 when nothing. */
  function look(candidate: number): void {
    const node = candidate >> 1
    const direction = candidate & 1 ? -1 : 1
    const { excess, moved } = state
    let best = 0
    let bestSteps = 0
    let taken = 0
    while (taken < ahead(ring) && room(node, direction)) {
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
  if (state.excess <= EPSILON) return
  const late = () => clock.spent() > LATE
  const lookAll = () => {
    for (let i = 0; i < scores.length && !late(); i++) look(i)
  }
  lookAll()

  // What others did may have made a candidate worth it again: when none leads any more, all are looked at anew, once.
  let fresh = true
  for (let turns = 0; state.excess > EPSILON && turns < nodes * 100 && !late(); turns++) {
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
      lookAll()
      fresh = true
      continue
    }
    look(best)
    if (scores[best]! <= 0 || scores[best]! < second * 0.999) continue
    for (let i = 0; i < steps[best]!; i++) state.change(best >> 1, best & 1 ? -1 : 1)
    look(best)
    look(best ^ 1)
    fresh = false
  }
}

/** The last few above the limit: the heaviest gives up a unit, and whoever it made too heavy the next, until nobody is. Undone where that ends nowhere. */
export function relieve(state: CircleState, ring: NestedCircle): void {
  if (state.excess <= EPSILON || ring.unit >= COARSE) return
  const before = state.counts.slice()
  const room = roomOf(state, ring)
  const nodes = [...ring.counts.keys()].filter((node) => ring.max[node]! > ring.min[node]!)
  for (let turn = 0; turn < TURNS_PER_NODE * nodes.length && state.excess > EPSILON; turn++) {
    const heaviest = nodes.reduce((most, node) => (state.loads[node]! > state.loads[most]! ? node : most))
    // Where the sum is given somebody else gets a unit for it: the lightest.
    if (!room(heaviest, -1)) {
      const lightest = nodes.reduce((least, node) => (state.loads[node]! < state.loads[least]! ? node : least))
      if (state.counts[heaviest]! <= ring.min[heaviest]! || !room(lightest, 1)) break
      state.change(lightest, 1)
    }
    state.change(heaviest, -1)
  }
  if (state.excess > EPSILON) moveTo(state, before)
}
const TURNS_PER_NODE = 4

/** Goes back towards the counts of before wherever the excess stays as it is and no more is moved. */
export function takeBack(state: CircleState, ring: NestedCircle): void {
  const allowed = Math.max(state.excess, EPSILON)
  const room = roomOf(state, ring)
  for (let changed = true, pass = 0; changed && pass < 4; pass++) {
    changed = false
    for (const [node, before] of ring.counts.entries())
      for (let kept = true; kept; ) {
        kept = false
        const { moved } = state
        const direction = Math.sign(before - state.counts[node]!)
        let taken = 0
        while (!kept && taken < ahead(ring) && state.counts[node] !== before && room(node, direction)) {
          state.change(node, direction)
          taken++
          kept = state.excess <= allowed && state.moved <= moved
        }
        if (!kept) for (; taken > 0; taken--) state.change(node, -direction)
        else changed = true
      }
  }
}

/** Whether a unit more or less is within a node's bounds and those of all together. */
function roomOf(state: CircleState, ring: NestedCircle): (node: number, direction: number) => boolean {
  const within = (node: number, direction: number) => {
    const count = state.counts[node]! + direction
    return count >= ring.min[node]! && count <= ring.max[node]!
  }
  if (!ring.band) return within
  const [low, high] = ring.band
  return (node, direction) => {
    const sum = state.counts.reduce((all, count) => all + count, direction)
    return within(node, direction) && sum >= low && sum <= high
  }
}
