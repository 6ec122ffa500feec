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

/** Two minutes of a ring of three caches, each read 100 times a second with 90 hits, holding 1,000 keys of 1 kB. `missed`: so many until a second. */
function measuredMinute(limit = 10e6, missed = (t: number) => 30 * t, seconds = 120) {
  const store = createStore({ path: ':memory:', now: () => AT })
  for (let second = seconds; second >= 0; second--) {
    const [at, t] = [AT - second * 1_000, seconds - second]
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
    store.append('ring:products', at, [{ metric: 'ring_misses_total', labels: { ring: 'products' }, value: missed(t) }], 1_000)
  }
  return store.window(AT - 120_000, AT)
}
type Asked = Partial<{ node: string; lastsMs: number }>
const plan = (own: Partial<Ring> = {}, asked: Asked = {}, limit?: number, missed?: (t: number) => number) =>
  ringDrillPlan({ ...emptyTopology(), rings: [ring(own)] }, measuredMinute(limit, missed), {
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

  /** Misses that shrink by a factor each minute, counted from the start. */
  const falling = (left: number) => (t: number) => (60 * 60 * (left ** (t / 60) - 1)) / Math.log(left)

  it('waits while the ring still warms, and says by how much its misses fall', () => {
    expect(plan().wait).toBeNull()
    expect(plan({}, {}, undefined, falling(0.6)).wait).toMatch(/^Still warming: misses fall by 40\.?\d*\s%/)
    expect(plan({}, {}, undefined, falling(0.95)).wait).toBeNull()
  })

  it('waits where too little was seen to tell whether it warms', () => {
    const seen = measuredMinute(undefined, undefined, 20)
    expect(ringDrillPlan({ ...emptyTopology(), rings: [ring()] }, seen, { ring: 'products', lastsMs: 60_000 }).wait).toMatch(/^Seen for/)
  })

  it('expects misses that fall slowly to fall on, and at the most not to', () => {
    const lateOf = ({ expects }: ReturnType<typeof plan>) => expects.filter(({ metric }) => metric === 'ring_miss_rate')[1]!
    const falls = lateOf(plan({}, { lastsMs: 300_000 }, undefined, falling(0.94)))
    const steady = lateOf(plan({}, { lastsMs: 300_000 }, undefined, (t) => falls.before * t))
    expect(falls.after / steady.after).toBeCloseTo(0.94 ** (325 / 60), 1)
    expect(falls.low).toBeLessThan(0.8 * steady.low)
    expect(falls.high / steady.high).toBeCloseTo(1, 1)
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
