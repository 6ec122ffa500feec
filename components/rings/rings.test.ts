import { expect, test } from 'vitest'
import type { RingSpec } from '@/lib/model/ring.ts'
import { arcPath, arcsOf } from './circle.ts'
import { maxOverMean, stepsOf, whatIf } from './whatif.ts'

const spec = (points: number[]): RingSpec => ({
  algorithm: 'ketama',
  nodes: points.map((count, i) => ({ name: `n${i}`, address: `10.0.0.${i}:1`, points: count })),
})
const ring = (points: number[], seen: (number | null)[]) => ({
  name: 'r',
  spec: spec(points),
  control: { target: 'c', key: 'k' },
  readsPerSecond: 1_000,
  hitRatio: 0.9,
  nodes: points.map((count, i) => ({ name: `n${i}`, address: '', points: count, weight: null, shareOwned: 0, shareSeen: seen[i] ?? null })),
})

test('nothing changed moves nothing', () => {
  const one = ring([160, 160], [0.6, 0.4])
  expect(whatIf(one, one.spec)).toMatchObject({ moved: 0, movedReads: 0, coldPerSecond: 0, seenAfter: { n0: 0.6, n1: 0.4 } })
})

test('reads follow the keys, each node as hot as it is', () => {
  const one = ring([40, 160, 160], [0.12, 0.44, 0.44])
  const answer = whatIf(one, spec([160, 160, 160]))
  expect(answer.moved).toBeGreaterThan(0.1)
  expect(Object.values(answer.seenAfter!).reduce((a, b) => a + b, 0)).toBeCloseTo(1)
  expect(answer.imbalanceAfter).toBeLessThan(answer.imbalanceBefore)
  expect(answer.coldPerSecond).toBeCloseTo(answer.movedReads! * 900)
})

test('while nothing is seen there is no word on reads', () => {
  expect(whatIf(ring([40, 160], [null, null]), spec([160, 160]))).toMatchObject({ seenAfter: null, movedReads: null, coldPerSecond: null })
})

test('a node taken out leaves its keys to the others', () => {
  const one = ring([160, 160, 160], [0.3, 0.3, 0.4])
  const answer = whatIf(one, { ...one.spec, nodes: one.spec.nodes.slice(0, 2) })
  expect(answer.seenAfter).not.toHaveProperty('n2')
  expect(answer.seenAfter!.n0! + answer.seenAfter!.n1!).toBeCloseTo(1)
})

test('only points of known nodes become a change', () => {
  const one = ring([40, 160], [0.2, 0.8])
  expect(stepsOf(one, spec([120, 160]))).toEqual({ steps: [{ setting: { target: 'ring:r', name: 'r/n0/points' }, after: '120' }] })
  expect(stepsOf(one, one.spec)).toHaveProperty('because')
  expect(stepsOf(one, spec([40, 160, 160]))).toHaveProperty('because')
  expect(stepsOf({ ...one, control: null }, spec([1, 2]))).toHaveProperty('because')
})

test('arcs go round once', () => {
  const { arcs, kind } = arcsOf(spec([40, 160]))
  expect(kind).toBe('circle')
  expect(arcs[0]!.from).toBe(0)
  expect(arcs.at(-1)!.to).toBeCloseTo(1)
  expect(arcsOf(spec([4000, 4000, 4000])).arcs.length).toBeLessThanOrEqual(1440)
  expect(arcsOf({ algorithm: 'envoy-maglev', nodes: [{ name: 'a' }, { name: 'b' }] })).toMatchObject({
    kind: 'table',
    arcs: [{ owner: 0 }, { owner: 1 }],
  })
  expect(arcPath([{ owner: 0, from: 0, to: 0.25 }], 1, 2)).toBe('M0.00 -2.00A2 2 0 0 1 2.00 0.00L1.00 0.00A1 1 0 0 0 0.00 -1.00Z')
  expect(arcPath([{ owner: 0, from: 0, to: 1 }], 1, 2).match(/M/g)).toHaveLength(2)
})

test('max over mean', () => {
  expect(maxOverMean([0.5, 0.25, 0.25])).toBeCloseTo(1.5)
  expect(maxOverMean([])).toBe(1)
})
