import { expect, test } from 'vitest'
import { load } from '../../test/series.ts'
import type { Finding } from '../model/finding.ts'
import { emptyTopology } from '../model/topology.ts'
import { cacheMemory } from './cache-memory.ts'

const finding = { id: 'f', rule: 'cache/eviction-storm', subject: { target: 'a' }, summary: 'a evicts 400/s' } as unknown as Finding
const propose = (lines: Record<string, string>, kind = 'redis') =>
  cacheMemory.propose(finding, load(1000, lines), {
    ...emptyTopology(),
    targets: [
      {
        name: 'a',
        kind,
        ...(kind === 'redis' && { can: { memory: { setting: 'config/maxmemory', unitBytes: 1, leastBytes: 1 } } }),
        role: 'cache',
        state: 'up',
        capabilities: [],
      },
    ],
  })

test('a quarter more, in whole MiB, without a promise', () =>
  expect(
    propose({ 'cache_memory_max_bytes{target=a}': '12582912x5', 'redis_total_system_memory_bytes{target=a}': '8589934592x5' }),
  ).toMatchObject({
    steps: [{ setting: { target: 'a', name: 'config/maxmemory' }, before: '12582912', after: '15728640' }],
    predict: { absentBecause: expect.stringMatching(/not recorded/) },
    risk: 'medium',
  }))
test('not more than the machine has, nor where there is no limit or no setting', () => {
  expect(
    propose({ 'cache_memory_max_bytes{target=a}': '6000000000x5', 'redis_total_system_memory_bytes{target=a}': '8589934592x5' }),
  ).toMatchObject({
    none: expect.stringMatching(/taken from the system/),
  })
  expect(propose({ 'cache_memory_max_bytes{target=a}': '0x5' })).toMatchObject({ none: expect.stringMatching(/no memory limit/) })
  expect(propose({}, 'memcached')).toMatchObject({ none: expect.any(String) })
})
