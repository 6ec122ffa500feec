import { describe, expect, it } from 'vitest'
import type { RingSpec } from '../model/ring.ts'
import { withOneMore, withoutLast } from './consistentForm.ts'
import { evaluateSpecs } from './evaluate.ts'
import { movedShare } from './placement.ts'

const weighted: RingSpec = {
  algorithm: 'haproxy-consistent',
  nodes: [
    { name: 'a', weight: 100 },
    { name: 'b', weight: 100 },
    { name: 'c', weight: 100 },
    { name: 'd', weight: 100, state: 'down' },
  ],
}

describe('the edits that a fleet goes through', () => {
  it('add a server that is as heavy as the last one that serves: one of weight 1 among hundreds moves nothing', () => {
    expect(withOneMore(weighted).nodes.at(-1)).toMatchObject({ weight: 100 })
    expect(movedShare(weighted, withOneMore(weighted))).toBeGreaterThan(0.15)
  })
  it('take out the last server that serves: one that is down owns no keys', () => {
    expect(withoutLast(weighted).nodes.map(({ name }) => name)).toEqual(['a', 'b', 'd'])
    expect(movedShare(weighted, withoutLast(weighted))).toBeGreaterThan(0.25)
  })
  it('give the new server an id that no other has', () => {
    const ids: RingSpec = {
      algorithm: 'haproxy-consistent',
      nodes: [
        { name: 'a', id: 3 },
        { name: 'b', id: 1 },
      ],
    }
    expect(withOneMore(ids).nodes.at(-1)).toMatchObject({ id: 4 })
  })
})

describe('the share that moves', () => {
  const nodes = ['a', 'b', 'c', 'd'].map((name) => ({ name: `10.0.0.1${name}:11211`, weight: 2 }))
  it.each([
    ['a circle', { algorithm: 'haproxy-consistent', nodes }],
    ['a table', { algorithm: 'haproxy-map', nodes }],
    ['a remainder', { algorithm: 'modulo', nodes }],
    ['rendezvous', { algorithm: 'rendezvous', nodes, options: { client: 'go-redis' } }],
  ] as const)('is the sum of the moves: %s', (_, { algorithm, nodes, ...rest }) => {
    const ring = { algorithm, nodes: [...nodes], ...rest } as RingSpec
    for (const after of [withOneMore(ring), withoutLast(ring), weighted, { ...ring, nodes: [...nodes].reverse() }]) {
      expect(movedShare(ring, after)).toBeCloseTo(evaluateSpecs(ring, after).moved!, 9)
      expect(movedShare(after, ring)).toBeCloseTo(evaluateSpecs(after, ring).moved!, 9)
    }
  })
})
