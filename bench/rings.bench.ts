import type { RingSpec } from '../lib/model/ring.ts'
import type { Circle } from '../lib/rings/arcs.ts'
import { evaluateSpecs, locate, placeRing } from '../lib/rings/evaluate.ts'
import { createState } from '../lib/rings/solver/circleState.ts'
import { circleOf } from '../lib/rings/solver/circles.ts'
import { demandOf } from '../lib/rings/solver/demand.ts'
import { solveRing } from '../lib/rings/solver.ts'
import type { Bench, Row } from './table.ts'

const nodes = (count: number, value: (i: number) => number, field: 'points' | 'weight') =>
  Array.from({ length: count }, (_, i) => ({ name: `10.0.${i >> 8}.${i & 255}:6379`, [field]: value(i) }))

const ketama = (count: number, points: (i: number) => number = () => 160): RingSpec => ({
  algorithm: 'ketama',
  nodes: nodes(count, points, 'points'),
})
const weighted = (algorithm: RingSpec['algorithm'], count = 50): RingSpec => ({
  algorithm,
  nodes: nodes(count, (i) => 8 + (i % 5), 'weight'),
})
const cluster: RingSpec = {
  algorithm: 'redis-cluster',
  nodes: Array.from({ length: 50 }, (_, i) => ({ name: `n${i}`, slots: [[i * 300, i * 300 + 299]] as [number, number][] })),
}

function medianMs(run: () => unknown, times = 15): number {
  run()
  const took = Array.from({ length: times }, () => {
    const began = performance.now()
    run()
    return performance.now() - began
  })
  return took.sort((a, b) => a - b)[times >> 1]!
}

/** Million look-ups a second. */
function lookups(spec: RingSpec): number {
  const owner = locate(spec)
  const keys = Array.from({ length: 50_000 }, (_, i) => `product:${i}:${(i * 2654435761) >>> 0}`)
  for (const key of keys) owner(key)
  const began = performance.now()
  for (let round = 0; round < 4; round++) for (const key of keys) owner(key)
  return (4 * keys.length) / (performance.now() - began) / 1_000
}

function rowsOf(spec: RingSpec): Row[] {
  const after = { ...spec, nodes: spec.nodes.slice(1) }
  return [
    { what: `${spec.algorithm}, 50 nodes: what-if of losing one`, value: medianMs(() => evaluateSpecs(spec, after), 7), unit: 'ms' },
    { what: `${spec.algorithm}, 50 nodes: look-ups`, value: lookups(spec), unit: 'million/s' },
  ]
}

/** The fewest keys that any counts of three nodes would move, by trying all of them. */
function leastOfThree(spec: RingSpec, limit: number): number {
  const demand = demandOf(spec, undefined)
  const { circle } = circleOf({ spec, bounds: {}, demand, allowed: limit / 3 })!
  const state = createState(circle, placeRing(spec).space as Circle, demand, limit / 3)
  const step = (node: number, to: number) => {
    while (state.counts[node] !== to) state.change(node, Math.sign(to - state.counts[node]!))
  }
  const range = [...state.counts].map(
    (count, node) => [Math.max(1, Math.floor(count * 0.6)), Math.min(circle.max[node]!, count + 90)] as const,
  )
  let least = Number.POSITIVE_INFINITY
  let [up, right] = [true, true]
  for (let a = range[0]![0]; a <= range[0]![1]; a++) {
    step(0, a)
    for (let i = 0; i <= range[1]![1] - range[1]![0]; i++) {
      step(1, right ? range[1]![0] + i : range[1]![1] - i)
      for (let j = 0; j <= range[2]![1] - range[2]![0]; j++) {
        step(2, up ? range[2]![0] + j : range[2]![1] - j)
        if (state.excess < 1e-9 && state.moved < least) least = state.moved
      }
      up = !up
    }
    right = !right
  }
  return least
}

function solver(what: string, spec: RingSpec, goal?: number): Row[] {
  const began = performance.now()
  const answer = solveRing({ spec })
  const ms = performance.now() - began
  if (answer.is !== 'solved') throw new Error(answer.because)
  const { before, after } = answer.imbalance
  return [
    { what: `solver, ${what}: time`, value: ms, unit: 'ms', ...(goal ? { goal: { most: goal } } : {}) },
    { what: `solver, ${what}: max over mean, from ${before.toFixed(2)}`, value: after, goal: { most: 1.0501 } },
    { what: `solver, ${what}: traffic moved`, value: 100 * answer.moved, unit: '%' },
    { what: `solver, ${what}: traffic above the limit, moved at the very least`, value: 100 * answer.leastMoved, unit: '%' },
  ]
}

const THREE: [string, RingSpec][] = [
  ['40/160/160', ketama(3, (i) => (i ? 160 : 40))],
  ['100/160/130', ketama(3, (i) => [100, 160, 130][i]!)],
  ['160/160/90', ketama(3, (i) => [160, 160, 90][i]!)],
]

export const bench: Bench = {
  name: 'rings',
  title: 'hash rings: what-ifs, look-ups and the solver',
  async run() {
    const [fifty, three] = [ketama(50), ketama(300)]
    const rows: Row[] = [
      {
        what: 'what-if, 50 nodes of 160 points to 49',
        value: medianMs(() => evaluateSpecs(fifty, ketama(49))),
        unit: 'ms',
        goal: { most: 50 },
      },
      { what: 'what-if, 300 nodes of 160 points to 299', value: medianMs(() => evaluateSpecs(three, ketama(299)), 7), unit: 'ms' },
    ]
    const algorithms = ['haproxy-consistent', 'haproxy-map', 'nginx-consistent', 'nginx-hash', 'twemproxy-ketama', 'twemproxy-modula', 'libmemcached', 'envoy-ring-hash', 'envoy-maglev'] as const // biome-ignore format: a list
    for (const spec of [fifty, ...algorithms.map((algorithm) => weighted(algorithm)), cluster]) rows.push(...rowsOf(spec))
    rows.push(
      ...solver('300 nodes of 160 points', three, 1_000),
      ...solver(
        '300 uneven nodes',
        ketama(300, (i) => 80 + ((i * 37) % 160)),
        1_000,
      ),
    )
    rows.push(...solver('10 nodes of 160 points', ketama(10), 1_000))
    for (const [what, spec] of THREE) {
      const answer = solveRing({ spec })
      const moved = answer.is === 'solved' ? answer.moved : Number.NaN
      rows.push({
        what: `solver, ${what}: moved, over the best of every count`,
        value: moved / leastOfThree(spec, 1.05),
        goal: { most: 1.1 },
      })
    }
    return rows
  },
}
