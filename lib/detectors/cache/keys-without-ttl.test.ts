import { expect, test } from 'vitest'
import { FROM, judge, load } from '../../../test/series.ts'
import { keysWithoutTtl } from './keys-without-ttl.ts'

const said = (expiring: string, options: { policy?: string; limit?: string; role?: 'cache' | 'store'; items?: string } = {}) =>
  judge(
    keysWithoutTtl,
    load(
      1000,
      {
        'cache_items{target=a}': options.items ?? '5000x20',
        'cache_items_expiring{target=a}': expiring,
        'cache_memory_max_bytes{target=a}': options.limit ?? '1e8x20',
      },
      {
        records:
          options.policy === undefined
            ? []
            : [{ kind: 'fact', target: 'a', id: 'config/maxmemory-policy', at: FROM, value: options.policy }],
      },
    ),
    { targets: [{ name: 'a', kind: 'redis', role: options.role ?? 'cache', state: 'up', capabilities: [] }] },
  )

test('endless keys that nothing evicts are a note', () => {
  expect(said('2000x20', { policy: 'volatile-lru' })).toMatchObject([
    { is: 'found', severity: 'info', summary: expect.stringMatching(/^3.?000 of 5.?000 keys of a never expire, and volatile-lru/) },
  ])
  expect(said('2000x20', { policy: 'allkeys-lru', limit: '0x20' })).toMatchObject([{ is: 'found' }])
})
test('meant so: allkeys, a store, few keys, a few endless ones', () => {
  expect(said('0x20', { policy: 'allkeys-lru' })).toMatchObject([{ is: 'clear' }])
  expect(said('0x20', { policy: 'noeviction', role: 'store' })).toMatchObject([{ is: 'clear' }])
  expect(said('0x20', { policy: 'noeviction', items: '50x20' })).toMatchObject([{ is: 'clear' }])
  expect(said('4900x20', { policy: 'noeviction' })).toMatchObject([{ is: 'clear' }])
})
test('not known: the policy, the memory limit, the keys with an end, or anything lately', () => {
  expect(said('0x20')).toMatchObject([{ is: 'unjudged' }])
  expect(said('0x20', { policy: 'allkeys-lru', limit: '_x20' })).toMatchObject([
    { is: 'unjudged', because: 'its memory limit is not known' },
  ])
  expect(said('0x20', { policy: 'noeviction', limit: '_x20' })).toMatchObject([
    { is: 'found', summary: expect.stringMatching(/noeviction does not evict them$/) },
  ])
  expect(said('_x20', { policy: 'noeviction' })).toMatchObject([{ is: 'unjudged' }])
  expect(said('0x20', { policy: 'noeviction', items: '5000x10 _x10' })).toMatchObject([{ is: 'unjudged' }])
})
