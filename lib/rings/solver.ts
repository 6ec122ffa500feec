import type { RingAlgorithm, RingSpec } from '../model/ring.ts'
import type { KeyWeight, SolverAnswer, SolverQuestion } from '../model/ringSolver.ts'
import { isUp, type Placed, sum, weightOf } from './algorithm.ts'
import { ketamaCounts } from './algorithms/ketama.ts'
import { weighsPoints } from './algorithms/libmemcached.ts'
import { twemproxyNumber } from './algorithms/twemproxy.ts'
import { algorithms } from './algorithms.ts'
import type { Circle } from './arcs.ts'
import { placeRing } from './placement.ts'
import { anneal, type Clock } from './solver/anneal.ts'
import { evenBlocksOf } from './solver/blocks.ts'
import { createState } from './solver/circleState.ts'
import { circleOf, weighsMemory, weightIn, withWeights } from './solver/circles.ts'
import { type Demand, demandOf, imbalanceOf } from './solver/demand.ts'
import { weightsFor } from './solver/fit.ts'
import { type Outcome, outcomeOf } from './solver/outcome.ts'
import { descend, relieve, takeBack } from './solver/polish.ts'
import { evenFilled } from './solver/tables.ts'

const BUDGET_MS = 700
/** Hashing by remainder deals keys anew that need not move: past both of these no edit of weights is worth it. */
const NEEDLESS = { times: 5, share: 0.25 }

/** Points or weights that spread the traffic evenly while as few keys as possible change hands. */
export function solveRing(question: SolverQuestion & { now?: () => number }): SolverAnswer {
  const { spec, limit = 1.05 } = question
  const now = question.now ?? (() => performance.now())
  const began = now()
  const budget = question.budgetMs ?? BUDGET_MS
  const clock: Clock = { spent: () => (now() - began) / budget }
  const setting = spec.algorithm === 'ketama' && !weighsMemory(spec) ? ('points' as const) : ('weight' as const)
  const start = setting === 'points' ? pointsNow(spec) : spec.nodes.map((node) => weightIn(spec, node))
  const placed = placeRing(spec)
  const demand = demandOf(spec, question.seen, question.keys, placed)
  // Some programs leave a dead node's keys with it.
  const usable = spec.nodes.filter((node, i) => (isUp(node) && start[i]! > 0) || demand.owned[i]! > 0).length
  if (usable < 2)
    return { is: 'floor', floor: 1, because: `the ring has ${usable === 0 ? 'no' : 'one'} usable node, which gets everything` }
  const before = imbalanceOf(demand.seen, usable)
  const never = settledBy(question, before, usable, limit)
  if (never) return never

  const mean = sum([...demand.seen]) / usable
  const { values, outcome } =
    before <= limit ? { values: start, outcome: unmoved(demand) } : search(question, placed, demand, start, limit * mean, clock)
  const after = imbalanceOf(outcome.loads, usable)
  const least = sum([...demand.seen].map((share) => Math.max(0, share - limit * mean)))
  const reached = after <= limit + 1e-6
  const why = clock.spent() >= 1 ? `in the ${budget} ms given nothing better was found` : remedy(spec, setting, usable)
  if (!reached && after > before - 0.005) return { is: 'floor', floor: before, because: why }
  const dealt = dealsAnew[spec.algorithm]
  if (dealt && outcome.moved > NEEDLESS.share && outcome.moved > NEEDLESS.times * least)
    return {
      is: 'floor',
      floor: before,
      because: `every weight that evens this ring deals ${percent(outcome.moved)} of its traffic anew, where ${percent(least)} is too much on one node: ${dealt}`,
    }
  return {
    is: 'solved',
    setting,
    nodes: spec.nodes.map(({ name }, i) => ({ name, before: start[i]!, after: values[i]! })),
    imbalance: { before, after },
    shares: Object.fromEntries(spec.nodes.map(({ name }, i) => [name, outcome.loads[i]!])),
    moved: outcome.moved,
    leastMoved: least,
    reached,
    ...(reached ? {} : { because: why }),
  }
}

/** Whether its nodes have explicit points, which take precedence over weights. */
const hasPoints = ({ nodes }: RingSpec) => nodes.some(({ points }) => points !== undefined)

const pointsNow = (spec: RingSpec): number[] => {
  const counts = ketamaCounts(spec)
  return spec.nodes.map((node, i) => (isUp(node) ? counts[i]! : (node.points ?? 0)))
}
const unmoved = (demand: Demand): Outcome => ({ loads: demand.seen, moved: 0 })
const percent = (share: number) => `${(share * 100).toFixed(1)} %`

/** What no points and no weights can do, before any is tried. */
function settledBy({ spec, keys = [] }: SolverQuestion, before: number, usable: number, limit: number): SolverAnswer | null {
  const floor = (least: number, because: string): SolverAnswer => ({ is: 'floor', floor: least, because })
  const weightless = algorithms[spec.algorithm].weightless?.(spec)
  if (weightless && !hasPoints(spec)) return floor(before, weightless)
  const hottest = keys.reduce<KeyWeight | null>((top, one) => (!top || one.weight > top.weight ? one : top), null)
  const alone = hottest ? hottest.weight * usable : 0
  if (hottest && alone > limit)
    return floor(
      alone,
      `one key has ${percent(hottest.weight)} of the traffic, and a key is on one node: ${alone.toFixed(2)} times the mean is the least`,
    )
  if (before <= limit) return null
  if (spec.algorithm === 'twemproxy-ketama' && twemproxyNumber(spec).narrow)
    return floor(before, 'twemproxy’s crc32 has 15 bits, so that one server owns the whole circle whatever the weights: use `hash: crc32a`')
  if (spec.algorithm === 'libmemcached' && !weighsPoints(spec))
    return floor(
      before,
      'a weight above 1 makes libmemcached place every point anew, which moves nearly all keys: begin with weighted rings',
    )
  if (BLOCKS.includes(spec.algorithm) && sum(spec.nodes.map(weightOf)) > SLOTS_MAX)
    return floor(before, `its weights add up to more than ${SLOTS_MAX} slots: write them as smaller numbers of the same ratios`)
  return null
}

const dealsAnew: Partial<Record<RingAlgorithm, string>> = {
  'haproxy-map': '`hash-type consistent` would move little more than that',
  'nginx-hash': '`hash … consistent` would move little more than that',
  'twemproxy-modula': '`distribution: ketama` would move little more than that',
}

/** Points a node that are fine enough for 5 %. */
const FINE_POINTS = 160

/** Why the limit is out of reach, and what would bring it near. */
function remedy(spec: RingSpec, setting: string, usable: number): string {
  if (spec.algorithm === 'envoy-ring-hash') {
    const size = 2 ** Math.ceil(Math.log2(usable * FINE_POINTS))
    if (size > (spec.options?.minimumRingSize ?? 1024))
      return `with ${Math.round(algorithms[spec.algorithm].size(spec) / usable)} points a host the ring cannot be cut finer: minimum_ring_size ${size} would give about ${Math.round(size / usable)}`
  }
  if (dealsAnew[spec.algorithm])
    return `no ${setting} within the bounds cuts its slots finer, and a longer table would deal nearly all keys anew`
  return `no ${setting} within the bounds spreads this traffic more evenly: its ${setting === 'points' ? 'arcs' : 'units of weight'} cannot be cut finer`
}

/** Tables in which each node has one stretch of slots, as long as its weight. */
const BLOCKS: readonly RingAlgorithm[] = ['nginx-hash', 'twemproxy-modula']
/** NGINX takes weights whose slots would fill the memory. */
const SLOTS_MAX = 2_000_000

type Found = { values: number[]; outcome: Outcome }

function search(question: SolverQuestion, placed: Placed, demand: Demand, start: readonly number[], allowed: number, clock: Clock): Found {
  const { spec, bounds = {} } = question
  const circle = circleOf({ spec, bounds, demand, allowed })
  const { weightMin, weightMax } = algorithms[spec.algorithm]
  const range = { min: Math.max(1, weightMin, bounds.min ?? 1), max: Math.min(weightMax, bounds.max ?? weightMax) }
  const judge = (values: readonly number[]): Outcome => outcomeOf(spec, withSetting(spec, values), demand, placed)
  if (circle) {
    const { circle: ring, countsOf } = circle
    const state = createState(ring, placed.space as Circle, demand, allowed)
    anneal(state, ring, allowed, clock)
    descend(state, ring, clock)
    relieve(state, ring)
    takeBack(state, ring)
    const values = countsOf
      ? weightsFor(state, start, countsOf, range)
      : start.map((old, i) => (ring.max[i] === 0 ? old : state.counts[i]!))
    return { values, outcome: judge(values) }
  }
  if (!BLOCKS.includes(spec.algorithm)) {
    const movable = spec.nodes.map((node, i) => isUp(node) && start[i]! > 0)
    // Where the dead keep their part, weights are not ratios of the living alone.
    const leave = spec.algorithm === 'envoy-maglev' || spec.algorithm === 'rendezvous'
    const ratios = spec.algorithm !== 'haproxy-map' && spec.algorithm !== 'modulo' && (leave || spec.nodes.every(isUp))
    const { weights, outcome } = evenFilled({ weights: start, movable, ...range, ratios, judge }, allowed, clock)
    return { values: weights, outcome }
  }
  const values = evenBlocksOf(spec, start, demand, allowed, range)
  return { values, outcome: judge(values) }
}

const withSetting = (spec: RingSpec, values: readonly number[]): RingSpec =>
  spec.algorithm === 'ketama' && !weighsMemory(spec)
    ? { ...spec, nodes: spec.nodes.map((node, i) => ({ ...node, points: values[i]! })) }
    : withWeights(spec, values)
