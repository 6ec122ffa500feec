import { expect, test } from 'vitest'
import { AS_IT_IS, type Rule, readRule, ruleName, ruleText } from './rule.ts'

const FULL: Rule = {
  policy: 'allkeys-lfu',
  samples: 10,
  ttl: { ms: 5_400_000, jitter: 0.15, refreshOnRead: true },
  parts: [{ match: 'product:*', ttl: { ms: 1_500_000, jitter: 0.1, refreshOnRead: true } }],
  local: { keys: 10_000, ttlMs: 5_000 },
}

test('a rule stands in an address in few words, and is read back', () => {
  expect(ruleText(FULL)).toBe('allkeys-lfu,samples:10,ttl:90m,jitter:0.15,refresh,product:*=25m/0.1/refresh,local:10k:5s')
  expect(ruleText(AS_IT_IS)).toBe('')
  for (const rule of [
    FULL,
    AS_IT_IS,
    { ...AS_IT_IS, ttl: 'none' },
    { ...AS_IT_IS, samples: 3 },
    {
      ...AS_IT_IS,
      parts: [
        { match: 'a,b\\=c:*=', ttl: 'none' },
        { match: 'ttl:1', ttl: { ms: 90_000, jitter: 0, refreshOnRead: false } },
      ],
    },
    { ...FULL, ttl: { ms: 1, jitter: 0, refreshOnRead: false } },
  ] satisfies Rule[])
    expect(readRule(ruleText(rule))).toEqual(rule)
})

test('a part that is none is named', () => {
  for (const part of [
    'lru',
    'samples:0',
    'samples:65',
    'samples:',
    'ttl:soon',
    'ttl:0',
    'ttl:99999d',
    'jitter:2',
    'jitter:',
    'refresh:1',
    'local:10k',
    'local::5s',
    'local:0:5s',
    'a:*=',
    'a:*=soon',
    '=5m',
    'a:*=5m/2',
    'a:*=5m/0.1/x',
  ])
    expect(readRule(`allkeys-lru,${part}`), part).toEqual({ because: part })
})

test('the legend says what differs from the source', () => {
  expect(ruleName(FULL, 'allkeys-lru')).toBe(
    'allkeys-lfu, 10 samples, TTL 90m ± 15 %, refreshed on read, product:* TTL 25m ± 10 % refreshed on read, 10\u202f000 entries in the application for 5s',
  )
  expect(ruleName({ ...AS_IT_IS, ttl: 'none' }, 'allkeys-lru')).toBe('allkeys-lru, no TTL')
  expect(ruleName(AS_IT_IS, null)).toBe('as it is')
})
