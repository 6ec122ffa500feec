import { expect, test } from 'vitest'
import { chartThreshold } from './threshold.ts'

test.each([
  ['cache_hit_ratio', 'ratio', 0.5],
  ['pool_response_seconds', 'seconds', 0.5],
  ['target_up', 'none', 0.5],
  ['cache_connections', 'ratio', undefined],
  ['pool_queue', 'seconds', undefined],
  ['redis_memory_used_rss_bytes', 'factor', undefined],
] as const)('a chart of %s with evidence in %s has its line at %s', (metric, unit, line) => {
  expect(chartThreshold({ metric, unit, threshold: 0.5 })).toBe(line)
})
test('no threshold, no line', () => expect(chartThreshold({ metric: 'cache_hit_ratio', unit: 'ratio' })).toBeUndefined())
