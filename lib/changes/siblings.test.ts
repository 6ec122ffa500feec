import { describe, expect, it } from 'vitest'
import { ABLE } from '../../test/normal.ts'
import { readEdges } from '../model/edges.ts'
import { emptyTopology, type Pool, type Topology } from '../model/topology.ts'
import { siblingsOf, touches } from './siblings.ts'

const pool = (target: string, name: string, ...addresses: string[]): Pool => ({
  target,
  name,
  algorithm: 'roundrobin',
  balances: 'weight',
  can: ABLE,
  weightMax: 256,
  servers: addresses.map((address, i) => ({ name: `s${i}`, address, id: i, weightSet: 1, weightEffective: 1, state: 'up' })),
})
const target = (name: string, kind: string, more = {}) => ({ name, kind, state: 'up' as const, capabilities: [], ...more })
const topology: Topology = {
  ...emptyTopology(),
  targets: [
    target('edge', 'haproxy'),
    target('edge2', 'haproxy'),
    target('front', 'nginx'),
    target('a', 'redis', { replication: { id: 'r1', role: 'primary' } }),
    target('a2', 'redis', { replication: { id: 'r1', role: 'replica' } }),
    target('b', 'redis'),
    target('lone', 'redis'),
    target('m1', 'redis', { cluster: { id: 'c', slots: 8_192 } }),
    target('m2', 'redis', { cluster: { id: 'c', slots: 8_192 } }),
    target('m3', 'redis', { cluster: { id: 'c', slots: 0 } }),
  ],
  pools: [
    pool('edge', 'app', '10.0.0.1:80', '127.0.0.1:80'),
    pool('edge', 'web', '10.0.0.2:80'),
    pool('edge', 'same machine', '10.0.0.1:81'),
    pool('edge', 'local', '127.0.0.1:81'),
    pool('edge2', 'other', '10.0.0.3:80'),
    pool('edge2', 'behind', '10.0.0.4:80'),
    pool('front', 'nginx', '10.0.0.5:80'),
  ],
  rings: [{ name: 'r', spec: { algorithm: 'ketama', nodes: [] }, version: 1, control: { target: 'x', key: 'k' }, nodes: [{ name: 'n1', target: 'a', address: '' }, { name: 'n2', target: 'b', address: '' }, { name: 'n3', target: 'a2', address: '' }], followers: [] }], // biome-ignore format: a table
  edges: readEdges([
    { from: 'pool:edge/app', to: 'application:shop' },
    { from: 'application:shop', to: 'pool:edge2/behind' },
    { from: 'pool:edge/app', to: 'origin:db' },
    { from: 'pool:edge/web', to: 'origin:db' },
  ]),
}
const weight = [{ setting: { target: 'edge', name: 'app/s0/weight' } }]
const memory = (name: string) => [{ setting: { target: name, name: 'config/maxmemory' } }]

describe('siblings', () => {
  it('of a pool are the others of its kind, but not what is behind it or on its machines', () => {
    const found = [
      { target: 'edge', pool: 'local' },
      { target: 'edge', pool: 'web' },
      { target: 'edge2', pool: 'other' },
    ]
    expect(siblingsOf(weight, { target: 'edge', pool: 'app' }, topology)).toEqual(found)
    expect(siblingsOf(weight, { target: 'edge', pool: 'app', server: 's0' }, topology)).toEqual(found)
  })

  it('of a cache are the other primaries of its ring or Cluster', () => {
    expect(siblingsOf(memory('a'), { target: 'a' }, topology)).toEqual([{ target: 'b' }])
    expect(siblingsOf(memory('m1'), { target: 'm1', pattern: 'x' }, topology)).toEqual([{ target: 'm2', pattern: 'x' }])
    expect(siblingsOf(memory('lone'), { target: 'lone' }, topology)).toEqual([])
  })

  it('are none where the change is on something else than what is measured, or on all of them', () => {
    expect(siblingsOf(memory('a'), { target: 'edge', pool: 'app' }, topology)).toEqual([])
    expect(siblingsOf([...memory('a'), ...memory('b')], { target: 'a' }, topology)).toEqual([])
    expect(siblingsOf([{ setting: { target: 'ring:r', name: 'r/n1/points' } }], { target: 'a' }, topology)).toEqual([])
    expect(siblingsOf([{ setting: { target: 'm1', name: 'slots/1-20' } }], { target: 'm1' }, topology)).toEqual([])
    expect(siblingsOf(weight, { ring: 'r' }, topology)).toEqual([])
  })

  it('are disturbed by a change of their own', () => {
    expect(touches(weight, { target: 'edge', pool: 'app' }, topology)).toBe(true)
    expect(touches(weight, { target: 'edge', pool: 'web' }, topology)).toBe(false)
    expect(touches([{ setting: { target: 'ring:r', name: 'r/n1/points' } }], { target: 'b' }, topology)).toBe(true)
    expect(touches([{ setting: { target: 'ring:r', name: 'r/n1/points' } }], { target: 'lone' }, topology)).toBe(false)
    expect(touches([{ setting: { target: 'ttl:p', name: 'p/ttl' } }], { target: 'lone' }, topology)).toBe(true)
  })
})
