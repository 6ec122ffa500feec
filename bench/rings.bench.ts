import type { RingSpec } from '../lib/model/ring.ts'
import { evaluateSpecs } from '../lib/rings/evaluate.ts'
import { locate } from '../lib/rings/placement.ts'
import { exactness } from './ringExactness.ts'
import { solverRows } from './ringSolver.ts'
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

export const bench: Bench = {
  name: 'rings',
  title: 'hash rings: exactness, what-ifs, look-ups and the solver',
  async run() {
    const [fifty, three] = [ketama(50), ketama(300)]
    const rows: Row[] = [
      ...(await exactness()),
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
    rows.push(...solverRows())
    return rows
  },
}
