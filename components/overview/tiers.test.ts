import { expect, test } from 'vitest'
import type { TierView } from '@/lib/model/answers/overview.ts'
import { headline, placeTiers } from './tiers.ts'

const tier = (id: string, kind: TierView['kind']): TierView => ({
  id,
  kind,
  name: id,
  href: null,
  requestsPerSecond: null,
  responseSeconds: null,
  errorRatio: null,
  hitRatio: null,
  balance: [],
  severity: null,
  state: 'ok',
})
const where = (view: ReturnType<typeof placeTiers>) =>
  Object.fromEntries(view.tiers.map((placed) => [placed.tier.id, [placed.column, placed.row]]))

test('each tier stands right of its callers', () => {
  const picture = placeTiers({
    tiers: [tier('origin', 'origin'), tier('ring', 'ring'), tier('app', 'pool'), tier('static', 'pool'), tier('clients', 'clients')],
    edges: [
      { from: 'clients', to: 'app', perSecond: 100 },
      { from: 'clients', to: 'static', perSecond: 25 },
      { from: 'app', to: 'ring', perSecond: null },
      { from: 'ring', to: 'origin', perSecond: 4 },
    ],
  })
  expect(where(picture)).toEqual({ clients: [0, 0], app: [1, 0], static: [1, 1], ring: [2, 0], origin: [3, 0] })
  expect(picture.edges.map((edge) => edge.width)).toEqual([10, 5.5, 1, 1 + 9 * 0.2])
})

test('an edge over several columns passes those between through a gap of its own', () => {
  const picture = placeTiers({
    tiers: [tier('app', 'pool'), tier('l1', 'cache'), tier('ring', 'ring')],
    edges: [
      { from: 'app', to: 'ring', perSecond: 480 },
      { from: 'app', to: 'l1', perSecond: 240 },
      { from: 'l1', to: 'ring', perSecond: 24 },
    ],
  })
  expect(where(picture)).toEqual({ app: [0, 0], l1: [1, 0.3], ring: [2, 0] })
  expect(picture.edges.map(({ via }) => via)).toEqual([[{ column: 1, row: 0 }], [], []])
  expect(picture.heights).toEqual([1, 1.3, 1])
})

test('without edges the tiers stand side by side by kind, unconnected', () => {
  expect(where(placeTiers({ tiers: [tier('c', 'cache'), tier('p', 'pool'), tier('d', 'cache')], edges: [] }))).toEqual({
    p: [0, 0],
    c: [1, 0],
    d: [1, 1],
  })
})

test('what is on no edge stands beside the picture', () => {
  const picture = placeTiers({
    tiers: [tier('a', 'pool'), tier('b', 'ring'), tier('c', 'cache')],
    edges: [{ from: 'a', to: 'b', perSecond: 1 }],
  })
  expect(where(picture)).toEqual({ a: [0, 0], b: [1, 0] })
  expect(picture.beside.map((one) => one.id)).toEqual(['c'])
})

test('a loop ends, an edge to nobody is left out', () => {
  const picture = placeTiers({
    tiers: [tier('a', 'pool'), tier('b', 'cache')],
    edges: [
      { from: 'a', to: 'b', perSecond: 1 },
      { from: 'b', to: 'a', perSecond: 1 },
      { from: 'a', to: 'gone', perSecond: 1 },
    ],
  })
  expect(picture.edges).toHaveLength(2)
  expect(picture.tiers).toHaveLength(2)
})

test('the sentence', () => {
  const targets = { total: 14, up: 14, down: 0, unknown: 0 }
  expect(headline({ needs: 2, targets, learning: false })).toBe('2 things need you')
  expect(headline({ needs: 0, targets, learning: false })).toBe('Even keel: 14 targets, nothing needs you')
  expect(headline({ needs: 0, targets: { total: 0, up: 0, down: 0, unknown: 0 }, learning: true })).toBe('Nothing to watch yet')
})
