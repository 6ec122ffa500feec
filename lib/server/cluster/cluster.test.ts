import { describe, expect, it } from 'vitest'
import { configuredCells } from './cells.ts'
import { getCluster } from './cluster.ts'

const target = (name: string, more = {}) => ({ kind: 'redis', name, ...more })
const nothing = { rings: [], ttls: [], edges: [] }

describe('cells of a configuration', () => {
  it('hold a ring, its document and its nodes; a policy with its document; the ends of an edge; a log with the cache that it tells of', () => {
    const config = {
      targets: [target('a'), target('b'), target('docs'), target('lb'), target('c'), target('d', { references: { log: { targets: ['edge'] } } }), target('edge'), target('e')], // biome-ignore format: one line
      rings: [{ name: 'shop', spec: { algorithm: 'ketama' as const, nodes: [] }, nodes: [{ name: 'a', address: 'a', target: 'a' }, { name: 'b', address: 'b', target: 'b' }], control: { target: 'docs', key: 'k' } }], // biome-ignore format: one line
      ttls: [{ name: 'pages', match: '*', ttlMs: 1, jitter: 0, control: { target: 'e', key: 'k' } }],
      edges: [
        { from: 'pool:lb/app', to: 'cache:c' },
        { from: 'application:shop', to: 'cache:e' },
      ],
    }
    expect(configuredCells(config)).toEqual([
      ['a', 'b', 'docs', 'ring:shop'],
      ['c', 'lb'],
      ['d', 'edge'],
      ['e', 'ttl:pages'],
    ])
  })
})

describe('GET cluster', () => {
  it('names each target once, with what was found through it', () => {
    const config = { ...nothing, targets: [target('a'), target('b'), target('c')] }
    const status = (name: string, through?: string) => ({ name, ...(through && { through }) })
    const runtime = {
      config,
      engine: { targets: () => [status('a'), status('a:1', 'a'), status('b'), status('c')] },
      cluster: {
        name: 'keel-1',
        members: () => ({
          replicas: [
            { name: 'keel-1', seenAt: 0 },
            { name: 'keel-2', seenAt: 1000 },
          ],
          leases: [
            { target: 'a', replica: 'keel-1', term: 3 },
            { target: 'b', replica: null, term: 2 },
          ],
        }),
      },
    }
    expect(getCluster(runtime as never)).toEqual({
      replica: 'keel-1',
      replicas: [
        { name: 'keel-1', seenAt: '1970-01-01T00:00:00.000Z', cells: 1, targets: 2 },
        { name: 'keel-2', seenAt: '1970-01-01T00:00:01.000Z', cells: 0, targets: 0 },
      ],
      cells: [
        { targets: ['a', 'a:1'], replica: 'keel-1', term: 3 },
        { targets: ['b'], replica: null, term: 2 },
        { targets: ['c'], replica: null, term: 0 },
      ],
    })
  })
})
