import { expect, test } from 'vitest'
import { poolOf } from '../../../test/normal.ts'
import { judge, load } from '../../../test/series.ts'
import { readEdges } from '../../model/edges.ts'
import { coldCacheOverload } from './cold-cache-overload.ts'

const pool = poolOf('edge', 'db', [1, 1])
/** Two servers of so many sessions at most; 20 requests a second of a tenth of a second each. */
const behind = (limit: number) =>
  Object.fromEntries(
    [1, 2].flatMap((n) => {
      const labels = `{target=edge,pool=db,server=db${n}}`
      return [
        [`pool_requests_total${labels}`, '0+10x120'],
        [`pool_sessions${labels}`, '1x120'],
        [`pool_sessions_max${labels}`, `${limit}x120`],
      ]
    }),
  )
const EDGES = [{ from: 'cache:cache-a', to: 'pool:edge/db' }]
const named = { ...pool, servers: pool.servers.map((server, i) => ({ ...server, name: `db${i + 1}` })) }
const said = (series: Record<string, string>, edges = EDGES) =>
  judge(coldCacheOverload, load(1000, series), { pools: [named], edges: readEdges(edges) })

test('a cache that keeps more away than the limits let through is a risk, with both numbers', () => {
  expect(said({ ...behind(5), 'cache_hits_total{target=cache-a}': '0+300x120' })).toMatchObject([
    {
      subject: { target: 'edge', pool: 'db' },
      is: 'found',
      severity: 'info',
      // 20 + 300, a tenth of it twice; 10 sessions of 100 ms each.
      summary: expect.stringMatching(/^If cache-a lost its keys, db would be asked 352\/s and can serve about 100\/s/),
      evidence: [{ value: expect.closeTo(352, 0), baseline: expect.closeTo(20, 0), threshold: expect.closeTo(120, 0) }, { value: expect.closeTo(100, 0) }, { value: expect.closeTo(300, 0) }], // biome-ignore format: one line
    },
  ])
})

test('a ring counts as a whole, and retries that are measured count more than those assumed', () => {
  const edges = [{ from: 'ring:products', to: 'pool:edge/db' }]
  const ring = { 'ring_hits_total{ring=products}': '0+300x120' }
  expect(said({ ...behind(5), ...ring, 'pool_retries_total{target=edge,pool=db}': '0+10x120' }, edges)).toMatchObject([
    { is: 'found', summary: expect.stringMatching(/^If ring products lost its keys, db would be asked 480\/s/) },
  ])
})

test('an origin that can serve all of it, and a cache that keeps next to nothing away, are clear', () => {
  expect(said({ ...behind(50), 'cache_hits_total{target=cache-a}': '0+300x120' })).toMatchObject([{ is: 'clear' }])
  expect(said({ ...behind(5), 'cache_hits_total{target=cache-a}': '0+5x120' })).toMatchObject([{ is: 'clear' }])
})

test('without a limit, without hits or without requests nothing is known; without a cache before it nothing is asked', () => {
  const hits = { 'cache_hits_total{target=cache-a}': '0+300x120' }
  expect(said({ ...behind(0), ...hits })).toMatchObject([{ is: 'unjudged', because: expect.stringContaining('has a limit') }])
  expect(said(behind(5))).toMatchObject([{ is: 'unjudged', because: 'the hits of cache-a are not known' }])
  const idle = Object.fromEntries(Object.entries(behind(5)).map(([name, line]) => [name, line.replace('0+10x', '5x')]))
  expect(said({ ...idle, ...hits })).toMatchObject([{ is: 'unjudged', because: expect.stringContaining('too few come') }])
  expect(said({ ...behind(5), ...hits }, [])).toEqual([])
})

test('what the balancer may send again counts once the limits are passed, with the statements that say so, and not before', () => {
  const retries = { more: 2, text: '`retries 2`, `retry-on 503`' }
  const of = (hits: number) =>
    judge(coldCacheOverload, load(1000, { ...behind(5), 'cache_hits_total{target=cache-a}': `0+${hits}x120` }), {
      pools: [{ ...named, retries }],
      edges: readEdges(EDGES),
    })
  expect(of(100)).toMatchObject([
    {
      is: 'found',
      summary: expect.stringContaining('would be asked 360/s'),
      evidence: [{ method: expect.stringContaining('as its balancer may: `retries 2`, `retry-on 503`') }, {}, {}],
    },
  ])
  // 20 + 70 are served: nothing times out.
  expect(of(70)).toMatchObject([{ is: 'clear' }])
  expect(said({ ...behind(5), 'cache_hits_total{target=cache-a}': '0+300x120' })).toMatchObject([
    { evidence: [{ method: expect.stringContaining('is not told') }, {}, {}] },
  ])
})
