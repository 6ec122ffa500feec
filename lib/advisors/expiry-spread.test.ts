import { expect, test } from 'vitest'
import { FROM, load } from '../../test/series.ts'
import { ttlPolicy as policy } from '../../test/ttlPolicy.ts'
import type { Finding } from '../model/finding.ts'
import type { Draft } from '../model/proposal.ts'
import { emptyTopology, type TargetAbilities, type TtlPolicy } from '../model/topology.ts'
import { expirySpread } from './expiry-spread.ts'

const NOW = FROM + 10_000
const finding = (unit: 'ratio' | 'count') =>
  ({ id: 'f', rule: 'cache/mass-expiry', subject: { target: 'a' }, evidence: [{ value: 0.5, unit }] }) as unknown as Finding
type About = {
  can?: TargetAbilities
  policies?: TtlPolicy[]
  pattern?: string
  in?: number
  keys?: number
  unit?: 'ratio' | 'count'
  now?: number
}

/** A tenth of the keys was sampled; nine of ten of those end in one second, the others one a second before it. */
function propose({
  can = { retime: true },
  policies = [],
  pattern = 'product:*',
  in: seconds = 300,
  keys = 20_000,
  unit = 'ratio',
  now = NOW,
}: About = {}) {
  const sampled = keys / 10
  const at = Math.floor((NOW + seconds * 1_000) / 1_000) * 1_000
  const others = Array.from({ length: sampled * 0.1 }, (_, i): [number, number] => [at - 10_000 - i * 1_000, 1])
  const histogram = { kind: 'ttl-histogram' as const, target: 'a', id: 'ttl' as const, at: NOW, bucketMs: 1_000, sampled, keys, pattern }
  const window = load(1_000, { x: '0x10' }, { records: [{ ...histogram, buckets: [...others.reverse(), [at, sampled * 0.9]] }] })
  return expirySpread.propose(
    finding(unit),
    { ...window, to: now },
    {
      ...emptyTopology(),
      targets: [{ name: 'a', kind: 'redis', can, state: 'up', capabilities: [] }],
      ttls: policies,
    },
  )
}
const stepOf = (said: unknown) => (said as Draft).steps[0]

test('keys of no policy end over the minute up to their own end, and none later', () => {
  expect(stepOf(propose())).toEqual({
    setting: { target: 'a', name: 'expiry/2026-01-05T12:05:05Z+10s/product:*' },
    before: '2026-01-05T12:05:05Z+10s',
    after: '2026-01-05T12:04:15Z+60s',
  })
})
test('a policy names the keys, and its jitter says how much later they may end', () => {
  expect(stepOf(propose({ policies: [policy({ match: 'prod*', jitter: 0.1 })] }))).toMatchObject({
    setting: { name: 'expiry/2026-01-05T12:05:05Z+10s/prod*' },
    after: '2026-01-05T12:04:05Z+130s',
  })
  expect(stepOf(propose({ policies: [policy({ jitter: 0.1, error: 'unreadable' })] }))).toMatchObject({ after: '2026-01-05T12:04:15Z+60s' })
})
test('a policy without jitter is mended first: its keys would end together again', () => {
  expect(propose({ policies: [policy()] })).toMatchObject({ none: expect.stringMatching(/Set the jitter of the policy products first/) })
})
test('the peak is foreseen by arithmetic', () => {
  const { predict } = propose() as Draft
  expect(predict).toMatchObject({ metric: 'cache_expiration_peak_rate', where: { target: 'a' }, before: 18_000 })
  const { low, after, high } = predict as { low: number; after: number; high: number }
  // 18 000 keys over a minute, and ten a second of the others in most of it.
  expect(low).toBeGreaterThan(300)
  expect(low).toBeLessThan(312)
  expect(after).toBeGreaterThan(low + 30)
  expect(after).toBeLessThan(low + 70)
  expect(high).toBeGreaterThan(after)
})
test.each([
  [4_000, 786],
  [4_000, 202],
  [3_600, 392],
  [3_600, 224],
])('the interval holds what %i keys that were spread came to on Redis 7 and 8 and Valkey 9: %i in the fullest second', (keys, measured) => {
  const { low, high } = (propose({ keys: keys / 0.9 }) as Draft).predict as { low: number; high: number }
  expect(measured).toBeGreaterThanOrEqual(low)
  expect(measured).toBeLessThanOrEqual(high)
})
test('the same advice while the cliff comes nearer, then a narrower one, then none', () => {
  expect(stepOf(propose({ now: NOW + 60_000 }))).toEqual(stepOf(propose({ now: NOW })))
  expect(stepOf(propose({ in: 80 }))).toMatchObject({ after: expect.stringMatching(/\+30s$/) })
  expect(propose({ in: 40 })).toMatchObject({ none: expect.stringMatching(/too soon/) })
})
test('nothing where it struck already, where keys cannot be named, and where they are too many', () => {
  expect(propose({ unit: 'count' })).toBeNull()
  expect(propose({ pattern: 'a[1]:*' })).toMatchObject({ none: expect.stringMatching(/named exactly/) })
  expect(propose({ keys: 400_000, in: 600 })).toMatchObject({ none: expect.stringMatching(/200.?000/) })
})
test('a server that cannot set the end of a key anew has none', () => expect(propose({ can: {} })).toBeNull())
