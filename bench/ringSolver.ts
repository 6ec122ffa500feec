import type { RingAlgorithm, RingSpec } from '../lib/model/ring.ts'
import type { SolverAnswer } from '../lib/model/ringSolver.ts'
import type { Circle } from '../lib/rings/arcs.ts'
import { placeRing } from '../lib/rings/placement.ts'
import { anneal } from '../lib/rings/solver/anneal.ts'
import { type CircleState, createState, type NestedCircle } from '../lib/rings/solver/circleState.ts'
import { circleOf } from '../lib/rings/solver/circles.ts'
import { demandOf } from '../lib/rings/solver/demand.ts'
import { descend, relieve, takeBack } from '../lib/rings/solver/polish.ts'
import { solveRing } from '../lib/rings/solver.ts'
import type { Row } from './table.ts'

const LIMIT = 1.05
/** Effort of the reference search, as a multiple of the solver's own: its result stands for the minimum where no proof exists. */
const EFFORT = { 5: 20, 50: 10, 300: 8 }
type Size = keyof typeof EFFORT
const FOREVER = { spent: () => 0 }

const nodes = (count: number, more: (i: number) => object) =>
  Array.from({ length: count }, (_, i) => ({ name: `10.0.${i >> 8}.${i & 255}:6379`, ...more(i) }))

/** Typical rings: ketama with 160 points each, or uneven; the others with weights from 8 to 12. */
const rings = (count: number): [string, RingSpec][] => [
  ['ketama', { algorithm: 'ketama', nodes: nodes(count, () => ({ points: 160 })) }],
  ['ketama of 80 to 240 points', { algorithm: 'ketama', nodes: nodes(count, (i) => ({ points: 80 + ((i * 37) % 160) })) }],
  ...WEIGHTED.map(([algorithm, options]): [string, RingSpec] => [
    options ? `${algorithm} ${JSON.stringify(options)}` : algorithm,
    { algorithm, nodes: nodes(count, (i) => ({ weight: 8 + ((i * 7) % 5) })), ...(options ? { options } : {}) },
  ]),
]
const WEIGHTED: [RingAlgorithm, RingSpec['options']?][] = [
  ['haproxy-consistent'],
  ['nginx-consistent'],
  ['twemproxy-ketama'],
  ['libmemcached', { weighted: true }],
  ['envoy-ring-hash'],
  ['envoy-ring-hash', { minimumRingSize: 65_536 }],
  ['envoy-maglev'],
  ['nginx-hash'],
  ['twemproxy-modula'],
  ['haproxy-map'],
]

function stateOf(spec: RingSpec): { ring: NestedCircle; state: CircleState; allowed: number } | null {
  const allowed = LIMIT / spec.nodes.length
  const demand = demandOf(spec, undefined)
  const setting = circleOf({ spec, bounds: {}, demand, allowed })
  if (!setting) return null
  return { ring: setting.circle, state: createState(setting.circle, placeRing(spec).space as Circle, demand, allowed), allowed }
}

/** The fewest moves that much longer annealing finds; null where it finds none within the limit. */
function leastKnown(spec: RingSpec): number | null {
  const made = stateOf(spec)
  if (!made) return null
  const { ring, state, allowed } = made
  anneal(state, ring, allowed, FOREVER, EFFORT[spec.nodes.length as Size])
  descend(state, ring, FOREVER)
  relieve(state, ring)
  takeBack(state, ring)
  return state.excess <= 1e-9 ? state.moved : null
}

/** The fewest moves of every count within reach of those now, by trying all of them. */
function leastOfAll(spec: RingSpec, reachOf: (count: number) => number): number {
  const { ring, state } = stateOf(spec)!
  let least = Number.POSITIVE_INFINITY
  const rising = ring.counts.map(() => true)
  const visit = (node: number): void => {
    if (node === ring.counts.length) {
      if (state.excess < 1e-9) least = Math.min(least, state.moved)
      return
    }
    const reach = reachOf(ring.counts[node]!)
    const [low, high] = [Math.max(ring.min[node]!, ring.counts[node]! - reach), Math.min(ring.max[node]!, ring.counts[node]! + reach)]
    // Boustrophedon order, so that each step changes one unit.
    const up = rising[node]!
    rising[node] = !up
    const step = (to: number) => {
      while (state.counts[node] !== to) state.change(node, Math.sign(to - state.counts[node]!))
    }
    for (let i = 0; i <= high - low; i++) {
      step(up ? low + i : high - i)
      visit(node + 1)
    }
  }
  visit(0)
  return least
}

function answerOf(spec: RingSpec): { answer: SolverAnswer; ms: number } {
  const began = performance.now()
  const answer = solveRing({ spec, limit: LIMIT })
  return { answer, ms: performance.now() - began }
}

function rowsOf(name: string, spec: RingSpec): Row[] {
  const what = `solver, ${spec.nodes.length} nodes, ${name}`
  const { answer, ms } = answerOf(spec)
  const time: Row = { what: `${what}: time`, value: ms, unit: 'ms', goal: { most: 1_000 } }
  if (answer.is === 'floor') return [time, { what: `${what}: no edit, from ${answer.floor.toFixed(2)}`, value: answer.because }]
  const { before, after } = answer.imbalance
  const percent = (share: number) => `${(100 * share).toFixed(2)} %`
  const rows: Row[] = [
    time,
    {
      what: `${what}: max over mean, from ${before.toFixed(2)}`,
      value: after,
      ...(answer.reached ? { goal: { most: LIMIT + 1e-4 } } : {}),
    },
    { what: `${what}: moved; ${percent(answer.leastMoved)} is above the limit`, value: percent(answer.moved) },
  ]
  if (!answer.reached) return [...rows, { what: `${what}: the limit is not met`, value: answer.because! }]
  const least = leastKnown(spec)
  if (least !== null)
    rows.push({ what: `${what}: moved, over the least that longer search finds`, value: answer.moved / least, goal: { most: 1.1 } })
  return rows
}

/** Rings so small that all their settings can be tried. */
const PROVED: [string, RingSpec, (count: number) => number][] = [
  ...[
    [40, 160, 160],
    [100, 160, 130],
    [160, 160, 90],
  ].map((points): [string, RingSpec, (count: number) => number] => [
    `ketama ${points.join('/')}`,
    { algorithm: 'ketama', nodes: nodes(3, (i) => ({ points: points[i] })) },
    (count) => (count < 100 ? 140 : 60),
  ]),
  ['haproxy-consistent of five', { algorithm: 'haproxy-consistent', nodes: nodes(5, (i) => ({ weight: 8 + ((i * 7) % 5) })) }, () => 6],
  ['nginx-consistent of five', { algorithm: 'nginx-consistent', nodes: nodes(5, (i) => ({ weight: 8 + ((i * 7) % 5) })) }, () => 4],
]

/** How even, how fast, and how near to the least moves. */
export function solverRows(): Row[] {
  const proved = PROVED.map(([name, spec, reach]): Row => {
    const { answer } = answerOf(spec)
    const moved = answer.is === 'solved' ? answer.moved : Number.NaN
    return { what: `solver, ${name}: moved, over the best of every setting`, value: moved / leastOfAll(spec, reach), goal: { most: 1.1 } }
  })
  return [...proved, ...[5, 50, 300].flatMap((count) => rings(count).flatMap(([name, spec]) => rowsOf(name, spec)))]
}
