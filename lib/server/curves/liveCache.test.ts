import { expect, test } from 'vitest'
import { load } from '../../../test/series.ts'
import { bytesOf, keysIn, keysNow, liveCache, slackKeys } from './liveCache.ts'

const MIB = 1_048_576
const of = (series: Record<string, string>, facts: Record<string, string> = { 'config/maxmemory-policy': 'allkeys-lru' }) =>
  liveCache(
    {
      engine: { window: () => load(1_000, Object.fromEntries(Object.entries(series).map(([name, text]) => [`${name}{target=a}`, text]))) },
      store: { records: () => Object.entries(facts).map(([id, value]) => ({ id, value })) },
    } as never,
    'a',
  )
const FULL = {
  cache_items: '1000x60',
  cache_memory_used_bytes: `${4 * MIB}x60`,
  cache_memory_max_bytes: `${4 * MIB}x60`,
  cache_evictions_total: '0+10x60',
}

test('what a full server spends on its clients and its replicas is not counted to its keys', () => {
  const plain = of(FULL)
  expect(plain.emptyBytes).toBe(1_050_000)
  const node = of({
    ...FULL,
    redis_memory_used_startup_bytes: `${1.5 * MIB}x60`,
    redis_mem_clients_normal: `${0.25 * MIB}x60`,
    redis_repl_backlog_history_bytes: `${MIB}x60`,
  })
  expect(node.emptyBytes).toBe(2.75 * MIB)
  // Twice the memory holds 1 + 4 / 1.25 times the keys: what is not of keys is there only once.
  expect(keysIn(8 * MIB, node)).toBe(4_200)
  expect(bytesOf(4_200, node)).toBe(8 * MIB)
  expect(keysIn(4 * MIB, node)).toBe(keysIn(4 * MIB, plain))
})
test('a Redis that keeps a histogram of each command spends 25 kB on each that was ever called', () => {
  const commands = (...names: string[]) =>
    Object.fromEntries(names.map((name) => [`cache_commands_total{target=a,command=${name}}`, '1x59']))
  const asked = (more: Record<string, string>) =>
    liveCache(
      {
        engine: { window: () => load(1_000, { 'redis_memory_used_startup_bytes{target=a}': `${MIB}x59`, ...more }) },
        store: { records: () => [{ id: 'config/maxmemory-policy', value: 'allkeys-lru' }] },
      } as never,
      'a',
    ).emptyBytes
  expect(asked(commands('get', 'set', 'config|get'))).toBe(MIB + 3 * 24_688)
  // Before 7.0 there are neither histograms nor subcommands.
  expect(asked(commands('get', 'set', 'config'))).toBe(MIB)
})
test('a full server holds as many keys as it did on average at its limit: buffers of clients take the place of some, and come and go', () => {
  // Every tenth second a client has not read yet what takes the place of 200 keys; before, the cache was still filling.
  const items = Array.from({ length: 60 }, (_, i) => (i < 20 ? 20 * i : i % 10 === 9 ? 800 : 1_000))
  const live = liveCache(
    {
      engine: {
        window: () =>
          load(1_000, {
            'cache_items{target=a}': items,
            'cache_memory_used_bytes{target=a}': items.map((keys, i) => (i < 20 ? MIB + keys * 3_000 : 4 * MIB)),
            'cache_memory_max_bytes{target=a}': `${4 * MIB}x59`,
            'cache_evictions_total{target=a}': '0+10x59',
          }),
      },
      store: { records: () => [{ id: 'config/maxmemory-policy', value: 'allkeys-lru' }] },
    } as never,
    'a',
  )
  expect(live.keys).toBe(800)
  expect(keysNow(live)).toBe(980)
})
test('of small caches it is not told to a key how many fit', () => {
  expect(slackKeys({ bytesPerKey: 1_000 })).toBeCloseTo(74, 0)
  expect(slackKeys({ bytesPerKey: null })).toBeUndefined()
})
test('memcached gives its whole limit to items', () =>
  expect(of(FULL, {})).toMatchObject({ policy: 'memcached', emptyBytes: 0, bytesPerKey: (4 * MIB) / 1_000 }))
