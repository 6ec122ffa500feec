import { expect, test } from 'vitest'
import { load } from '../../test/series.ts'
import { hitPeriodMs } from './hitPeriod.ts'

const of = (facts: Record<string, string>, target: string | undefined = 'a') =>
  hitPeriodMs(
    load(1_000, {}, { records: Object.entries(facts).map(([id, value]) => ({ kind: 'fact', target: 'a', id, at: 0, value })) }),
    target,
  )

test('an LFU that forgets has the minute for its period, and nothing else has one', () => {
  expect(of({ 'config/maxmemory-policy': 'volatile-lfu' })).toBe(60_000)
  expect(of({ 'config/maxmemory-policy': 'allkeys-lfu', 'config/lfu-decay-time': '5' })).toBe(60_000)
  expect(of({ 'config/maxmemory-policy': 'allkeys-lfu', 'config/lfu-decay-time': '0' })).toBe(0)
  expect(of({ 'config/maxmemory-policy': 'allkeys-lru' })).toBe(0)
  expect(of({})).toBe(0)
  expect(of({ 'config/maxmemory-policy': 'allkeys-lfu' }, 'b')).toBe(0)
})
