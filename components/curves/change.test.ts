import { expect, test } from 'vitest'
import type { TtlPolicyView } from '@/lib/model/answers/ttl.ts'
import { liveSettings, settableSize, stepsOf } from './change.ts'
import { AS_IT_IS } from './rule.ts'

const at = '2026-01-01T00:00:00.000Z'
const facts = (values: Record<string, string>) => Object.entries(values).map(([id, value]) => ({ id, value, at }))
const can = {
  memory: { setting: 'config/maxmemory', unitBytes: 1, leastBytes: 1 },
  eviction: { policy: 'config/maxmemory-policy', samples: 'config/maxmemory-samples' },
}
const live = liveSettings(
  facts({ 'config/maxmemory': '104857600', 'config/maxmemory-policy': 'allkeys-lru', 'config/maxmemory-samples': '5', 'config/hz': '10' }),
  can,
)

test('what differs from the live settings is a step, each with what stands there', () => {
  expect(stepsOf('cache-a', live, { ...AS_IT_IS, policy: 'allkeys-lfu', samples: 5 }, { by: 'bytes', value: 209_715_200 }, '', [])).toEqual(
    {
      steps: [
        { setting: { target: 'cache-a', name: 'config/maxmemory' }, before: '104857600', after: '209715200' },
        { setting: { target: 'cache-a', name: 'config/maxmemory-policy' }, before: 'allkeys-lru', after: 'allkeys-lfu' },
      ],
    },
  )
})

test('what is no change, and what no server takes, is said', () => {
  const because = (found: ReturnType<typeof stepsOf>) => ('because' in found ? found.because : null)
  const same = { by: 'bytes', value: 104_857_600 } as const
  expect(because(stepsOf('a', live, AS_IT_IS, same, '', []))).toContain('nothing to change')
  expect(because(stepsOf('a', live, AS_IT_IS, { by: 'keys', value: 100 }, '', []))).toContain('choose a memory')
  expect(because(stepsOf('a', liveSettings([], can), AS_IT_IS, same, '', []))).toContain('does not tell `maxmemory`')
  const partly = liveSettings(facts({ 'config/maxmemory': '104857600' }), can)
  expect(because(stepsOf('a', partly, { ...AS_IT_IS, samples: 10 }, same, '', []))).toContain('does not tell `maxmemory-samples`')
  // Neither follows from the settings that a change can write.
  expect(because(stepsOf('a', live, { ...AS_IT_IS, policy: 'allkeys-lfu', ttl: 'none' }, same, '', []))).toContain('another TTL')
  expect(because(stepsOf('a', live, { ...AS_IT_IS, policy: 'allkeys-lfu' }, same, 'session:*', []))).toContain('a part of the keys')
  expect(because(stepsOf('a', live, { ...AS_IT_IS, local: { keys: 10, ttlMs: 5_000 } }, same, '', []))).toContain('inside the application')
})

test('each product names the setting and what that takes: whole MiB from 8 MiB on, and no rule of eviction', () => {
  const MIB = 1_048_576
  const slabs = { memory: { setting: 'limit_maxbytes', unitBytes: MIB, leastBytes: 8 * MIB } }
  const own = liveSettings(facts({ limit_maxbytes: String(64 * MIB) }), slabs)
  const ask = (bytes: number, rule = AS_IT_IS) => stepsOf('mc', own, rule, settableSize({ by: 'bytes', value: bytes }, slabs), '', [])
  const step = { setting: { target: 'mc', name: 'limit_maxbytes' }, before: '67108864' }
  expect(ask(12.3 * MIB)).toEqual({ steps: [{ ...step, after: String(12 * MIB) }] })
  expect(ask(64.4 * MIB)).toEqual({ because: expect.stringContaining('nothing to change') })
  expect(ask(7 * MIB)).toEqual({ because: expect.stringMatching(/takes 8.MiB or more/) })
  expect(ask(12 * MIB, { ...AS_IT_IS, samples: 10 })).toEqual({ because: expect.stringContaining('rule of eviction cannot be set') })
  expect(stepsOf('mc', liveSettings(facts({ limit_maxbytes: '1' })), AS_IT_IS, { by: 'bytes', value: 9 * MIB }, '', [])).toEqual({
    because: 'Its memory cannot be set from here.',
  })
  expect(settableSize({ by: 'keys', value: 7 }, slabs)).toEqual({ by: 'keys', value: 7 })
  expect(settableSize({ by: 'bytes', value: 1_234_567 }, can)).toEqual({ by: 'bytes', value: 1_234_567 })
})

test('the TTL of a pattern is a step of its policy; where there is none, or it cannot say it, that is told', () => {
  const same = { by: 'bytes', value: 104_857_600 } as const
  const policy = { name: 'products', match: 'product:*', ttlMs: 600_000, jitter: 0.1 } as TtlPolicyView
  const ttl = { ms: 1_500_000, jitter: 0.2, refreshOnRead: false }
  const ask = (match: string, part: typeof ttl | 'none', policies = [policy]) =>
    stepsOf('a', live, { ...AS_IT_IS, parts: [{ match, ttl: part }] }, same, '', policies)
  const setting = (name: string) => ({ target: 'ttl:products', name })
  expect(ask('product:*', ttl)).toEqual({
    steps: [
      { setting: setting('products/ttl'), before: '10m', after: '25m' },
      { setting: setting('products/jitter'), before: '0.1', after: '0.2' },
    ],
  })
  expect(ask('product:*', { ms: 600_000, jitter: 0.1, refreshOnRead: false })).toEqual({
    because: expect.stringContaining('nothing to change'),
  })
  expect(ask('session:*', ttl)).toEqual({ because: expect.stringContaining('No TTL policy is of "session:*"') })
  expect(ask('product:*', 'none')).toEqual({ because: expect.stringContaining('without a TTL') })
  expect(ask('product:*', { ...ttl, refreshOnRead: true })).toEqual({ because: expect.stringContaining('refreshed on read') })
  expect(ask('product:*', ttl, [{ ...policy, error: 'gone' }])).toEqual({ because: expect.stringContaining('cannot be read: gone') })
})
