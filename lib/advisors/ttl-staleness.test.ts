import { expect, test } from 'vitest'
import { curve } from '../../test/curves.ts'
import { load } from '../../test/series.ts'
import { stalenessOf } from '../../test/staleness.ts'
import type { Finding } from '../model/finding.ts'
import type { Draft } from '../model/proposal.ts'
import type { CurveRecord } from '../model/record.ts'
import type { StalenessRecord } from '../model/staleness.ts'
import { emptyTopology, type TtlPolicy } from '../model/topology.ts'
import { ttlStaleness } from './ttl-staleness.ts'

const finding = {
  id: 'f',
  rule: 'cache/stale-after-write',
  subject: { target: 'a', pattern: 'product:*' },
  evidence: [],
} as unknown as Finding
const policy: TtlPolicy = { name: 'products', match: 'product:*', ttlMs: 300_000, jitter: 0.1, version: 1, control: { target: 'a', key: 'k' }, followers: [] } // biome-ignore format: one line
const lives = (...points: [ttlMs: number, hitRatio: number][]) =>
  curve(points.map(([ttlMs, hitRatio]) => ({ ttlMs, hitRatio })) as never, { id: 'ttl/products', varies: 'ttl', ttl: 'products' })
const LIVES = lives([300_000, 0.9], [150_000, 0.85], [75_000, 0.8], [30_000, 0.6])

function propose(record: StalenessRecord | null = stalenessOf(), curves: CurveRecord[] = [LIVES], ttls = [policy], share?: number) {
  const window = load(
    1_000,
    { 'cache_hits_total{target=a}': '0+90x120', 'cache_misses_total{target=a}': '0+10x120', 'cache_items{target=a}': '5x120' },
    { records: [...(record ? [record] : []), ...curves] },
  )
  return ttlStaleness.propose(finding, window, { ...emptyTopology(), ttls }, () => (share === undefined ? undefined : ({ share } as never)))
}

test('the longest TTL that leaves few enough reads old, with what it costs in hits', () => {
  const draft = propose() as Draft
  // Six changes an hour: in 150 s one of eight lives holds one, and reads are spread over the life.
  expect(draft.steps).toEqual([{ setting: { target: 'ttl:products', name: 'products/ttl' }, before: '5m', after: '75s' }])
  expect(draft.predict).toMatchObject({ metric: 'cache_hit_ratio', holds: true, before: 0.9 })
  expect((draft.predict as { after: number }).after).toBeCloseTo(0.8, 2)
  expect(draft.because).toMatch(/instead of 20\.0.% get an old|get an old value instead of 20\.0/)
  expect(draft.because).toMatch(/delete the key where its value is written/)
  expect((propose(undefined, undefined, undefined, 0.15) as Draft).steps[0].after).toBe('150s')
})
test('where none is short enough, the shortest that was tried', () =>
  expect((propose(stalenessOf({ share: 0.9, low: 0.8, high: 1, changesPerKeyHour: 400 })) as Draft).steps[0].after).toBe('30s'))
test.each([
  ['without a policy', [LIVES], [], /about 2.min.18.s would leave 10\.0.% of the reads old\. No TTL policy covers/],
  ['without a curve', [], [policy], /is not known yet/],
  ['of a policy that was changed since', [lives([60_000, 0.9])], [policy], /is not known yet/],
] as const)('%s it is said what to do', (_what, curves, ttls, words) =>
  expect(propose(stalenessOf(), [...curves], [...ttls])).toEqual({ none: expect.stringMatching(words) }),
)
test('nothing without a judgement', () => {
  expect(propose(null)).toBeNull()
  expect(propose({ ...stalenessOf(), found: { reads: 1, because: 'too few' } })).toBeNull()
})
