import { describe, expect, it } from 'vitest'
import { ABLE } from '../../test/normal.ts'
import { FROM } from '../../test/series.ts'
import { readEdges } from '../model/edges.ts'
import type { KeyPattern } from '../model/record.ts'
import type { Labels } from '../model/series.ts'
import type { SettingText } from '../model/setting.ts'
import { emptyTopology, type Pool, type Topology } from '../model/topology.ts'
import { windowOfSeries } from '../store/window.ts'
import { knownOf, siblingsOf as siblingsIn, touches as touchesIn } from './siblings.ts'

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
const ring = (name: string, ...targets: string[]): Topology['rings'][number] => ({
  name,
  spec: { algorithm: 'ketama', nodes: [] },
  version: 1,
  control: { target: 'x', key: 'k' },
  nodes: targets.map((own, i) => ({ name: `n${i}`, target: own, address: '' })),
  followers: [],
})
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
    target('k1', 'redis', { cluster: { id: 'd', slots: 8_192 } }),
    target('k2', 'redis', { cluster: { id: 'd', slots: 8_192 } }),
    target('c', 'redis'),
    target('d', 'redis'),
    target('fragments', 'memcached'),
    target('sessions', 'redis', { role: 'store' }),
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
  rings: [ring('r', 'a', 'b', 'a2'), ring('s', 'c', 'd'), ring('half', 'b', 'lone'), ring('before', 'k1')],
  ttls: [{ name: 'p', match: 'product:*', ttlMs: 60_000, jitter: 0, version: 1, control: { target: 'x', key: 'k' }, followers: [] }],
  edges: readEdges([
    { from: 'pool:edge/app', to: 'application:shop' },
    { from: 'application:shop', to: 'pool:edge2/behind' },
    { from: 'pool:edge/app', to: 'origin:db' },
    { from: 'pool:edge/web', to: 'origin:db' },
    { from: 'ring:before', to: 'ring:r' },
    { from: 'ring:r', to: 'origin:db' },
    { from: 'ring:s', to: 'origin:db' },
  ]),
}
const pattern = (of: string, glob: string, share = 1) =>
  ({ kind: 'key-pattern', target: of, id: glob, at: FROM, pattern: glob, share, low: share, high: share, bytesMean: null, ttlMsMedian: null }) as KeyPattern // biome-ignore format: one line
/** What was sampled: of `lone` too little to say anything. */
const patterns = [pattern('a', 'product:*'), pattern('b', 'session:*'), pattern('c', 'product:1*', 0.2), pattern('c', 'page:*', 0.8), pattern('d', 'page:*'), pattern('k1', 'page:*'), pattern('lone', 'page:*', 0.3)] // biome-ignore format: one line
const known = knownOf({ topology: () => topology, window: () => windowOfSeries([], patterns, FROM, FROM) })
type Steps = readonly { setting: SettingText }[]
const siblingsOf = (steps: Steps, where: Labels) => siblingsIn(steps, where, known)
const touches = (steps: Steps, where: Labels) => touchesIn(steps, where, known)
const weight = [{ setting: { target: 'edge', name: 'app/s0/weight' } }]
const memory = (name: string) => [{ setting: { target: name, name: 'config/maxmemory' } }]

describe('siblings', () => {
  it('of a pool are the others of its kind, but not what is behind it or on its machines', () => {
    const found = [
      { target: 'edge', pool: 'local' },
      { target: 'edge', pool: 'web' },
      { target: 'edge2', pool: 'other' },
    ]
    expect(siblingsOf(weight, { target: 'edge', pool: 'app' })).toEqual(found)
    expect(siblingsOf(weight, { target: 'edge', pool: 'app', server: 's0' })).toEqual(found)
  })

  it('of a cache are the other primaries of its ring or Cluster', () => {
    expect(siblingsOf(memory('a'), { target: 'a' })).toEqual([{ target: 'b' }])
    expect(siblingsOf(memory('m1'), { target: 'm1', pattern: 'x' })).toEqual([{ target: 'm2', pattern: 'x' }])
    expect(siblingsOf(memory('fragments'), { target: 'fragments' })).toEqual([])
  })

  it('are none where the change is on something else than what is measured, or on all of them', () => {
    expect(siblingsOf(memory('a'), { target: 'edge', pool: 'app' })).toEqual([])
    expect(siblingsOf([...memory('a'), ...memory('b')], { target: 'a' })).toEqual([])
    expect(siblingsOf(weight, { ring: 'r' })).toEqual([])
    expect(siblingsOf([...memory('a'), ...points], { target: 'a' })).toEqual([])
  })

  const points = [{ setting: { target: 'ring:r', name: 'r/n1/points' } }]
  it('of a ring are rings without a node of it, neither before nor behind it, and of its nodes the caches outside of it', () => {
    expect(siblingsOf(points, { ring: 'r' })).toEqual([{ ring: 's' }])
    expect(siblingsOf([...memory('a'), ...memory('b')], { ring: 'r' })).toEqual([{ ring: 's' }])
    expect(siblingsOf(memory('c'), { ring: 'r' })).toEqual([])
    // `k1` is in the ring before it.
    const outside = ['c', 'd', 'k2', 'lone', 'm1', 'm2'].map((own) => ({ target: own }))
    expect(siblingsOf(points, { target: 'a' })).toEqual(outside)
    expect(siblingsOf(points, { target: 'c' })).toEqual([])
  })

  const slots = [{ setting: { target: 'm1', name: 'slots/1-20' } }]
  it('of a move of slots are other Clusters, and of its nodes the caches outside of it', () => {
    expect(siblingsOf(slots, { cluster: 'c' })).toEqual([{ cluster: 'd' }])
    const found = siblingsOf(slots, { target: 'm2' })
    expect(found).toContainEqual({ target: 'k1' })
    expect(found).not.toContainEqual({ target: 'm1' })
    expect(siblingsOf(slots, { target: 'a' })).toEqual([])
  })

  const ttl = [{ setting: { target: 'ttl:p', name: 'p/ttl' } }]
  it('of a TTL are the caches of which samples say that they hold none of its keys', () => {
    expect(siblingsOf(ttl, { target: 'a' })).toEqual([{ target: 'b' }, { target: 'd' }])
    expect(siblingsOf(ttl, { target: 'b' })).toEqual([])
  })

  it('are disturbed by a change of their own', () => {
    expect(touches(weight, { target: 'edge', pool: 'app' })).toBe(true)
    expect(touches(weight, { target: 'edge', pool: 'web' })).toBe(false)
    expect(touches([{ setting: { target: 'ring:r', name: 'r/n1/points' } }], { target: 'b' })).toBe(true)
    expect(touches([{ setting: { target: 'ring:r', name: 'r/n1/points' } }], { target: 'lone' })).toBe(false)
    expect(touches(ttl, { target: 'lone' })).toBe(true)
    expect(touches(ttl, { target: 'd' })).toBe(false)
    expect(touches(ttl, { ring: 's' })).toBe(true)
    expect(touches(slots, { target: 'm2' })).toBe(true)
    expect(touches(slots, { cluster: 'd' })).toBe(false)
    expect(touches(memory('a'), { ring: 'r' })).toBe(true)
  })
})
