import { expect, test } from 'vitest'
import { judge, load } from '../../../test/series.ts'
import { readEdges } from '../../model/edges.ts'
import type { Pool, TargetState, Topology } from '../../model/topology.ts'
import { tierCascade } from './tier-cascade.ts'

const pool = (target: string, name: string) => ({ target, name, servers: [] }) as unknown as Pool
const target = (name: string, state: TargetState = 'up') => ({ name, kind: 'redis', state, capabilities: [] })
const FLEET: Partial<Topology> = {
  pools: [pool('edge', 'app'), pool('edge', 'static')],
  targets: [target('cache-a'), target('cache-b')],
  rings: [{ name: 'products', nodes: [{ name: 'a', target: 'cache-a', address: 'a:1' }] }] as unknown as Topology['rings'],
  edges: readEdges([
    { from: 'pool:edge/app', to: 'ring:products' },
    { from: 'ring:products', to: 'origin:catalog' },
  ]),
}
/** 590 s as usual, then 30 s of something. */
const lines = (response: string, misses: string) => ({
  'pool_response_seconds{target=edge,pool=app}': `0.03x589 ${response}`,
  'pool_requests_total{target=edge,pool=app}': '0+100x619',
  'cache_misses_total{target=cache-a}': `0+10x589 ${misses}`,
})
const said = (response: string, misses: string, fleet: Partial<Topology> = FLEET) =>
  judge(tierCascade, load(1000, lines(response, misses)), fleet)

test('a pool that slows down while the cache behind it misses more is told with its cause', () =>
  expect(said('0.09x29', '5930+40x29')).toMatchObject([
    {
      subject: { target: 'edge', pool: 'app' },
      is: 'found',
      severity: 'info',
      summary: expect.stringMatching(/app answers in 90.ms, 30.ms before, while behind it cache-a misses 40\/s, 10\/s before/),
      evidence: [
        { metric: 'pool_response_seconds', baseline: expect.closeTo(0.03) },
        { metric: 'cache_miss_rate', where: { target: 'cache-a' } },
      ],
    },
  ]))
test('so is one behind which a cache does not answer', () =>
  expect(said('0.09x29', '5930+10x29', { ...FLEET, targets: [target('cache-a', 'down')] })).toMatchObject([
    { is: 'found', summary: expect.stringMatching(/behind it cache-a does not answer/) },
  ]))
test('one alone is no cascade: a slow pool before a healthy cache, misses that nobody feels, a cache that is not behind it', () => {
  expect(said('0.09x29', '5930+10x29')).toMatchObject([{ is: 'clear' }])
  expect(said('0.03x29', '5930+40x29')).toMatchObject([{ is: 'clear' }])
  expect(said('0.09x29', '5930+40x29', { ...FLEET, edges: readEdges([{ from: 'pool:edge/app', to: 'target:cache-b' }]) })).toMatchObject([
    { is: 'clear' },
  ])
})
test('a slow pool behind the pool is a cause too, and edges in a circle end', () => {
  const edges = readEdges([
    { from: 'pool:edge/app', to: 'pool:edge/static' },
    { from: 'pool:edge/static', to: 'pool:edge/app' },
  ])
  const window = load(1000, {
    ...lines('0.09x29', '5930+10x29'),
    'pool_response_seconds{target=edge,pool=static}': '0.01x589 0.06x29',
    'pool_requests_total{target=edge,pool=static}': '0+100x619',
  })
  expect(judge(tierCascade, window, { ...FLEET, edges })).toMatchObject([
    { is: 'found', subject: { pool: 'app' }, summary: expect.stringMatching(/static of edge answers in 60.ms/) },
    { is: 'found', subject: { pool: 'static' } },
  ])
})
test('while nothing says what is usual it is unjudged; without edges there is nothing to say', () => {
  expect(judge(tierCascade, load(1000, { 'pool_response_seconds{target=edge,pool=app}': '0.03x100' }), FLEET)).toMatchObject([
    { is: 'unjudged' },
  ])
  expect(said('0.09x29', '5930+40x29', { ...FLEET, edges: [] })).toEqual([])
})
