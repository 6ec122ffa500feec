import { expect, test } from 'vitest'
import type { RingSpec } from '../model/ring.ts'
import { compareRings, maxOverMean } from './compare.ts'
import { arcPath, arcsOf } from './drawing.ts'
import { locate } from './placement.ts'

const spec = (points: number[]): RingSpec => ({
  algorithm: 'ketama',
  nodes: points.map((count, i) => ({ name: `n${i}`, address: `10.0.0.${i}:1`, points: count })),
})
const seen = (shares: number[]) => Object.fromEntries(shares.map((share, i) => [`n${i}`, share]))

test('nothing changed moves nothing', () => {
  const same = compareRings(spec([160, 160]), spec([160, 160]), { seen: seen([0.6, 0.4]) })
  expect(same).toMatchObject({ moved: 0, movedReads: 0 })
  expect(same.seenAfter).toEqual(
    new Map([
      ['n0', 0.6],
      ['n1', 0.4],
    ]),
  )
})

test('reads follow the keys, each node as hot as it is', () => {
  const answer = compareRings(spec([40, 160, 160]), spec([160, 160, 160]), { seen: seen([0.12, 0.44, 0.44]) })
  expect(answer.moved).toBeGreaterThan(0.1)
  expect([...answer.seenAfter!.values()].reduce((a, b) => a + b, 0)).toBeCloseTo(1)
  expect(answer.imbalanceAfter).toBeLessThan(answer.imbalanceBefore)
})

test('while nothing is seen there is no word on reads', () => {
  expect(compareRings(spec([40, 160]), spec([160, 160]), { seen: null })).toMatchObject({ seenAfter: null, movedReads: null })
})

test('a node taken out leaves its keys to the others', () => {
  const three = spec([160, 160, 160])
  const answer = compareRings(three, { ...three, nodes: three.nodes.slice(0, 2) }, { seen: seen([0.3, 0.3, 0.4]) })
  expect(answer.seenAfter!.has('n2')).toBe(false)
  expect(answer.seenAfter!.get('n0')! + answer.seenAfter!.get('n1')!).toBeCloseTo(1)
})

test('a node that is out lowers no mean, but where its program leaves its keys with it', () => {
  const three = (algorithm: RingSpec['algorithm']): RingSpec => ({
    algorithm,
    nodes: spec([1, 1, 1]).nodes.map(({ name, address }, i) => ({ name, address, ...(i === 0 && { state: 'down' }) })),
  })
  const same = (ring: RingSpec) => compareRings(ring, ring, { seen: null })
  const kept = same(three('predis'))
  expect(kept.imbalanceOwnedBefore).toBeCloseTo(3 * Math.max(...kept.ownedBefore.values()), 6)
  const left = same(three('dalli'))
  expect(left.imbalanceOwnedBefore).toBeCloseTo(2 * Math.max(...left.ownedBefore.values()), 6)
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

test('a known hot key goes with its own reads, the rest of its node with the arcs', () => {
  const before = spec([160, 160])
  const after = spec([1, 160])
  const owner = locate(before)
  const key = Array.from({ length: 100 }, (_, i) => `k${i}`).find((one) => owner(one) === 'n0' && locate(after)(one) === 'n1')!
  const answer = compareRings(before, after, { seen: { n0: 0.7, n1: 0.3 }, hot: [{ key, weight: 0.4 }] })
  expect(answer.movedHot).toEqual([{ key, from: 'n0', to: 'n1', weight: 0.4 }])
  expect(answer.movedReads).toBeGreaterThan(0.69 * 0.9)
  expect(answer.seenAfter!.get('n0')! + answer.seenAfter!.get('n1')!).toBeCloseTo(1)
})

test('a node that is out lowers no mean, and names from the prototype are names', () => {
  const out: RingSpec = { algorithm: 'envoy-maglev', nodes: [{ name: '__proto__' }, { name: 'constructor' }, { name: 'c', state: 'down' }] }
  const answer = compareRings(out, { ...out, nodes: out.nodes.slice(1) }, { seen: null })
  expect(answer.imbalanceBefore).toBeCloseTo(1, 2)
  expect(answer.ownedAfter.get('constructor')).toBe(1)
  expect(answer.ownedAfter.has('__proto__')).toBe(false)
})
