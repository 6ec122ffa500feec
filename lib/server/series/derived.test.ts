import { expect, it } from 'vitest'
import { createStore } from '../../store/store.ts'
import { derivedSeries } from './derived.ts'

const S = 1_000
function filled() {
  const store = createStore({ path: ':memory:', now: () => 60 * S })
  for (let second = 0; second <= 60; second++) {
    store.append(
      'a',
      second * S,
      [
        { metric: 'cache_hits_total', value: second * 90 },
        { metric: 'cache_misses_total', value: second * 10 },
      ],
      S,
    )
    store.append(
      'ring:r',
      second * S,
      [
        { metric: 'ring_share_seen', labels: { ring: 'r', node: 'x' }, value: 0.5 },
        { metric: 'ring_share_seen', labels: { ring: 'r', node: 'y' }, value: 0.25 },
        { metric: 'ring_share_seen', labels: { ring: 'r', node: 'z' }, value: 0.25 },
      ],
      S,
    )
    store.append(
      'edge',
      second * S,
      [
        { metric: 'pool_requests_total', labels: { pool: 'app' }, value: second * 40 },
        { metric: 'pool_requests_total', labels: { pool: 'app', server: 'app1' }, value: second * 30 },
        { metric: 'pool_requests_total', labels: { pool: 'app', server: 'app2' }, value: second * 10 },
      ],
      S,
    )
    store.tick(second * S)
  }
  return store
}
const ask = (labels: Record<string, string>) => ({ labels, from: 10 * S, to: 50 * S, stepMs: 10 * S })
const values = (series: ReturnType<typeof derivedSeries>) =>
  series?.flatMap(({ points }) => points.map(([, value]) => value).filter((value) => value !== null))

it('draws a hit ratio from its two counters, and rates under their own names', () => {
  const store = filled()
  for (const value of values(derivedSeries(store, 'cache_hit_ratio', ask({ target: 'a' }))) ?? []) expect(value).toBeCloseTo(0.9)
  expect(values(derivedSeries(store, 'cache_miss_rate', ask({ target: 'a' })))?.[0]).toBeCloseTo(10)
  expect(values(derivedSeries(store, 'cache_read_rate', ask({ target: 'a' })))?.length).toBeGreaterThan(2)
})

it('draws max over mean of a ring', () => {
  expect(values(derivedSeries(filled(), 'ring_imbalance', ask({ ring: 'r' })))?.[0]).toBeCloseTo(1.5)
})

it('draws the part of a pool that each of its servers takes', () => {
  const shares = derivedSeries(filled(), 'pool_share', ask({ target: 'edge', pool: 'app' }))!
  expect(shares.map(({ labels }) => labels.server).sort()).toEqual(['app1', 'app2'])
  for (const { labels, points } of shares)
    for (const [, value] of points) if (value !== null) expect(value).toBeCloseTo(labels.server === 'app1' ? 0.75 : 0.25)
})

it('leaves to the store what the store has, and has no line where nothing was measured', () => {
  const store = filled()
  expect(derivedSeries(store, 'pool_response_seconds', ask({}))).toBeNull()
  expect(derivedSeries(store, 'cache_items', ask({}))).toBeNull()
  expect(derivedSeries(store, 'pool_imbalance', ask({ target: 'edge', pool: 'other' }))).toEqual([])
  expect(derivedSeries(store, 'cache_hit_ratio', ask({ target: 'other' }))).toEqual([])
})
