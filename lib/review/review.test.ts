import { describe, expect, it } from 'vitest'
import { load } from '../../test/series.ts'
import { reviewMarkdown } from '../exporters/reviewMarkdown.ts'
import { type ReviewRow, type ReviewView, reviewAnswer } from '../model/answers/review.ts'
import { readEdges } from '../model/edges.ts'
import type { TargetRecord } from '../model/record.ts'
import { emptyTopology, type Pool, type TargetFacts, type Topology } from '../model/topology.ts'
import type { Day, PainFact, ReviewFacts } from './facts.ts'
import { measuredCaches } from './measureCaches.ts'
import { measuredPools, measuredRing } from './measurePools.ts'
import { originCallers } from './origins.ts'
import { reviewOf } from './review.ts'

const POLLS = 600
const HOUR = 3_600_000
const grows = (perSecond: number) => `0+${perSecond}x${POLLS}`
const stays = (value: number) => `${value}x${POLLS}`

const target = (name: string, more: Partial<TargetFacts> = {}): TargetFacts => ({
  name,
  kind: 'any',
  role: 'cache',
  state: 'up',
  capabilities: [],
  ...more,
})
const cache = (name: string, hits: number, misses: number, writes = misses) => ({
  [`cache_hits_total{target=${name}}`]: grows(hits),
  [`cache_misses_total{target=${name}}`]: grows(misses),
  [`cache_writes_total{target=${name}}`]: grows(writes),
})
const pool = (servers: Partial<Pool['servers'][number]>[], more: Partial<Pool> = {}): Pool => ({
  target: 'edge',
  name: 'app',
  algorithm: 'roundrobin',
  balances: 'weight',
  can: { weight: true, state: true, slowStart: true },
  weightMax: 256,
  servers: servers.map((one, i) => ({
    name: `app${i + 1}`,
    address: `10.0.0.${i}:80`,
    id: i + 1,
    weightSet: 100,
    weightEffective: 100,
    state: 'up',
    ...one,
  })),
  ...more,
})

type Fleet = {
  topology?: Partial<Topology>
  series?: Record<string, string>
  records?: TargetRecord[]
  days?: Record<string, Pick<Day, 'mean' | 'peak'>>
  pains?: PainFact[]
  prices?: ReviewFacts['prices']
}
const NOBODY = { rules: [], receivers: 0, routes: 0, heartbeat: false, learning: false }

async function review({ series = {}, records = [], days = {}, pains = [], prices = {}, ...fleet }: Fleet): Promise<ReviewView> {
  const topology = { ...emptyTopology(), ...fleet.topology, prices: { ...prices, targets: {} } }
  const window = load(1_000, { ...series, none: stays(1) }, { records })
  const span = { peakAt: window.from, from: window.to - 24 * HOUR, to: window.to }
  const known = new Map(Object.entries(days).map(([name, day]) => [name, { ...day, ...span }]))
  const caches = [...measuredCaches(window, topology, new Set())]
  const rings = await Promise.all(topology.rings.map((ring) => measuredRing(window, ring, () => undefined)))
  const answer = reviewOf({
    from: window.from,
    to: window.to,
    caches,
    pools: [...measuredPools(window, topology)],
    rings,
    origins: originCallers(topology.edges).map(({ name, callers }) => ({
      name,
      callers: callers.map((one) => one.name),
      reads: 30,
      day: known.get(name) ?? null,
      line: null,
      retries: [{ pool: 'edge/db', told: { more: 2, text: '`retries 2`, `retry-on 503`' }, sessions: null }],
    })),
    ttls: topology.ttls,
    edges: topology.edges,
    days: known,
    monitoring: { ...NOBODY, targets: topology.targets },
    pains,
    prices,
  })
  expect(reviewAnswer.parse(answer)).toEqual(answer)
  return answer
}

function row(answer: ReviewView, id: string): ReviewRow {
  const rows = [...answer.steps, ...answer.checklist].flatMap((part) => part.rows)
  const found = rows.find((one) => one.id === id)
  if (!found) throw new Error(`no row ${id}; there are ${rows.map((one) => one.id).join(', ')}`)
  return found
}

const RING_SERIES = Object.assign({}, cache('cache-a', 80, 10), cache('cache-b', 90, 10), cache('cache-c', 70, 10))
const nodes = ['cache-a', 'cache-b', 'cache-c'].map((name) => ({ name, address: `${name}:6379`, points: 160 }))
const RING: Topology['rings'][number] = {
  name: 'products',
  spec: { algorithm: 'ketama', nodes },
  version: 1,
  control: { target: 'sessions', key: 'k' },
  nodes: nodes.map((node) => ({ ...node, target: node.name })),
  followers: [],
  followersExpected: 4,
}
const DEMO: Fleet = {
  topology: {
    targets: [
      target('edge', { role: undefined }),
      ...nodes.map(({ name }) => target(name)),
      target('sessions', { role: 'store', can: { replicas: true } }),
    ],
    pools: [pool([{}, {}, {}, {}])],
    rings: [RING],
    ttls: [{ name: 'products', match: 'product:*', ttlMs: 600_000, jitter: 0, version: 1, control: RING.control, followers: [] }],
    edges: readEdges([
      { from: 'pool:edge/app', to: 'ring:products' },
      { from: 'ring:products', to: 'origin:db' },
    ]),
  },
  series: {
    ...RING_SERIES,
    ...cache('sessions', 20, 0, 10),
    'redis_connected_slaves{target=sessions}': stays(0),
    'redis_aof_enabled{target=sessions}': stays(0),
    ...Object.assign({}, ...[1, 2, 3, 4].map((n) => ({ [`pool_requests_total{target=edge,pool=app,server=app${n}}`]: grows(25) }))),
  },
  records: [
    { kind: 'setting', target: 'sessions', id: 'save', at: 1, value: '', unit: 'none', among: 'role', matters: true },
    { kind: 'fact', target: 'sessions', id: 'config/maxmemory-policy', at: 1, value: 'allkeys-lru' },
    { kind: 'hot-key', target: 'cache-b', id: 'k', at: 1, key: 'product:1', share: 0.3, low: 0.25, high: 0.35, perSecond: 30, method: 'monitor', lines: 900, hot: true }, // biome-ignore format: one line
  ],
  days: { db: { mean: 20, peak: 60 }, 'edge/app': { mean: 50, peak: 200 } },
}

describe('an empty fleet', () => {
  it('has no figure and says so everywhere', async () => {
    const answer = await review({})
    expect(answer.lead).toBe('Nothing is watched yet.')
    expect(answer.pains).toEqual([])
    const measured = [...answer.steps, ...answer.checklist].flatMap(({ rows }) => rows).filter((one) => 'value' in one.measured)
    expect(measured).toEqual([])
    expect(answer.steps.map(({ rows }) => rows.length > 0)).toEqual([true, true, true, true, true])
  })
})

describe('a fleet of a balancer, a ring and a store', () => {
  it('tells reads for each write, with its interval and its time, and that fills are among the writes', async () => {
    const ratio = row(await review(DEMO), 'demand/cache-a/ratio')
    expect(ratio).toMatchObject({ is: 'well', measured: { unit: 'factor' }, about: 'cache-a' })
    expect((ratio.measured as { value: number }).value).toBeCloseTo(9, 1)
    expect(ratio.follows).toContain('Up to 10/s of the 10/s writes may be fills')
    expect(Date.parse(ratio.window!.to) - Date.parse(ratio.window!.from)).toBe(600_000)
  })

  it('foresees the death of the node that costs the origin most, beside what the origin was seen to serve', async () => {
    const answer = await review(DEMO)
    const death = row(answer, 'failure/ring/products')
    expect(death).toMatchObject({ what: 'cache-b dies', is: 'watch', measured: { unit: 'perSecond' } })
    expect((death.measured as { value: number }).value).toBeCloseTo(90, 0)
    expect(death.follows).toMatch(/Exactly 3\d\.\d\u00a0% of the keys move, and miss until they are fetched again\./)
    expect(death.follows).toContain('db serves 30/s now and would get 120/s. The most that it was seen to serve')
    const cold = row(answer, 'failure/origin/db')
    expect((cold.measured as { value: number }).value).toBeCloseTo(270, 0)
    expect(cold.follows).toMatch(
      /Once answers time out, edge\/db sends each up to 3.* times \(`retries 2`, `retry-on 503`\): 810\/s\. What clients/,
    )
  })

  it('is well where the origin has served as much', async () => {
    const answer = await review({ ...DEMO, days: { db: { mean: 20, peak: 130 } } })
    expect(row(answer, 'failure/ring/products').is).toBe('well')
  })

  it('finds a store that loses everything, and what evicts state', async () => {
    const answer = await review(DEMO)
    expect(row(answer, 'failure/store/sessions/replicas')).toMatchObject({ is: 'act', measured: { words: '0 follow' } })
    expect(row(answer, 'failure/store/sessions/persistence')).toMatchObject({ is: 'act', follows: 'A restart loses everything it holds.' })
    expect(row(answer, 'checklist/store/sessions')).toMatchObject({ is: 'act', measured: { words: 'allkeys-lru' } })
  })

  it('finds a TTL without jitter, a hot key, a peaky day and missing followers', async () => {
    const answer = await review(DEMO)
    expect(row(answer, 'tiers/ttl/products').is).toBe('act')
    expect(row(answer, 'demand/cache-b/hot')).toMatchObject({ is: 'act', measured: { value: 0.3, low: 0.25, high: 0.35 } })
    expect(row(answer, 'checklist/day/edge/app')).toMatchObject({ is: 'watch', measured: { value: 4 } })
    expect(row(answer, 'balancing/ring/products/followers').is).toBe('act')
  })

  it('never takes what is not measured for a figure', async () => {
    const answer = await review(DEMO)
    expect(row(answer, 'demand/edge/app/response')).toMatchObject({
      is: 'gap',
      measured: { because: expect.stringContaining('pool_response_seconds') },
    })
    expect(row(answer, 'failure/pool/edge/app/checks').is).toBe('gap')
    expect(answer.counts.gap).toBeGreaterThan(5)
  })

  it('says of what is not measured of several caches for one reason once', async () => {
    const curve = row(await review(DEMO), 'tiers/cache-a/curve')
    expect(curve).toMatchObject({ about: 'cache-a, cache-b, cache-c', is: 'gap', measured: { because: 'its product tells no references' } })
  })

  it('tells how many requests go to a dead server before its check has seen it', async () => {
    const checked = (detectMs: number | null) => ({
      ...DEMO,
      topology: { ...DEMO.topology, pools: [pool([{ detectMs }, { detectMs }, { detectMs }, { detectMs }])] },
    })
    const quick = row(await review(checked(6_000)), 'failure/pool/edge/app/checks')
    expect(quick).toMatchObject({
      is: 'well',
      measured: { value: 6, unit: 'seconds' },
      follows: expect.stringContaining('About 150 requests'),
    })
    expect(row(await review(checked(600_000)), 'failure/pool/edge/app/checks').is).toBe('watch')
    expect(row(await review(checked(null)), 'failure/pool/edge/app/checks')).toMatchObject({
      is: 'watch',
      measured: { words: 'some servers have none' },
    })
  })

  it('tells money where prices are configured, and what is missing where not', async () => {
    expect(row(await review(DEMO), 'checklist/budget/cache-a')).toMatchObject({ is: 'gap' })
    const priced = row(await review({ ...DEMO, prices: { gibMonth: 3, originRead: 1e-6, currency: 'EUR' } }), 'checklist/budget/cache-a')
    expect(priced.measured).toEqual({ words: 'memory: not known, origin: 26.30 EUR' })
  })

  it('ranks pains by severity, then money, then what they cost, and shows three', async () => {
    const pain = (id: string, severity: 'info' | 'warning' | 'critical', cost: PainFact['cost']): PainFact => ({
      finding: { id, rule: 'cache/hit-ratio-drop', severity, summary: `It is ${id}`, subject: { target: 'cache-a' }, evidence: [] },
      title: 'Hit ratio fell',
      cost,
      proposal: id === 'b' ? { text: 'cache-a config/maxmemory 1 → 2' } : null,
      noRemedy: null,
    })
    const lost = (value: number) => ({ value, what: 'reads lost to the origin a second' })
    const pains = [pain('a', 'warning', lost(5)), pain('b', 'warning', lost(50)), pain('c', 'critical', null), pain('d', 'info', lost(900))]
    const answer = await review({ ...DEMO, pains, prices: { originRead: 1e-6, currency: 'EUR' } })
    expect(answer.pains.map(({ id }) => id)).toEqual(['finding/c', 'finding/b', 'finding/a'])
    expect(answer.painsLeft).toBe(1)
    expect(answer.pains[1]).toMatchObject({
      money: { currency: 'EUR' },
      change: { text: 'cache-a config/maxmemory 1 → 2', href: '/findings/b' },
    })
    expect(answer.pains[1]!.money!.perMonth).toBeCloseTo(131.5, 1)
  })
})

describe('memcached alone', () => {
  const ALONE: Fleet = { topology: { targets: [target('mc-1')] }, series: cache('mc-1', 300, 100) }

  it('says what its death would send to whatever is behind it', async () => {
    const death = row(await review(ALONE), 'failure/cache/mc-1')
    expect((death.measured as { value: number }).value).toBeCloseTo(300, 0)
    expect(death).toMatchObject({ is: 'watch', follows: expect.stringContaining('No edge leads on to an origin') })
  })

  it('asks for a balancer, edges, prices and somebody who is told', async () => {
    const answer = await review(ALONE)
    for (const id of ['tiers/balancers', 'tiers/origin', 'monitoring/edges', 'monitoring/prices']) expect(row(answer, id).is).toBe('gap')
    expect(row(answer, 'monitoring/notices').is).toBe('act')
  })
})

describe('a balancer with one server left', () => {
  it('is to be done, and has no imbalance', async () => {
    const servers = [{}, { state: 'down' as const }]
    const answer = await review({ topology: { targets: [target('edge', { role: undefined })], pools: [pool(servers)] } })
    expect(row(answer, 'failure/pool/edge/app/servers')).toMatchObject({ is: 'act', measured: { words: '1 of 2' } })
    expect(row(answer, 'balancing/edge/app/imbalance').is).toBe('gap')
  })

  it.each([
    [
      'nothing',
      { limits: [], wanted: { where: 'backend app', line: 'server NAME … maxconn LIMIT' } },
      'none',
      'watch',
      'backend app: `server NAME … maxconn LIMIT`',
    ],
    [
      'a limit in name only',
      { limits: [{ text: '1024 at once', nominal: 'the default' }] },
      '1024 at once (in name only: the default)',
      'watch',
      expect.any(String),
    ],
    ['a limit', { limits: [{ text: 'maxconn 50 on its server' }] }, 'maxconn 50 on its server', 'well', null],
  ])('says of %s before its servers what it lets through', async (_, admission, words, is, change) => {
    const answer = await review({ topology: { targets: [target('edge', { role: undefined })], pools: [pool([{}], { admission })] } })
    expect(row(answer, 'failure/pool/edge/app/limit')).toMatchObject({ is, measured: { words }, change: change && { text: change } })
  })

  it('knows a pair of balancers by their servers', async () => {
    const pools = [pool([{}, {}]), { ...pool([{}, {}]), target: 'edge-2' }]
    const balancer = (name: string, state: 'up' | 'down') => target(name, { role: undefined, state, can: { alone: true } })
    const pair = async (state: 'up' | 'down') =>
      row(await review({ topology: { targets: [balancer('edge', 'up'), balancer('edge-2', state)], pools } }), 'failure/pool/edge/app/pair')
    expect(await pair('up')).toMatchObject({ is: 'well', measured: { words: 'edge-2 has the same servers' } })
    expect(await pair('down')).toMatchObject({ is: 'act', measured: { words: 'edge-2 with the same servers does not answer' } })
  })

  it('says of a name how many of its addresses answer, and how long they are kept', async () => {
    const name = {
      ...pool([{}, { state: 'down' as const }]),
      target: 'front',
      name: 'shop.example',
      balances: 'unknown' as const,
      ttlMs: 300_000,
    }
    const answer = await review({ topology: { targets: [target('front', { role: undefined })], pools: [name] } })
    expect(row(answer, 'failure/pool/front/shop.example/servers')).toMatchObject({ is: 'act', measured: { words: '1 of 2 answer' } })
    expect(row(answer, 'failure/pool/front/shop.example/ttl')).toMatchObject({ is: 'watch', measured: { value: 300, unit: 'seconds' } })
  })
})

describe('what exporters tell a Prometheus', () => {
  it('is reviewed like any other cache, with its gaps', async () => {
    const answer = await review({
      topology: { targets: [target('prom', { role: undefined }), target('cache-x', { state: 'unknown' })] },
      series: { 'cache_hits_total{target=cache-x}': grows(10), 'cache_misses_total{target=cache-x}': grows(30) },
    })
    expect(row(answer, 'demand/cache-x/hits')).toMatchObject({ is: 'act', measured: { unit: 'ratio' } })
    expect(row(answer, 'demand/cache-x/ratio')).toMatchObject({
      is: 'gap',
      measured: { because: expect.stringContaining('cache_writes_total') },
    })
    expect(row(answer, 'tiers/cache-x/policy').is).toBe('gap')
  })
})

describe('the review as Markdown', () => {
  it('holds every row with what was measured, and links to the change', async () => {
    const answer = await review(DEMO)
    const text = reviewMarkdown(answer, 'http://keel:3000')
    expect(text).toContain('# Review of caches and load balancers')
    expect(text).toContain('## Step 5: Failure readiness')
    expect(text).toContain('http://keel:3000/rings/products')
    for (const { rows } of [...answer.steps, ...answer.checklist]) expect(text.split('\n').length).toBeGreaterThan(rows.length)
    expect(text).toContain('| known risk | products | cache-b dies |')
    expect(text).toMatch(/not measured: /)
  })

  it('shows hostile names as they are', async () => {
    const name = 'x|<img src=x>'
    const text = reviewMarkdown(await review({ topology: { targets: [target(name)] }, series: cache('a', 1, 1) }), 'http://keel:3000')
    expect(text).toContain('x\\|\\<img src=x\\>')
    expect(text).not.toMatch(/(?<!\\)<img/)
  })
})
