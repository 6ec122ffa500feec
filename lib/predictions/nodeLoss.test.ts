import { describe, expect, it } from 'vitest'
import type { RingSpec } from '../model/ring.ts'
import { evaluate } from '../rings/evaluate.ts'
import { nodeLoss, worstLoss } from './nodeLoss.ts'

const exactly = (value: number) => ({ value, low: value * 0.9, high: value * 1.1 })
const even = (reads: number, hits: number) => () => ({ reads: exactly(reads), hits: exactly(hits) })
const nodes = ['cache-a', 'cache-b', 'cache-c'].map((name) => ({ name, address: `${name}:6379` }))
const ketama: RingSpec = { algorithm: 'ketama', nodes: nodes.map((node) => ({ ...node, points: 160 })) }

describe('the death of a node', () => {
  it('moves exactly its own keys in a consistent ring, as the ring lab counts them', () => {
    const loss = nodeLoss(ketama, 'cache-b', even(100, 80))
    const lab = evaluate({ before: ketama, after: { ...ketama, nodes: ketama.nodes.filter(({ name }) => name !== 'cache-b') } })
    expect(loss.owned).toBeCloseTo(lab.before.shares['cache-b']!, 9)
    expect(loss.moved).toBeCloseTo(lab.moved!, 9)
    expect(loss.needless).toBe(0)
    expect(loss.takenOver).toBe(true)
    expect(loss.heirs.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(loss.owned, 9)
    expect(loss.heirs.reduce((sum, { reads }) => sum + reads!, 0)).toBeCloseTo(100, 6)
  })

  it('sends the origin the hits of that node, with their interval', () => {
    expect(nodeLoss(ketama, 'cache-a', even(100, 80)).extra).toEqual(exactly(80))
  })

  it('counts the hits of living nodes whose keys move needlessly: two thirds of all keys by modulo', () => {
    const loss = nodeLoss({ algorithm: 'twemproxy-modula', nodes }, 'cache-c', even(100, 90))
    expect(loss.moved).toBeGreaterThan(0.6)
    expect(loss.needless).toBeGreaterThan(0.3)
    // 90 of its own, and of each of the others half: its keys are spread anew over two nodes.
    expect(loss.extra!.value).toBeCloseTo(90 + 90 * 3 * loss.needless, 0)
  })

  it('knows that nobody takes over the slots of a cluster, so that all its hits stay lost', () => {
    const cluster: RingSpec = {
      algorithm: 'redis-cluster',
      nodes: [
        { name: 'a', slots: [[0, 8191]] },
        { name: 'b', slots: [[8192, 16383]] },
      ],
    }
    const loss = nodeLoss(cluster, 'a', even(50, 40))
    expect(loss).toMatchObject({ owned: 0.5, moved: 0, takenOver: false, heirs: [] })
    expect(loss.extra).toEqual(exactly(40))
  })

  it('says what is missing instead of a number', () => {
    const loss = nodeLoss(ketama, 'cache-a', (name) => (name === 'cache-a' ? { reads: null, hits: null } : even(1, 1)()))
    expect(loss.extra).toBeNull()
    expect(loss.because).toBe('the hits of cache-a are not known')
  })

  it('finds the one that costs most', () => {
    const losses = ketama.nodes.map(({ name }) => nodeLoss(ketama, name, () => even(100, name === 'cache-b' ? 95 : 60)()))
    expect(worstLoss(losses)?.node).toBe('cache-b')
    expect(worstLoss([])).toBeNull()
  })
})
