import type { CircleState, NestedCircle } from './circleState.ts'

/** When to be done, and how much of the time is gone, from 0 to 1. */
export type Clock = { spent(): number }

/** Work for each node, and the most in all: more hardly moves less. In points that appear or go, each well under a microsecond. */
const WORK_PER_NODE = 40_000
const WORK_MAX = 800_000
/** Steps of a run for each node, at least. */
const STEPS_MIN = 30
/** Points a unit from which on a unit is a large step: there is less to choose from, and each choice costs more. */
export const COARSE = 16
/** Excess below is rounding. */
export const EPSILON = 1e-10
/** A point alone may take from the wrong neighbour while the one after it takes from the right one: that many are tried at once. */
const LEAP = 16
/** How far what one node gives up may be handed on. */
const CHAIN = 6
/** A ring is annealed several times and the best kept, the fewer nodes the more often; a small one from several beginnings. */
const RUNS = 6
const RUNS_OF = 150
const SMALL = 16
/** Where none of them meets the limit: one more from the best, that much cooler, in the rest of the time. */
const MENDS = 1
const MENDED = 0.2
/** Of the time, for the runs before that. */
const SHARE = 0.75
/** What a share above the limit weighs against a share moved: at first it may be taken for a while, in the end nothing is worth it. */
const STRICT = [3, 1_000] as const
/** Temperatures, in units of what one step of an average node moves. */
const WARM = [1.5, 0.01] as const
/** Where the limit is out of reach: what a share above it is worth in shares moved. */
const WORTH = 50
const CLOCK_STEPS = 256
/** Up to here the clock has no say: the same question then has the same answer. */
const PRESSED = 0.25

/**
 * Brings every load to `allowed` or below while as little as possible changes owner: simulated annealing over the counts, one small step of
 * one node or of two at a time, each priced exactly by `state`. Leaves `state` at the best that was found. The same question has the same
 * answer unless the clock runs out first, which cools faster.
 * @param effort times the usual work: to learn how good the usual is
 */
export function anneal(state: CircleState, ring: NestedCircle, allowed: number, clock: Clock, effort = 1): void {
  const movable = [...ring.counts.keys()].filter((node) => ring.max[node]! > ring.min[node]!)
  if (movable.length === 0 || state.excess <= EPSILON) return
  const random = sequence()
  const small = movable.length <= SMALL
  const work = Math.min(WORK_MAX, WORK_PER_NODE * ring.counts.length) * (ring.unit < COARSE ? 1 : 2)
  const affordable = Math.floor(work / (2 * ring.unit * STEPS_MIN * movable.length))
  const usual = Math.max(1, Math.min(RUNS, Math.round(RUNS_OF / movable.length), affordable))
  const [runs, longer] = small ? [usual * effort, 1] : [usual, effort]
  const steps = Math.max(STEPS_MIN * movable.length, (longer * work) / (2 * ring.unit * usual))
  const cut = scaled(state, ring, (load) => (load > allowed ? allowed / load : 1))
  const raised = scaled(state, ring, (load) => (load < allowed ? Math.min(4, (0.9 * allowed) / load) : 1))
  // Where the sum is given neither is a ring that can be.
  const starts = ring.band ? [ring.counts] : [ring.counts, cut, raised]
  // With many points a unit the time is short for a large ring: it begins where the heavy ones are cut already.
  const beginsCut = !small && !ring.band && ring.unit >= COARSE
  const startOf = (run: number) => (beginsCut ? cut : starts[small ? run % starts.length : 0]!)
  moveTo(state, startOf(0))
  const best = { counts: state.counts.slice(), excess: state.excess, moved: state.moved, cost: costOf(state) }
  // Where nothing met the limit yet, the best is annealed on, cooler.
  for (let run = 0; run < runs + MENDS && (run < runs || best.excess > EPSILON); run++) {
    const mends = run >= runs
    moveTo(state, mends ? best.counts : startOf(run))
    const spent = mends ? clock.spent : () => (clock.spent() * runs) / SHARE - run
    cool(state, ring, allowed, { movable, random, steps, warm: mends || beginsCut ? MENDED : 1, spent })
    const cost = costOf(state)
    if (state.excess <= EPSILON ? best.excess > EPSILON || state.moved < best.moved : best.excess > EPSILON && cost < best.cost)
      Object.assign(best, { counts: state.counts.slice(), excess: state.excess, moved: state.moved, cost })
  }
  moveTo(state, best.counts)
}

/** Each node's count times something of its load, within its bounds. */
const scaled = ({ loads }: CircleState, { counts, min, max }: NestedCircle, by: (load: number) => number): number[] =>
  counts.map((count, node) => Math.min(max[node]!, Math.max(min[node]!, Math.floor(count * by(loads[node]!)))))

const costOf = ({ moved, excess }: CircleState): number => moved + WORTH * excess

type Run = Clock & { movable: readonly number[]; random: () => number; steps: number; warm: number }

function cool(state: CircleState, ring: NestedCircle, allowed: number, { movable, random, steps, warm, spent }: Run): void {
  const start = ring.counts
  const some = () => movable[Math.floor(random() * movable.length)]!
  const total = start.reduce((sum, count) => sum + count, 0)
  const step = state.loads.reduce((sum, load) => sum + load, 0) / total
  const leaps = ring.unit === 1 ? 0.3 : 0.05
  const chains = ring.unit < COARSE ? 0.1 : 0
  const [low, high] = ring.band ?? [0, Number.POSITIVE_INFINITY]
  const outside = (sum: number) => Math.max(0, low - sum, sum - high)

  let sum = state.counts.reduce((all, count) => all + count, 0)
  let warmth = 0
  let strict = 0
  let energy = 0
  let best: { counts: Int32Array; moved: number } | null = null
  let near = { counts: state.counts.slice(), cost: costOf(state) }
  const energyNow = () => state.moved + strict * (state.excess + outside(sum) * step)

  // What one step did, so that it can be undone.
  const nodes = new Int32Array(2 * LEAP + CHAIN)
  const directions = new Int8Array(2 * LEAP + CHAIN)
  let taken = 0
  const take = (node: number, direction: number) => {
    state.change(node, direction)
    nodes[taken] = node
    directions[taken++] = direction
  }

  for (let turn = 0; turn < steps; turn++) {
    if (turn % CLOCK_STEPS === 0) {
      const gone = spent()
      if (gone >= 1) break
      const done = gone > PRESSED ? Math.max(turn / steps, gone) : turn / steps
      warmth = step * warm * WARM[0] * (WARM[1] / WARM[0]) ** done
      strict = (STRICT[0] / warm) * (STRICT[1] / STRICT[0]) ** done
      energy = energyNow()
    }
    let node = some()
    // Mostly nodes that matter: too heavy, or changed already.
    if (random() < 0.8)
      for (let tries = 0; tries < 6 && state.loads[node]! <= allowed && state.counts[node] === start[node]; tries++) node = some()
    const back = start[node]! - state.counts[node]!
    const onward = state.loads[node]! > allowed ? random() < 0.2 : back !== 0 ? random() < 0.6 === back > 0 : random() < 0.5
    const direction = onward ? 1 : -1
    const length = random() < leaps ? 1 + Math.floor(random() * LEAP) : 1
    if (!fits(ring, state, node, direction * length)) continue
    // Two at once, against one another, keep the sum.
    let other = random() < (ring.band ? 0.6 : 0.25) ? some() : -1
    if (other === node || (other >= 0 && !fits(ring, state, other, -direction * length))) other = -1
    const sumBefore = sum
    const sumAfter = other < 0 ? sum + direction * length : sum
    if (outside(sumAfter) > outside(sum)) continue
    sum = sumAfter
    taken = 0
    for (let i = 0; i < length; i++) {
      take(node, direction)
      if (other >= 0) take(other, -direction)
    }
    // What a heavy node gives up may be too much for who gets it, who gives up something in turn.
    const chained = direction < 0 && random() < chains
    for (let last = state.receiver; chained && taken < CHAIN && last >= 0 && state.loads[last]! > allowed; last = state.receiver) {
      if (!fits(ring, state, last, -1) || outside(sum - 1) > outside(sum)) break
      sum--
      take(last, -1)
    }
    const after = energyNow()
    if (after <= energy || random() < Math.exp((energy - after) / warmth)) {
      energy = after
      if (state.excess <= EPSILON && outside(sum) === 0 && (best === null || state.moved < best.moved))
        best = { counts: state.counts.slice(), moved: state.moved }
      const cost = costOf(state)
      if (best === null && cost < near.cost && outside(sum) === 0) near = { counts: state.counts.slice(), cost }
    } else {
      sum = sumBefore
      while (taken > 0) {
        taken--
        state.change(nodes[taken]!, -directions[taken]!)
      }
    }
  }
  moveTo(state, (best ?? near).counts)
}

const fits = (ring: NestedCircle, state: CircleState, node: number, by: number): boolean => {
  const count = state.counts[node]! + by
  return count >= ring.min[node]! && count <= ring.max[node]!
}

/** Changes every node to these counts. */
export function moveTo(state: CircleState, counts: ArrayLike<number>): void {
  for (let node = 0; node < counts.length; node++)
    for (let by = counts[node]! - state.counts[node]!; by !== 0; by -= Math.sign(by)) state.change(node, Math.sign(by))
}

/** Mulberry32: the same numbers each time, from 0 to 1. */
function sequence(): () => number {
  let state = 1
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
