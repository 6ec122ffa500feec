import { describe, expect, it } from 'vitest'
import { poolOf, Tape } from '../../../test/normal.ts'
import { FROM } from '../../../test/series.ts'
import { emptyTopology, type Ring, type TargetFacts, type Topology } from '../../model/topology.ts'
import { handPlan, isGone } from './plan.ts'

const NODES = ['a', 'b', 'c'].map((name, i) => ({ name, target: `cache-${name}`, address: `10.0.0.${i}:6379`, points: 160 }))
const target = (name: string, state: 'up' | 'down' = 'up'): TargetFacts => ({ name, kind: 'redis', state, capabilities: [] })

function fleet({ version = 3, down = '' }: { version?: number; down?: string } = {}): Topology {
  const spec = { algorithm: 'ketama' as const, nodes: NODES.map(({ name, address, points }) => ({ name, address, points })) }
  const ring: Ring = { name: 'products', spec, version, control: { target: 's', key: 'r' }, nodes: NODES, followers: [] }
  const pools = [poolOf('edge', 'app', [100, 100])]
  return { ...emptyTopology(), rings: [ring], pools, targets: NODES.map((node) => target(node.target, node.name === down ? 'down' : 'up')) }
}

function seen() {
  const tape = new Tape()
  for (let t = 0; t <= 120; t++)
    for (const { target } of NODES) {
      tape.put(FROM + t * 1_000, 'cache_hits_total', { target }, 90 * t)
      tape.put(FROM + t * 1_000, 'cache_misses_total', { target }, 10 * t)
    }
  return tape.window(120)
}

describe('the plan of a drill by hand', () => {
  it('expects nobody to take over from a node whose followers wait for a document', () => {
    const { expects, risks, of } = handPlan(fleet(), seen(), 'node:products/b', 60_000)
    expect(of).toBe('b of products')
    expect(expects).toMatchObject([
      { metric: 'cache_read_rate', where: { target: 'cache-a' }, after: expect.closeTo(100, 0), fromMs: 10_000, toMs: 60_000 },
      { where: { target: 'cache-c' }, after: expect.closeTo(100, 0) },
    ])
    expect(risks[0]).toMatch(/^Nobody takes over its keys: the origin gets 100\/s/)
  })

  it('expects the heirs of a ring without a document to be read more', () => {
    const { expects, risks } = handPlan(fleet({ version: 0 }), seen(), 'node:products/b', 60_000)
    expect(expects.reduce((sum, { after }) => sum + after, 0)).toBeCloseTo(300, 0)
    expect(risks[0]).toMatch(/^The origin gets 90\S* more at first/)
  })

  it('refuses what is no node or server, is not there, or is gone', () => {
    expect(() => handPlan(fleet(), seen(), 'pool:edge/app', 60_000)).toThrow(/^thing: nothing of that name/)
    expect(() => handPlan(fleet(), seen(), 'node:products/z', 60_000)).toThrow(/no such node/)
    expect(() => handPlan(fleet({ down: 'b' }), seen(), 'node:products/b', 60_000)).toThrow(/does not answer already/)
  })

  it('sees a node go by its target, and a server by its pool', () => {
    expect(isGone(fleet(), { ring: 'products', node: 'b' })).toBe(false)
    expect(isGone(fleet({ down: 'b' }), { ring: 'products', node: 'b' })).toBe(true)
    const topology = fleet()
    const server = { target: 'edge', pool: 'app', server: topology.pools[0]!.servers[0]!.name }
    expect(isGone(topology, server)).toBe(false)
    topology.pools[0]!.servers[0]!.state = 'down'
    expect(isGone(topology, server)).toBe(true)
  })
})
