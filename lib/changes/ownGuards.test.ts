import { expect, test } from 'vitest'
import { load } from '../../test/series.ts'
import { emptyTopology, type TargetAbilities, type TargetFacts } from '../model/topology.ts'
import { ownGuards } from './ownGuards.ts'

const target = (name: string, can: TargetAbilities): TargetFacts => ({ name, kind: 'x', can, role: 'cache', state: 'up', capabilities: [] })
const topology = {
  ...emptyTopology(),
  targets: [
    target('slabs', { memory: { setting: 'limit_maxbytes', unitBytes: 1, leastBytes: 1 } }),
    target('lru', {
      memory: { setting: 'config/maxmemory', unitBytes: 1, leastBytes: 1 },
      eviction: { policy: 'config/maxmemory-policy', samples: 'config/maxmemory-samples' },
    }),
  ],
}
const reads = (name: string, hits: number) => ({
  [`cache_hits_total{target=${name}}`]: `0+${hits}x60`,
  [`cache_misses_total{target=${name}}`]: `0+${100 - hits}x60`,
})
const guards = (of: string, name: string, series = { ...reads('slabs', 80), ...reads('lru', 60) }) =>
  ownGuards([{ setting: { target: of, name }, after: '1' }], topology, load(1_000, series))

test.each([
  ['slabs', 'limit_maxbytes', 0.4],
  ['lru', 'config/maxmemory', 0.3],
  ['lru', 'config/maxmemory-policy', 0.3],
])('%s %s: the change goes back when the cache hits less than half of what it did', (of, name, limit) =>
  expect(guards(of, name)).toEqual([
    {
      metric: 'cache_hit_ratio',
      where: { target: of },
      unit: 'ratio',
      op: '<',
      limit: expect.closeTo(limit, 5),
      forMs: 20_000,
      why: 'the cache hits less than half of what it did before',
    },
  ]),
)

test('other settings of a cache, and a cache that nobody reads, have none', () => {
  expect(guards('lru', 'config/hz')).toEqual([])
  expect(guards('lru', 'config/maxmemory', reads('slabs', 80) as never)).toEqual([])
})
