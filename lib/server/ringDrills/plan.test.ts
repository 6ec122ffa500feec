import { describe, expect, it } from 'vitest'
import type { Ring } from '../../model/topology.ts'
import { emptyTopology } from '../../model/topology.ts'
import { createStore } from '../../store/store.ts'
import { ringDrillPlan } from './plan.ts'

const AT = Date.UTC(2026, 0, 5, 12)
const NODES = ['a', 'b', 'c'].map((name, i) => ({ name, target: `cache-${name}`, address: `10.0.0.${i}:6379`, points: 160 }))

function ring(own: Partial<Ring> = {}): Ring {
  const nodes = own.nodes ?? NODES
  return {
    name: 'products',
    spec: { algorithm: 'ketama', nodes: nodes.map(({ name, address, points }) => ({ name, address, points: points! })) },
    version: 3,
    control: { target: 'sessions', key: 'ring' },
    nodes,
    followers: [],
    ...own,
  }
}

/** A minute of a ring of three caches, each read 100 times a second with 90 hits, holding 1,000 keys of 1 kB. */
function measuredMinute(limit = 10e6) {
  const store = createStore({ path: ':memory:', now: () => AT })
  for (let second = 60; second >= 0; second--) {
    const [at, t] = [AT - second * 1_000, 60 - second]
    for (const { name, target } of NODES) {
      store.append(
        target!,
        at,
        [
          { metric: 'cache_hits_total', value: 90 * t },
          { metric: 'cache_misses_total', value: 10 * t },
          { metric: 'cache_items', value: 1_000 },
          { metric: 'cache_memory_used_bytes', value: 1e6 },
          { metric: 'cache_memory_max_bytes', value: limit },
        ],
        1_000,
      )
      store.append('ring:products', at, [{ metric: 'ring_share_seen', labels: { ring: 'products', node: name }, value: 1 / 3 }], 1_000)
    }
    store.append('ring:products', at, [{ metric: 'ring_misses_total', labels: { ring: 'products' }, value: 30 * t }], 1_000)
  }
  return store.window(AT - 60_000, AT)
}
const plan = (own: Partial<Ring> = {}, asked: Partial<{ node: string; lastsMs: number }> = {}, limit?: number) =>
  ringDrillPlan({ ...emptyTopology(), rings: [ring(own)] }, measuredMinute(limit), {
    ring: 'products',
    node: 'b',
    lastsMs: 60_000,
    ...asked,
  })

describe('the plan of a drill', () => {
  it('takes all points of the node, and expects its hits to miss at first, then fewer', () => {
    const { steps, expects, loss, warmMs } = plan()
    expect(steps).toEqual([{ setting: { target: 'ring:products', name: 'products/b/points' }, after: '0' }])
    expect(loss.extra!.value).toBeCloseTo(90, 0)
    const [first, last] = expects.filter(({ metric }) => metric === 'ring_miss_rate')
    expect(first).toMatchObject({ before: expect.closeTo(30, 0), fromMs: 1_000, toMs: 11_000 })
    expect(first!.after).toBeGreaterThan(60)
    expect(first!.high).toBeLessThan(130)
    expect(last).toMatchObject({ fromMs: 50_000, toMs: 60_000 })
    expect(last!.after).toBeLessThan(first!.after)
    expect(warmMs!.low).toBeGreaterThan(5_000)
  })

  it('gives each heir the share of the reads that its arcs take', () => {
    const { expects, loss } = plan()
    const shares = expects.filter(({ metric }) => metric === 'ring_share_seen')
    expect(shares.map(({ where }) => where.node)).toEqual(['a', 'c'])
    expect(shares.reduce((sum, { after }) => sum + after, 0)).toBeCloseTo(1, 6)
    expect(loss.heirs.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(loss.owned, 6)
  })

  it('expects no share of a drill that ends before it shows', () =>
    expect(plan({}, { lastsMs: 12_000 }).expects.map(({ metric }) => metric)).toEqual(['ring_miss_rate']))

  it('says that the origin is asked several times as much, and which heir has too little memory', () => {
    expect(plan().risks).toEqual([expect.stringMatching(/^The origin is asked 120\/s in the first moment, 4\.00× what it is asked now\.$/)])
    expect(plan({}, {}, 1.1e6).risks.slice(1)).toEqual([
      expect.stringMatching(/^[ac] would need 1\.\d+\sMiB for all of it and may use 1\.05\sMiB: it evicts/),
      expect.stringMatching(/^[ac] would need/),
    ])
  })

  it('refuses what is not there, is out already, would leave nothing, or has no points', () => {
    expect(() => plan({}, { node: 'z' })).toThrow(/has no node of that name/)
    expect(() => plan({ nodes: NODES.map((node) => (node.name === 'b' ? { ...node, points: 0 } : node)) })).toThrow(
      /out of the ring already/,
    )
    expect(() => plan({ nodes: NODES.slice(1, 2) })).toThrow(/No other node/)
    expect(() => plan({ spec: { algorithm: 'twemproxy-modula', nodes: [] } })).toThrow(/only a ketama ring/)
  })
})
