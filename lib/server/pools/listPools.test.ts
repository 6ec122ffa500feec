import { expect, it } from 'vitest'
import { poolOf } from '../../../test/normal.ts'
import { load } from '../../../test/series.ts'
import type { RingSpec } from '../../model/ring.ts'
import { emptyTopology, type Pool } from '../../model/topology.ts'
import type { Runtime } from '../runtime.ts'
import { listPools } from './pools.ts'

const ring: RingSpec = { algorithm: 'haproxy-consistent', nodes: ['app1', 'app2'].map((name, i) => ({ name, id: i + 1, weight: 1 })) }
const runtimeOf = (pools: Pool[]) =>
  ({
    engine: {
      topology: () => ({
        ...emptyTopology(),
        pools,
        targets: [{ name: 'edge', kind: 'haproxy', state: 'up', capabilities: [], labels: { team: 'shop' } }],
      }),
      window: () =>
        load(1_000, {
          'pool_requests_total{target=edge,pool=app,server=app1}': '0+30x60',
          'pool_requests_total{target=edge,pool=app,server=app2}': '0+10x60',
          'pool_sessions{target=edge,pool=app,server=app1}': '7x60',
        }),
    },
  }) as unknown as Runtime
const pool = poolOf('edge', 'app', [1, 1], { balances: 'hash', ring, unknown: ['hash-key what'] })

it('is brief where a long list is wanted: shares as in the whole view, without the ring that they follow from', async () => {
  const [whole] = (await listPools(runtimeOf([pool]))).items
  const [brief] = (await listPools(runtimeOf([pool]), { brief: true })).items
  expect(whole!.ring).toEqual(ring)
  expect(whole!.servers[0]).toMatchObject({ sessions: 7 })
  expect(brief).not.toHaveProperty('ring')
  expect(brief).not.toHaveProperty('unknown')
  const shares = ({ servers }: { servers: { shareExpected: number | null; shareSeen: number | null }[] }) =>
    servers.map(({ shareExpected, shareSeen }) => [shareExpected, shareSeen])
  expect(shares(brief!)).toEqual(shares(whole!))
  expect(shares(brief!)[0]![0]).not.toBeNull()
  expect(brief!.servers[0]).toMatchObject({ name: 'app1', state: 'up', sessions: null, responseSeconds: null })
  expect(brief!.requestsPerSecond).toBe(whole!.requestsPerSecond)
})

it('is searched by words and labels, and counts what is left out', async () => {
  const runtime = runtimeOf([pool, poolOf('edge', 'images', [1, 1])])
  const names = async (q: string) => (await listPools(runtime, { q })).items.map(({ name }) => name)
  expect(await names('edge/app')).toEqual(['app'])
  expect(await names('team=shop')).toEqual(['app', 'images'])
  expect(await names('pool=images APP2')).toEqual(['images'])
  expect(await listPools(runtime, { q: 'nothing' })).toMatchObject({ items: [], total: 0, all: 2 })
})

it('is sorted by what it shows, whole, and begins at any of its pools', async () => {
  const runtime = runtimeOf([poolOf('edge', 'images', [1, 1, 1]), pool, poolOf('edge', 'app10', [1]), poolOf('edge', 'app2', [1])])
  const names = async (sort: string, paging = {}) => (await listPools(runtime, { sort, ...paging })).items.map(({ name }) => name)
  expect(await names('name')).toEqual(['app', 'app2', 'app10', 'images'])
  expect(await names('-name', { offset: 1, limit: 2 })).toEqual(['app10', 'app2'])
  expect(await names('-requestsPerSecond')).toEqual(['app', 'app10', 'app2', 'images'])
  expect(await names('imbalance', { limit: 1 })).toEqual(['app'])
  expect(await names('-servers')).toEqual(['images', 'app', 'app10', 'app2'])
})
