import { expect, test } from 'vitest'
import { load } from '../../test/series.ts'
import type { Finding } from '../model/finding.ts'
import type { Draft } from '../model/proposal.ts'
import { emptyTopology, type TtlPolicy } from '../model/topology.ts'
import { globMatches } from './glob.ts'
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
      metric: 'cache_expiration_peak',
      before: 0.5,
      after: 1 / 120,
      low: 1 / 120,
      high: 1 / 80,
      unmeasured: expect.stringMatching(/loaded at once again/),
    },
    risk: 'low',
  })
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
test.each([
  ['product:*', 'product:*', true],
  ['product:*', 'product:*:price', true],
  ['product:*', 'user:*', false],
  ['*', 'anything', true],
  ['pro?uct:*', 'product:1', true],
  ['*:price', 'product:1:price', true],
  ['*:price', 'product:1:name', false],
  ['a*b*c', 'aXXbYYc', true],
  ['', '', true],
  ['', 'a', false],
])('%j and %j: %s', (glob, key, matches) => expect(globMatches(glob, key)).toBe(matches))
