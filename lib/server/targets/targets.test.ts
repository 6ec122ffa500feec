import { expect, it } from 'vitest'
import { load } from '../../../test/series.ts'
import { emptyTopology } from '../../model/topology.ts'
import type { Runtime } from '../runtime.ts'
import { listTargets } from './targets.ts'

const status = (name: string, kind: string, role?: 'cache') => ({ name, kind, title: kind, address: name, state: 'up', stateSince: null, lastPollAt: null, pollMs: 1_000, failures: 0, probes: [], ...(role && { role }) }) // biome-ignore format: one line

it('shows the figures of a cache whatever it is seen through, and none of what is no cache', async () => {
  const all = [status('lb', 'haproxy'), status('prom:c', 'prometheus', 'cache')]
  const engine = {
    listed: () => all,
    target: (wanted: string) => all.find(({ name }) => name === wanted),
    topology: emptyTopology,
    targetConfig: () => null,
    window: () => load(1_000, { 'cache_items{target=prom:c}': '7x60' }),
  }
  const [balancer, cache] = (await listTargets({ engine } as unknown as Runtime)).items
  expect(cache!.figures!.items).toEqual({ value: 7 })
  expect(balancer).not.toHaveProperty('figures')
})

it('searches by name, kind and parent in whatever case, page by page', async () => {
  const all = [
    status('Shop-2', 'redis'),
    status('edge', 'haproxy'),
    status('shop-1', 'redis'),
    { ...status('n1', 'memcached'), through: 'SHOP' },
  ]
  const engine = {
    listed: () => all,
    target: (wanted: string) => all.find(({ name }) => name === wanted),
    topology: emptyTopology,
    targetConfig: () => null,
    window: () => load(1_000, {}),
  }
  const search = async (q: string, paging = {}) => {
    const { items, next, total } = await listTargets({ engine } as unknown as Runtime, { q, ...paging })
    return { names: items.map(({ name }) => name), next, total: total! }
  }
  const first = await search('shop', { limit: 2 })
  expect(first).toMatchObject({ names: ['Shop-2', 'n1'], total: 3 })
  expect(await search('shop', { limit: 2, cursor: first.next })).toMatchObject({ names: ['shop-1'], next: null, total: 3 })
  expect((await search('HAPROXY')).names).toEqual(['edge'])
  expect((await search('none')).total).toBe(0)
  expect((await search('shop kind=memcached')).names).toEqual(['n1'])
})

it('lists caches and stores alone, whether they say so themselves or their configuration does, and counts what a search leaves out', async () => {
  const all = [status('lb', 'haproxy'), status('a', 'redis', 'cache'), status('b', 'memcached')]
  const engine = {
    listed: () => all,
    target: (wanted: string) => all.find(({ name }) => name === wanted),
    topology: () => ({ ...emptyTopology(), targets: [{ name: 'b', kind: 'memcached', state: 'up', role: 'cache', capabilities: [] }] }),
    targetConfig: (wanted: string) => ({ config: all.find(({ name }) => name === wanted) }),
    window: () => load(1_000, {}),
  }
  const list = (filter: { q?: string }) => listTargets({ engine } as unknown as Runtime, { caching: true, ...filter })
  expect((await list({})).items.map(({ name }) => name)).toEqual(['a', 'b'])
  expect(await list({ q: 'redis role=cache' })).toMatchObject({ items: [{ name: 'a' }], total: 1, all: 2 })
})

it('is brief where a list of thousands is wanted: without probes and what is as it should be', async () => {
  const all = [{ ...status('a', 'redis'), probes: [{ id: 'info', lastAt: null }] }]
  const capabilities = [
    { feature: 'INFO', available: true },
    { feature: 'SLOWLOG', available: false, because: 'it may not be read' },
  ]
  const engine = {
    listed: () => all,
    target: () => all[0],
    topology: () => ({ ...emptyTopology(), targets: [{ name: 'a', kind: 'redis', state: 'up', capabilities }] }),
    targetConfig: () => null,
    window: () => load(1_000, {}),
  }
  const list = async (brief: boolean) => (await listTargets({ engine } as unknown as Runtime, { brief })).items[0]
  expect(await list(false)).toMatchObject({ capabilities, probes: [{ id: 'info' }] })
  expect(await list(true)).toMatchObject({ name: 'a', capabilities: [{ feature: 'SLOWLOG', available: false }], probes: [] })
  expect((await list(true))!.capabilities[0]).not.toHaveProperty('because')
})

it('is sorted by what it shows, whole, by a column of any of its targets', async () => {
  const all = ['a', 'b', 'c', 'lb'].map((name, i) => ({
    ...status(name, name === 'lb' ? 'haproxy' : 'redis', name === 'lb' ? undefined : 'cache'),
    pollMs: [3, 1, 2, null][i],
    lastPollAt: 1_000 + i,
    state: ['up', 'down', 'unknown', 'up'][i],
  }))
  const engine = {
    listed: () => all,
    target: (wanted: string) => all.find(({ name }) => name === wanted),
    topology: emptyTopology,
    targetConfig: () => null,
    window: () =>
      load(1_000, {
        'cache_items{target=a}': '7x60',
        'cache_items{target=c}': '9x60',
        'cache_memory_used_bytes{target=a}': '50x60',
        'cache_memory_max_bytes{target=a}': '100x60',
        'cache_memory_used_bytes{target=b}': '80x60',
        'cache_memory_max_bytes{target=b}': '100x60',
        'cache_memory_used_bytes{target=c}': '80x60',
        'cache_memory_max_bytes{target=c}': '0x60',
        'cache_hits_total{target=b}': '0+900x60',
        'cache_misses_total{target=b}': '0+100x60',
        'cache_hits_total{target=c}': '0+500x60',
        'cache_misses_total{target=c}': '0+500x60',
      }),
  }
  const names = async (sort: string, paging = {}) =>
    (await listTargets({ engine } as unknown as Runtime, { sort, ...paging })).items.map(({ name }) => name)
  expect(await names('-items')).toEqual(['c', 'a', 'b', 'lb'])
  expect(await names('items', { offset: 1, limit: 1 })).toEqual(['c'])
  expect(await names('-memory')).toEqual(['b', 'a', 'c', 'lb'])
  expect(await names('-hitRatio')).toEqual(['b', 'c', 'a', 'lb'])
  expect(await names('pollMs')).toEqual(['b', 'c', 'a', 'lb'])
  expect(await names('-lastPollAt')).toEqual(['lb', 'c', 'b', 'a'])
  expect(await names('state')).toEqual(['b', 'c', 'a', 'lb'])
  expect(await names('role')).toEqual(['a', 'b', 'c', 'lb'])
  expect(await names('title')).toEqual(['lb', 'a', 'b', 'c'])
  expect(await names('-name')).toEqual(['lb', 'c', 'b', 'a'])
})
