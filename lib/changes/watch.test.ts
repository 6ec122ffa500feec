import { expect, test } from 'vitest'
import { FROM, load } from '../../test/series.ts'
import type { Change } from '../model/change.ts'
import type { Fleet } from '../model/fleet.ts'
import { emptyTopology } from '../model/topology.ts'
import { judgeWatch } from './watch.ts'

/** So long after its rule of eviction was changed, a cache that was predicted to hit 60 % instead of 50 %, and does. */
function judged(seconds: number, policy: string) {
  const change = {
    steps: [{ setting: { target: 'a', name: 'config/maxmemory-policy' }, before: 'noeviction', after: policy }],
    prediction: { metric: 'cache_hit_ratio', where: { target: 'a' }, unit: 'ratio', before: 0.5, after: 0.6, low: 0.58, high: 0.62 },
    guards: [],
    watchFrom: FROM,
    watchUntil: FROM + 115_000,
  } as unknown as Change
  const lines = { 'cache_hits_total{target=a}': `0+600x${seconds}`, 'cache_misses_total{target=a}': `0+400x${seconds}` }
  const window = load(1_000, lines, { records: [{ kind: 'fact', target: 'a', id: 'config/maxmemory-policy', at: FROM, value: policy }] })
  const fleet = { window: () => window, topology: emptyTopology } as unknown as Fleet
  return judgeWatch({ change, job: null, fleet, breached: new Map(), drifted: [], now: window.to } as never, {
    guardMs: 10_000,
    measureMs: 20_000,
    beforeMs: 60_000,
  }).decision
}

test('what an LFU hits is judged over a whole minute, what others hit over the time that is configured', () => {
  expect(judged(30, 'allkeys-lru')).toMatchObject({ is: 'keep', verdict: 'improved' })
  expect(judged(50, 'allkeys-lfu')).toEqual({ is: 'wait' })
  expect(judged(70, 'allkeys-lfu')).toMatchObject({ is: 'keep', verdict: 'improved' })
})
