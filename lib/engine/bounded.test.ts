import { describe, expect, it } from 'vitest'
import { ABLE } from '../../test/normal.ts'
import { SERVERS_MAX } from '../model/limits.ts'
import type { Parsed } from '../model/product.ts'
import type { PoolServer } from '../model/topology.ts'
import { bounded } from './bounded.ts'

const server = (name: string): PoolServer => ({ name, address: '', id: 1, weightSet: 1, weightEffective: 1, state: 'up' })
const pool = (name: string, size: number) => ({
  name,
  algorithm: 'roundrobin',
  balances: 'weight' as const,
  can: ABLE,
  weightMax: 256,
  servers: Array.from({ length: size }, (_, i) => server(`s${i}`)),
})
const answer = (pools: ReturnType<typeof pool>[]): Parsed => ({
  samples: [
    { metric: 'up', value: 1 },
    ...pools.flatMap(({ name, servers }) => [
      { metric: 'pool_sessions', value: 1, labels: { pool: name } },
      ...servers.map((one) => ({ metric: 'pool_sessions', value: 1, labels: { pool: name, server: one.name } })),
    ]),
  ],
  records: [],
  topology: { pools },
})

describe('an answer within the limits', () => {
  it('is left as it is', () => {
    const parsed = answer([pool('a', 5)])
    expect(bounded(parsed)).toBe(parsed)
    const none: Parsed = { samples: [], records: [], topology: {} }
    expect(bounded(none)).toBe(none)
  })

  it('has few sentences on what is not understood of a pool', () => {
    const unknown = Array.from({ length: 5_000 }, (_, i) => `${i} ${'x'.repeat(2_000)}`)
    const { topology } = bounded({ samples: [], records: [], topology: { pools: [{ ...pool('a', 1), unknown }] } })
    const [read] = topology.pools!
    expect(read!.unknown).toHaveLength(20)
    expect(read!.unknown!.at(-1)).toBe('4981 more of its statements are not understood')
    expect(Math.max(...read!.unknown!.map(({ length }) => length))).toBe(500)
    expect(read!.servers).toHaveLength(1)
  })

  it('has no servers of a pool that does not fit, nor their samples, but the pool and its own', () => {
    const { samples, topology } = bounded(answer([pool('a', SERVERS_MAX - 1), pool('b', 2), pool('c', 1)]))
    expect(topology.pools!.map(({ name, servers, serversLeft }) => [name, servers.length, serversLeft])).toEqual([
      ['a', SERVERS_MAX - 1, undefined],
      ['b', 0, 2],
      ['c', 1, undefined],
    ])
    expect(samples.filter(({ labels }) => labels?.pool === 'b')).toEqual([{ metric: 'pool_sessions', value: 1, labels: { pool: 'b' } }])
    expect(samples).toHaveLength(1 + SERVERS_MAX - 1 + 1 + 1 + 2)
    expect(topology.left).toMatchObject({ servers: { left: 2, of: SERVERS_MAX + 2 }, names: ['b'] })
  })
})
