import { expect, test } from 'vitest'
import { curve } from '../../test/curves.ts'
import { load } from '../../test/series.ts'
import { ttlPolicy as policy } from '../../test/ttlPolicy.ts'
import type { Finding } from '../model/finding.ts'
import type { Draft } from '../model/proposal.ts'
import { emptyTopology, type TtlPolicy } from '../model/topology.ts'
import { ttlJitter } from './ttl-jitter.ts'

const finding = {
  id: 'f',
  rule: 'cache/mass-expiry',
  subject: { target: 'a' },
  evidence: [{ value: 0.25, unit: 'ratio' }],
} as unknown as Finding
function propose(policies: TtlPolicy[], pattern: string | undefined = 'product:*') {
  const window = load(
    1000,
    { x: '0x10' },
    {
      records: [
        {
          kind: 'ttl-histogram',
          target: 'a',
          id: 'ttl',
          at: 0,
          bucketMs: 1000,
          buckets: [],
          sampled: 900,
          keys: 20_000,
          ...(pattern ? { pattern } : {}),
        },
      ],
    },
  )
  return ttlJitter.propose(finding, window, { ...emptyTopology(), ttls: policies })
}

test('the policy of those keys gets the least jitter that spreads them', () => {
  expect(propose([policy({ name: 'other', match: 'user:*' }), policy()])).toMatchObject({
    steps: [{ setting: { target: 'ttl:products', name: 'products/jitter' }, before: '0', after: '0.1' }],
    because: expect.stringMatching(/5.?000 keys end within two seconds.*9.min to 11.min/),
    predict: {
      metric: 'cache_expiration_peak_rate',
      unit: 'perSecond',
      before: 2_500,
      // Over two minutes: 41.7 a second, and what chance adds to the fullest of 120 seconds.
      after: expect.closeTo(5_000 / 120 + Math.sqrt(2 * (5_000 / 120) * Math.log(120)), 6),
      low: expect.closeTo(5_000 / 120, 6),
      high: expect.closeTo(1.5 * (5_000 / 120 + Math.sqrt(2 * (5_000 / 120) * Math.log(120))), 6),
      event: { counter: 'cache_expirations_total', least: 4_000, background: 0 },
    },
    risk: 'low',
  })
})
test('before is the fullest second: ahead as it was sampled, or as it was counted when it struck', () => {
  const record = {
    kind: 'ttl-histogram' as const,
    target: 'a',
    id: 'ttl' as const,
    at: 0,
    bucketMs: 1_000,
    sampled: 1_000,
    keys: 20_000,
    pattern: 'product:*',
  }
  const ahead = load(
    1_000,
    { 'cache_expirations_total{target=a}': '0+7x59' },
    {
      records: [
        {
          ...record,
          buckets: [
            [5_000, 200],
            [6_000, 50],
          ],
        },
      ],
    },
  )
  const topology = { ...emptyTopology(), ttls: [policy()] }
  const predicted = (seen: Finding, window: typeof ahead) => (ttlJitter.propose(seen, window, topology) as Draft).predict
  expect(predicted(finding, ahead)).toMatchObject({ before: 4_000, event: { background: 7 } })
  const counted = load(1_000, { 'cache_expirations_total{target=a}': '0+7x30 3210 5200+7x27' })
  const struck = { ...finding, evidence: [{ value: 5_000, unit: 'count' }] } as unknown as Finding
  expect(predicted(struck, counted)).toMatchObject({ before: 3_000, event: { background: 7, least: 4_000 } })
})
test('a short TTL needs more of it, and one that has some gets more', () => {
  const after = (draft: unknown) => Number((draft as Draft).steps[0]!.after)
  expect(after(propose([policy({ ttlMs: 60_000 })]))).toBe(0.5)
  expect(after(propose([policy({ jitter: 0.1 })]))).toBe(0.2)
})
test('where it cannot help, a sentence', () => {
  expect(propose([])).toMatchObject({ none: expect.stringMatching(/No TTL policy covers product/) })
  expect(propose([policy({ match: 'user:*' })])).toMatchObject({ none: expect.any(String) })
  expect(propose([policy({ jitter: 0.5 })])).toMatchObject({ none: expect.stringMatching(/already spreads/) })
  expect(propose([policy({ error: 'no such key' })])).toMatchObject({ none: expect.stringMatching(/cannot be read/) })
})
test('without a pattern the only policy is the one', () => {
  const only = propose([policy()], '')
  expect(only).toMatchObject({ steps: [{ setting: { target: 'ttl:products' } }] })
})
test('once it has struck, the policy whose keys end closest together', () => {
  const policies = [policy({ jitter: 0.2 }), policy({ name: 'campaign', match: 'campaign:*', ttlMs: 40_000 })]
  const window = load(1000, { x: '0x10' })
  const struck = { ...finding, evidence: [{ value: 6_000, unit: 'count' }] } as unknown as Finding
  expect(ttlJitter.propose(struck, window, { ...emptyTopology(), ttls: policies })).toMatchObject({
    steps: [{ setting: { target: 'ttl:campaign' } }],
  })
})

/** A policy of a minute, of whose 5,000 keys together a jitter of 0.5 is due; the curve says what each jitter costs in hits. */
function withCurve(hitRatios: [jitter: number, hitRatio: number][], of: Partial<TtlPolicy> = {}) {
  const points = hitRatios.map(([jitter, hitRatio]) => ({ ttlMs: 60_000, jitter, hitRatio }))
  const record = curve(points as [(typeof points)[0]], { id: 'jitter/products', varies: 'jitter', ttl: 'products' })
  const window = load(1_000, { 'cache_hits_total{target=a}': '0+90x60', 'cache_misses_total{target=a}': '0+10x60' }, { records: [record] })
  const struck = { ...finding, evidence: [{ value: 5_000, unit: 'count' }] } as unknown as Finding
  return ttlJitter.propose(struck, window, { ...emptyTopology(), ttls: [policy({ ttlMs: 60_000, ...of })] }) as Draft
}
test('the hit ratio stands beside the peak, where a curve of its references knows it', () => {
  const draft = withCurve([[0, 0.9], [0.1, 0.899], [0.2, 0.898], [0.3, 0.897], [0.5, 0.895]]) // biome-ignore format: one line
  expect(draft).toMatchObject({ steps: [{ after: '0.5' }], because: expect.stringMatching(/Beside that the hit ratio: 90\.0.% → 89\.5.% \(.*\), 0\.5\/s more reads of the origin\.$/) }) // biome-ignore format: one line
  expect(draft.predict).toMatchObject({ metric: 'cache_expiration_peak_rate' })
})
test('a jitter that costs more than a point of the hits is left out, but for the least of all', () => {
  expect(withCurve([[0, 0.9], [0.1, 0.899], [0.2, 0.898], [0.3, 0.88], [0.5, 0.8]]).steps[0]!.after).toBe('0.2') // biome-ignore format: one line
  expect(withCurve([[0, 0.9], [0.1, 0.8], [0.2, 0.7], [0.3, 0.6], [0.5, 0.5]]).steps[0]!.after).toBe('0.1') // biome-ignore format: one line
})
test('a curve of the policy as it was says nothing', () => {
  const before = withCurve([[0, 0.9], [0.5, 0.5]], { ttlMs: 40_000 }) // biome-ignore format: one line
  expect(before.steps[0]!.after).toBe('0.5')
  expect(before.because).not.toMatch(/hit ratio/)
})
