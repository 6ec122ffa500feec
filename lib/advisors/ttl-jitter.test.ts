import { expect, test } from 'vitest'
import { load } from '../../test/series.ts'
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
const policy = (more: Partial<TtlPolicy> = {}): TtlPolicy => ({
  name: 'products',
  match: 'product:*',
  ttlMs: 600_000,
  jitter: 0,
  version: 1,
  control: { target: 'a', key: 'k' },
  followers: [],
  ...more,
})
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
