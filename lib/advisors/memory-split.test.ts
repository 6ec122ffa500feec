import { expect, test } from 'vitest'
import { curve } from '../../test/curves.ts'
import { load } from '../../test/series.ts'
import type { Finding } from '../model/finding.ts'
import { emptyTopology, type TargetFacts } from '../model/topology.ts'
import { memorySplit } from './memory-split.ts'

const MIB = 1_048_576
const finding = { id: 'f', rule: 'ring/memory-split', subject: { ring: 'products' } } as unknown as Finding
const of = (target: string, [less, now, more]: [number, number, number]) =>
  curve([{ hitRatio: now }, { bytes: 60 * MIB, hitRatio: less }, { bytes: 140 * MIB, hitRatio: more, warmUpMs: 90_000 }], { target })
const facts = (name: string, more: Partial<TargetFacts> = {}): TargetFacts => ({
  name,
  kind: 'redis',
  can: { memory: { setting: 'config/maxmemory', unitBytes: 1, leastBytes: 1 } },
  role: 'cache',
  state: 'up',
  capabilities: [],
  ...more,
})
/** `a` hits 80 of 100 reads a second, `b` 150 of 300. */
const propose = (b: [number, number, number], targets = [facts('a'), facts('b')], about: Finding = finding) =>
  memorySplit.propose(
    about,
    load(
      1_000,
      {
        'ring_hits_total{ring=products}': '0+230x120',
        'ring_misses_total{ring=products}': '0+170x120',
        'cluster_hits_total{cluster=c1}': '0+230x120',
        'cluster_misses_total{cluster=c1}': '0+170x120',
        'cache_hits_total{target=a}': '0+80x120',
        'cache_misses_total{target=a}': '0+20x120',
        'cache_hits_total{target=b}': '0+150x120',
        'cache_misses_total{target=b}': '0+150x120',
        'cache_memory_max_bytes{target=spare}': `${100 * MIB}x120`,
      },
      { records: [of('a', [0.89, 0.9, 0.9]), of('b', b)] },
    ),
    {
      ...emptyTopology(),
      targets,
      rings: [
        {
          name: 'products',
          spec: { algorithm: 'ketama', nodes: [] },
          version: 1,
          control: { target: 'a', key: 'k' },
          nodes: ['a', 'b'].map((target) => ({ name: target, target, address: `${target}:1` })),
          followers: [],
        },
      ],
    },
  )
const step = (target: string, before: number, after: number) => ({
  setting: { target, name: 'config/maxmemory' },
  before: String(before * MIB),
  after: String(after * MIB),
})

test('the cache that loses least gives to the one that wins most, and gives first; the whole ring is predicted', () =>
  expect(propose([0.5, 0.6, 0.68])).toMatchObject({
    steps: [step('a', 100, 60), step('b', 100, 140)],
    predict: {
      metric: 'ring_hit_ratio',
      where: { ring: 'products' },
      before: expect.closeTo(0.575, 5),
      // A quarter of the reads lose a point, three quarters win eight.
      after: expect.closeTo(0.575 - 0.0025 + 0.06, 5),
      low: expect.closeTo(0.575 + 0.0575 - 0.01, 5),
      high: expect.closeTo(0.575 + 0.0575 + 0.01, 5),
      dip: { metric: 'ring_hit_ratio', to: expect.closeTo(0.5725, 5), forMs: 90_000 },
    },
    guards: [
      { metric: 'ring_hit_ratio', where: { ring: 'products' } },
      { where: { target: 'a' }, limit: expect.closeTo(0.76, 5) },
      { where: { target: 'b' }, limit: expect.closeTo(0.48, 5) },
    ],
    because: expect.stringMatching(/23\/s fewer reads of the origin\.$/),
  }))
test('a replica that would have less than its primary gets as much', () => {
  const family = (role: 'primary' | 'replica') => ({ replication: { id: 'r', role } })
  expect(propose([0.5, 0.6, 0.68], [facts('a'), facts('b', family('primary')), facts('spare', family('replica'))])).toMatchObject({
    steps: [step('a', 100, 60), step('b', 100, 140), step('spare', 100, 140)],
  })
})
test('the masters of a Cluster share their memory out alike; the hits of the whole Cluster are predicted, and a replica follows', () => {
  const node = (name: string, slots: number, more: Partial<TargetFacts> = {}) => facts(name, { cluster: { id: 'c1', slots }, ...more })
  const family = (role: 'primary' | 'replica') => ({ replication: { id: 'r', role } })
  const ofCluster = { ...finding, rule: 'cache/memory-split', subject: { target: 'b' } } as unknown as Finding
  const nodes = [node('a', 8_192), node('b', 8_192, family('primary')), node('spare', 0, family('replica'))]
  expect(propose([0.5, 0.6, 0.68], nodes, ofCluster)).toMatchObject({
    steps: [step('a', 100, 60), step('b', 100, 140), step('spare', 100, 140)],
    predict: { metric: 'cluster_hit_ratio', where: { cluster: 'c1' }, before: expect.closeTo(0.575, 5), after: expect.closeTo(0.6325, 5) },
    guards: [{ metric: 'cluster_hit_ratio', where: { cluster: 'c1' } }, { where: { target: 'a' } }, { where: { target: 'b' } }],
    riskBecause: expect.stringContaining('Slots that are moved later'),
  })
  expect(propose([0.6, 0.6, 0.6], nodes, ofCluster)).toEqual({ none: 'Split otherwise, the memory of this cluster would hit no more.' })
  expect(propose([0.5, 0.6, 0.68], [facts('a'), facts('b')], ofCluster)).toBeNull()
})
test('what wins nothing, or cannot be set, is said', () => {
  expect(propose([0.6, 0.6, 0.6])).toMatchObject({ none: expect.stringMatching(/would hit no more/) })
  expect(propose([0.5, 0.6, 0.68], [facts('a'), facts('b', { can: {} })])).toEqual({ none: 'The memory of b cannot be set from here.' })
})
