import { expect, test } from 'vitest'
import type { RingSpec } from '../model/ring.ts'
import { evaluate } from './evaluate.ts'
import { locate } from './placement.ts'
import { solveRing } from './solver.ts'

const nodes = (values: number[], field: 'points' | 'weight') =>
  values.map((value, i) => ({ name: `n${i}`, address: `10.0.0.${i + 1}:6379`, [field]: value }))
const ketama = (points: number[]): RingSpec => ({ algorithm: 'ketama', nodes: nodes(points, 'points') })

function solved(question: Parameters<typeof solveRing>[0]) {
  const answer = solveRing(question)
  if (answer.is !== 'solved') throw new Error(answer.because)
  const { spec } = question
  const after = { ...spec, nodes: spec.nodes.map((node, i) => ({ ...node, [answer.setting]: answer.nodes[i]!.after })) }
  return { answer, after, whatIf: evaluate({ before: spec, after }) }
}
const maxOverMean = (shares: Record<string, number>) => Math.max(...Object.values(shares)) * Object.keys(shares).length

test('a node with too few points gets more, and what is said is what the rings do', () => {
  const { answer, whatIf } = solved({ spec: ketama([40, 160, 160]) })
  expect(answer.imbalance.before).toBeGreaterThan(1.25)
  expect(answer.reached).toBe(true)
  expect(maxOverMean(whatIf.after!.shares)).toBeLessThan(1.0501)
  expect(answer.shares).toEqual(
    Object.fromEntries(Object.entries(whatIf.after!.shares).map(([name, share]) => [name, expect.closeTo(share, 6)])),
  )
  expect(answer.moved).toBeCloseTo(whatIf.moved!, 6)
  expect(answer.moved).toBeLessThan(answer.leastMoved * 1.2)
})

test('the traffic that is seen counts, not the ring alone', () => {
  const spec = ketama([160, 160, 160, 160])
  const seen = { n0: 0.4, n1: 0.2, n2: 0.2, n3: 0.2 }
  const { answer, whatIf } = solved({ spec, seen })
  expect(answer.imbalance.before).toBeCloseTo(1.6, 9)
  expect(answer.imbalance.after).toBeLessThan(1.0501)
  expect(whatIf.after!.shares.n0).toBeLessThan(whatIf.before.shares.n0! * 0.75)
})

test('keys with weights: the keys themselves are spread', () => {
  const spec = ketama([160, 160, 160])
  const keys = Array.from({ length: 3_000 }, (_, i) => ({ key: `k${i}`, weight: 1 / 3_000 }))
  const { answer, after } = solved({ spec, keys, limit: 1.03 })
  const owner = locate(after)
  const counts: Record<string, number> = {}
  for (const { key, weight } of keys) counts[owner(key)!] = (counts[owner(key)!] ?? 0) + weight
  expect(maxOverMean(counts)).toBeLessThan(1.0301)
  expect(answer.shares.n0).toBeCloseTo(counts.n0!, 6)
})

test('one hot key is a floor, said with its number', () => {
  const answer = solveRing({ spec: ketama([160, 160, 160]), keys: [{ key: 'hot', weight: 0.5 }] })
  expect(answer).toMatchObject({ is: 'floor', floor: 1.5, because: expect.stringContaining('50.0 %') })
})

test('bounds and whole weights are kept to', () => {
  const spec: RingSpec = { algorithm: 'haproxy-consistent', nodes: nodes([10, 20, 30], 'weight') }
  const { answer } = solved({ spec, bounds: { min: 12, max: 25 } })
  for (const { after } of answer.nodes) expect(Number.isInteger(after) && after >= 10 && after <= 30).toBe(true)
  expect(answer.imbalance.after).toBeLessThan(answer.imbalance.before)
})

test.each([
  'nginx-consistent',
  'nginx-hash',
  'haproxy-consistent',
  'twemproxy-ketama',
  'twemproxy-modula',
  'libmemcached',
  'envoy-ring-hash',
  'envoy-maglev',
] as const)('%s: the limit is met, exactly', (algorithm) => {
  const spec: RingSpec = { algorithm, nodes: nodes([10, 15, 20, 10, 15, 20], 'weight') }
  const { answer, whatIf } = solved({ spec, limit: 1.08, budgetMs: 2_000 })
  expect(answer.reached).toBe(true)
  expect(maxOverMean(whatIf.after!.shares)).toBeLessThan(1.0801)
  expect(answer.moved).toBeCloseTo(whatIf.moved!, 6)
})

test('an even ring is left alone', () => {
  const { answer } = solved({ spec: ketama([160, 160, 160]), limit: 1.5 })
  expect(answer.moved).toBe(0)
  expect(answer.nodes.every(({ before, after }) => before === after)).toBe(true)
})

test('one node, or a cluster’s slots, cannot be balanced by a setting', () => {
  expect(solveRing({ spec: ketama([160]) })).toMatchObject({ is: 'floor', floor: 1 })
  expect(
    solveRing({
      spec: {
        algorithm: 'redis-cluster',
        nodes: [
          { name: 'a', slots: [[0, 9999]] },
          { name: 'b', slots: [[10000, 16383]] },
        ],
      },
    }),
  ).toMatchObject({ is: 'floor' })
})

test('where a program leaves their keys with dead nodes, their part counts in the mean', () => {
  const spec: RingSpec = { algorithm: 'predis', nodes: nodes([300, 100, 100], 'weight') }
  const alive = solveRing({ spec })
  const imbalance = alive.is === 'floor' ? alive.floor : alive.imbalance.before
  expect(imbalance).toBeGreaterThan(1.5)
  for (const dead of [1, 2, 3]) {
    const down = { ...spec, nodes: spec.nodes.map((node, i) => (i < dead ? { ...node, state: 'down' as const } : node)) } as RingSpec
    const answer = solveRing({ spec: down })
    expect(answer.is === 'floor' ? answer.floor : answer.imbalance.before).toBeCloseTo(imbalance, 6)
  }
})

test.each(['envoy-maglev', 'nginx-hash'] as const)('%s with weights in billions is answered', (algorithm) => {
  const answer = solveRing({ spec: { algorithm, nodes: nodes([2e9, 1e9, 1e9], 'weight') } })
  if (algorithm === 'nginx-hash') expect(answer).toMatchObject({ is: 'floor', because: expect.stringContaining('smaller numbers') })
  else expect(answer).toMatchObject({ is: 'solved', reached: true })
})
