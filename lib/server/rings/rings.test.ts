import { expect, it } from 'vitest'
import { load } from '../../../test/series.ts'
import { emptyTopology, type Ring } from '../../model/topology.ts'
import type { Runtime } from '../runtime.ts'
import { listRings } from './rings.ts'

const ring = (name: string, algorithm: 'ketama' | 'modulo', nodes: string[]): Ring =>
  ({
    name,
    version: 1,
    spec: { algorithm, nodes: nodes.map((node) => ({ name: node, address: `${node}:6379`, points: 160 })) },
    control: { target: nodes[0], key: 'k' },
    nodes: nodes.map((node) => ({ name: node, address: `${node}:6379`, target: node })),
    followers: [],
  }) as unknown as Ring

it('is searched by name, algorithm, nodes and labels, and counts what is left out', async () => {
  const runtime = {
    engine: {
      topology: () => ({
        ...emptyTopology(),
        rings: [ring('users', 'ketama', ['cache-a', 'cache-b']), ring('products', 'modulo', ['cache-c'])],
        targets: [{ name: 'cache-c', kind: 'redis', state: 'up', capabilities: [], labels: { team: 'shop' } }],
      }),
      window: () => load(1_000, {}),
    },
    now: () => 0,
  } as unknown as Runtime
  const found = async (q: string) => {
    const { items, total, all } = await listRings(runtime, { q })
    return [items.map(({ name }) => name), total, all]
  }
  expect(await found('USERS')).toEqual([['users'], 1, 2])
  expect(await found('modulo')).toEqual([['products'], 1, 2])
  expect(await found('cache-b ketama')).toEqual([['users'], 1, 2])
  expect(await found('ring=products')).toEqual([['products'], 1, 2])
  expect(await found('cache')).toEqual([['products', 'users'], 2, 2])
  expect(await listRings(runtime, { limit: 1 })).not.toHaveProperty('all')
})
