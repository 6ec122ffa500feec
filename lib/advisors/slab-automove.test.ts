import { expect, test } from 'vitest'
import { FROM, load } from '../../test/series.ts'
import type { Finding } from '../model/finding.ts'
import { emptyTopology, type TargetAbilities } from '../model/topology.ts'
import { slabAutomove } from './slab-automove.ts'

const finding = { id: 'f', rule: 'cache/slab-imbalance', subject: { target: 'a' }, summary: 'a evicts 100/s' } as unknown as Finding
const propose = (facts: Record<string, string>, can: TargetAbilities = { slabs: 'config/slab_automove' }) =>
  slabAutomove.propose(
    finding,
    load(
      1_000,
      { 'cache_hits_total{target=a}': '0+80x60', 'cache_misses_total{target=a}': '0+20x60' },
      { records: Object.entries(facts).map(([id, value]) => ({ kind: 'fact' as const, target: 'a', id, at: FROM, value })) },
    ),
    { ...emptyTopology(), targets: [{ name: 'a', kind: 'memcached', can, role: 'cache', state: 'up', capabilities: [] }] },
  )

test('switches it on where it is off, and watches the hit ratio', () =>
  expect(propose({ 'config/slab_automove': '0', 'config/slab_reassign': 'yes' })).toMatchObject({
    steps: [{ setting: { target: 'a', name: 'config/slab_automove' }, before: '0', after: '1' }],
    guards: [{ metric: 'cache_hit_ratio', op: '<', limit: 0.7 }],
    risk: 'low',
  }))
test('has none where it is on, where no page can be moved, and where there are no slabs', () => {
  expect(propose({ 'config/slab_automove': '1' })).toMatchObject({ none: expect.stringContaining('already') })
  expect(propose({ 'config/slab_automove': '0', 'config/slab_reassign': 'no' })).toMatchObject({
    none: expect.stringContaining('-o slab_reassign'),
  })
  expect(propose({ 'config/slab_automove': '0' }, {})).toMatchObject({ none: expect.any(String) })
})
test('waits while its settings are not read yet', () => expect(propose({})).toBeNull())
