import { expect, it } from 'vitest'
import { ABLE } from '../../test/normal.ts'
import type { Edge } from '../model/edges.ts'
import type { Pool } from '../model/topology.ts'
import { createTopologyBook, type TargetSeen, topologyOf } from './topology.ts'

const seen: TargetSeen = { name: 'edge', kind: 'haproxy', state: 'up', since: 5, capabilities: [{ feature: 'stats', available: true }] }
const server = (name: string, weight = 100) => ({
  name,
  address: '',
  id: 1,
  weightSet: weight,
  weightEffective: weight,
  state: 'up' as const,
})
const read = (book: ReturnType<typeof createTopologyBook>, edges: Edge[] = []) => topologyOf([book.read(seen)], { edges })
const pool = (name: string, servers: Pool['servers']): Omit<Pool, 'target'> => ({
  name,
  algorithm: 'roundrobin',
  balances: 'weight',
  can: ABLE,
  weightMax: 256,
  servers,
})

it('merges what the probes of a target tell, and drops what a probe no longer names', () => {
  const book = createTopologyBook()
  book.put('edge', 'stat', { facts: { version: '2.6' }, pools: [pool('app', [server('a'), server('b')]), pool('old', [])] })
  book.put('edge', 'config', { pools: [pool('app', [{ ...server('a', 7), weightFile: 50 }])] })
  expect(read(book).pools.map(({ name, servers }) => [name, servers.length])).toEqual([['app', 2], ['old', 0]]) // biome-ignore format: a table
  expect(read(book).pools[0]!.servers[0]).toMatchObject({ name: 'a', weightFile: 50 })
  book.put('edge', 'stat', { facts: { runId: 'r2' }, pools: [pool('app', [server('a')])] })
  const topology = read(book, [{ from: { clients: true }, to: { ring: 'r' } }])
  expect(topology.pools).toHaveLength(1)
  expect(topology.targets[0]).toEqual({ ...seen, runId: 'r2' })
  expect(topology.edges).toHaveLength(1)
})

it('lets a probe correct the capability that its own fate suggests, and forgets removed targets', () => {
  const book = createTopologyBook()
  book.put('edge', 'stat', { capabilities: [{ feature: 'stats', available: false, because: 'level user' }] })
  expect(read(book).targets[0]!.capabilities).toEqual([{ feature: 'stats', available: false, because: 'level user' }])
  book.remove('edge')
  expect(read(book).targets[0]!.capabilities).toEqual(seen.capabilities)
})

it('tells whether a part is another than the last one of that probe, whatever others brought', () => {
  const book = createTopologyBook()
  expect(book.put('edge', 'stat', {})).toBe(false)
  const able = () => ({ capabilities: [{ feature: 'stats', available: true }] })
  expect(book.put('edge', 'stat', able())).toBe(true)
  expect(book.put('other', 'stat', able())).toBe(true)
  expect(book.put('edge', 'stat', able())).toBe(false)
  expect(book.put('other', 'stat', { facts: { version: '2' } })).toBe(true)
  expect(book.put('third', 'stat', able())).toBe(true)
  expect(read(book).targets[0]!.capabilities).toEqual(able().capabilities)
  expect(book.put('edge', 'stat', {})).toBe(true)
  expect(book.put('edge', 'stat', {})).toBe(false)
  expect(book.read({ ...seen, name: 'third', capabilities: [] }).facts.capabilities).toEqual(able().capabilities)
  expect(book.read({ ...seen, name: 'other' }).facts.version).toBe('2')
})
