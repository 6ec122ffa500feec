import { describe, expect, test } from 'vitest'
import { FROM, load } from '../../test/series.ts'
import type { Finding } from '../model/finding.ts'
import type { HotKey } from '../model/record.ts'
import { emptyTopology } from '../model/topology.ts'
import { hotKeyAdvice } from './hot-key.ts'
import { copiesFor, type HotKeyPlace, hotKeyRemedies } from './hotKeyRemedies.ts'

const alone: HotKeyPlace = { nodes: 1, of: null, replicas: 0, connections: 20 }
const off = (place: Partial<HotKeyPlace>, perSecond: number | null = 1_000) =>
  Object.fromEntries(hotKeyRemedies({ perSecond }, { ...alone, ...place }).map(({ id, off }) => [id, off]))

describe('what takes load off the node of a hot key', () => {
  test('alone: only a local copy', () =>
    expect(off({})).toEqual({ 'local-cache': { low: 980, high: 999 }, split: null, 'replica-reads': null, 'own-node': null }))
  test('in a ring of four: a part to each, or all of it', () => {
    const found = off({ of: 'ring', nodes: 4 })
    expect(found.split).toEqual({ low: 500, high: 1_000 })
    expect(found['own-node']).toEqual({ low: 1_000, high: 1_000 })
  })
  test('with two replicas two thirds', () => expect(off({ replicas: 2 })['replica-reads']!.low).toBeCloseTo(666.7, 0))
  test('what is not known has no number, and never less than nothing is taken', () => {
    expect(off({ connections: null, replicas: null })).toMatchObject({ 'local-cache': null, 'replica-reads': null })
    expect(off({ connections: 5_000 }, 10)['local-cache']).toEqual({ low: 0, high: 9 })
  })
  test('a rate that is not known has no number, and is not taken for zero', () => {
    const ring = { ...alone, of: 'ring' as const, nodes: 4, replicas: 2 }
    const found = hotKeyRemedies({ perSecond: null }, ring)
    expect(found.map(({ off }) => off)).toEqual([null, null, null, null])
    expect(found.every(({ because }) => /not known/.test(because) && !/\b0\b/.test(because))).toBe(true)
    expect(hotKeyRemedies({ perSecond: null }, alone).at(-1)!.because).toMatch('stands alone')
  })
  test('never more copies than are worth their writes', () => expect([1, 3, 400].map(copiesFor)).toEqual([2, 3, 8]))
})

test('the finding says so, with the measured rate', () => {
  const record: HotKey = {
    kind: 'hot-key',
    target: 'a',
    id: 'viral',
    key: 'viral',
    at: FROM + 9_000,
    share: 0.3,
    low: 0.28,
    high: 0.32,
    perSecond: 500,
    method: 'monitor',
    lines: 3_000,
    hot: true,
  }
  const window = load(1_000, { 'cache_connections{target=a}': '8x10', 'redis_connected_slaves{target=a}': '1x10' }, { records: [record] })
  const said = hotKeyAdvice.propose({ subject: { target: 'a', key: 'viral' } } as unknown as Finding, window, emptyTopology())
  const { none } = said as { none: string }
  expect(none).toMatch(/A copy in each application for 1 s \(takes 492 to 499\/s off\)/)
  expect(none).toMatch(/Reads from replicas \(takes 250 to 500\/s off\)/)
  expect(hotKeyAdvice.propose({ subject: { target: 'b', key: 'x' } } as unknown as Finding, window, emptyTopology())).toBeNull()
})
