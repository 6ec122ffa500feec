import { expect, test } from 'vitest'
import { curve } from '../../../test/curves.ts'
import { FROM, judge, load } from '../../../test/series.ts'
import type { CurveRecord } from '../../model/record.ts'
import type { Role } from '../../model/topology.ts'
import { evictionPolicy } from './eviction-policy.ts'

const rules = (points: Parameters<typeof curve>[0], more: Partial<CurveRecord> = {}) =>
  curve(points, { id: 'policy', varies: 'policy', ...more })
const said = (record: CurveRecord | null, { role = 'cache' as Role, live = 'allkeys-lru' } = {}) =>
  judge(
    evictionPolicy,
    load(1_000, { 'cache_items{target=a}': '5x60' }, {
      records: [...(record ? [record] : []), { kind: 'fact', target: 'a', id: 'config/maxmemory-policy', at: FROM, value: live }],
    }), // biome-ignore format: one line
    { targets: [{ name: 'a', kind: 'redis', role, state: 'up', capabilities: [] }] },
  )
const LFU = { policy: 'allkeys-lfu', hitRatio: 0.66 }

test('a rule that would hit clearly more is found, with both ratios', () =>
  expect(said(rules([{ hitRatio: 0.6 }, { samples: 10, hitRatio: 0.605 }, LFU, { ...LFU, samples: 10, hitRatio: 0.664 }]))).toMatchObject([
    {
      subject: { target: 'a' },
      is: 'found',
      severity: 'info',
      summary: 'a would hit 6.0 % more of its reads with allkeys-lfu of 5 samples instead of allkeys-lru of 5 samples'.replace(
        ' %',
        '\u00a0%',
      ),
      evidence: [
        { value: 0.6, baseline: 0.66 },
        { value: 0.66, low: 0.65, high: 0.67 },
      ],
    },
  ]))
test.each([
  ['less than two points', [{ ...LFU, hitRatio: 0.615 }]],
  ['another rule that hits less', [{ ...LFU, hitRatio: 0.5 }]],
  ['one that was still learning', [{ ...LFU, filled: false }]],
  ['a band that reaches down to what it hits now', [{ ...LFU, hitRatio: 0.64, low: 0.6 }]],
])('%s is clear', (_what, points) => expect(said(rules([{ hitRatio: 0.6 }, ...points]))).toMatchObject([{ is: 'clear' }]))
test('too little, too old, or of another rule than is set now: unjudged', () => {
  const because = (record: CurveRecord, live?: string) => said(record, { ...(live && { live }) })[0]
  expect(because(rules([{ hitRatio: 0.6 }, LFU], { spanMs: 120_000 }))).toMatchObject({
    because: 'its references reach back 4 min; 10 needed',
  })
  expect(because(rules([{ hitRatio: 0.6 }, LFU], { at: FROM - 3_600_000 }))).toMatchObject({ because: 'its curve is 61 min old' })
  expect(because(rules([{ hitRatio: 0.6 }, LFU]), 'allkeys-lfu')).toMatchObject({ because: expect.stringMatching(/was changed since/) })
})
test('without a curve, or of a store, nothing is said', () => {
  expect(said(null)).toEqual([])
  expect(said(rules([{ hitRatio: 0.6 }, LFU]), { role: 'store' })).toEqual([])
})
