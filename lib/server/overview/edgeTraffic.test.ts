import { expect, it } from 'vitest'
import { edgeTraffic } from './edgeTraffic.ts'

const tier = (kind: string, requestsPerSecond: number | null = null, hitRatio: number | null = null) => ({
  kind,
  requestsPerSecond,
  hitRatio,
})
const TIERS = new Map([
  ['clients', tier('clients')],
  ['pool:edge/app', tier('pool', 240)],
  ['cache:apps:categories', tier('cache', 240, 0.9)],
  ['ring:products', tier('ring', 504, 0.95)],
  ['store:sessions', tier('store', 20, 0.99)],
  ['origin:catalog', tier('origin')],
])
const flows = (...pairs: [string, string][]) =>
  edgeTraffic(
    pairs.map(([from, to]) => ({ from, to })),
    TIERS,
  ).map(({ perSecond }) => (perSecond === null ? null : Math.round(perSecond * 100) / 100))

it('is what the only way in gets, and what a cache missed', () =>
  expect(flows(['clients', 'pool:edge/app'], ['pool:edge/app', 'ring:products'], ['ring:products', 'origin:catalog'])).toEqual([
    240, 504, 25.2,
  ]))

it('is the rest beside what a cache before it missed', () =>
  expect(
    flows(['pool:edge/app', 'cache:apps:categories'], ['cache:apps:categories', 'ring:products'], ['pool:edge/app', 'ring:products']),
  ).toEqual([240, 24, 480]))

it('is not known where two ways in share it, or where nothing measures it', () => {
  expect(flows(['clients', 'ring:products'], ['pool:edge/app', 'ring:products'])).toEqual([null, null])
  expect(flows(['pool:edge/app', 'ring:other'])).toEqual([null])
  expect(flows(['clients', 'origin:catalog'])).toEqual([null])
})

it('does not give all that a cache missed to each of several that stand behind it', () =>
  expect(flows(['cache:apps:categories', 'ring:products'], ['cache:apps:categories', 'store:sessions'])).toEqual([504, 20]))
