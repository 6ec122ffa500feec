import { expect, test } from 'vitest'
import { load } from '../../test/series.ts'
import type { PriceList } from '../model/prices.ts'
import { emptyTopology, type Topology } from '../model/topology.ts'
import { costWords } from './cost.ts'

const GIB = 2 ** 30
const window = load(1_000, {
  'pool_response_seconds{target=edge,pool=db}': '0.04x60',
  'pool_requests_total{target=edge,pool=db}': '0+100x60',
})
const words = (prices: PriceList | undefined, difference = { bytes: -3 * GIB, origin: 2, gain: -0.002 }, more: Partial<Topology> = {}) =>
  costWords('a', difference, window, { ...emptyTopology(), ...(prices && { prices }), ...more }).replaceAll('\u00a0', ' ')
const all = { gibMonth: 25, originRead: 0.000002, currency: 'EUR', targets: {} }

test('no price, no word of money', () => {
  expect(words(undefined)).toBe('')
  expect(words({ targets: {} })).toBe('')
})
test('less memory saves what a GiB costs, and the origin is asked more', () => {
  expect(words({ gibMonth: 25, targets: {} })).toBe(' Less memory saves 75.00 a month.')
  // Twice a second for 2 629 746 s, at 0.000002.
  expect(words(all)).toBe(' Less memory saves 75.00 EUR a month, asking the origin costs 10.52 EUR a month, 64.48 EUR a month less in all.')
})
test('more memory costs, and the origin is asked less', () =>
  expect(words(all, { bytes: GIB, origin: -10, gain: 0 })).toBe(
    ' The memory costs 25.00 EUR a month, not asking the origin saves 52.59 EUR a month, 27.59 EUR a month less in all.',
  ))
test('a target may have prices of its own', () => {
  const own = { ...all, targets: { a: { gibMonth: 10 }, b: { gibMonth: 1_000 } } }
  expect(words(own, { bytes: -3 * GIB, origin: 0, gain: 0 })).toBe(' Less memory saves 30.00 EUR a month.')
})
test('how long reads wait: by what is measured of the pool behind it, else by the configuration', () => {
  const configured = { originLatencyMs: 200, targets: {} }
  expect(words(configured)).toBe(' A read of the origin takes 200 ms (by the configuration): reads wait 400 µs longer in the mean.')
  const edges = [{ from: { target: 'a' }, to: { target: 'edge', pool: 'db' } }]
  const gain = { bytes: 0, origin: -20, gain: 0.1 }
  expect(words(configured, gain, { edges })).toBe(
    ' A read of the origin takes 40 ms (as measured of the pool db of edge): reads wait 4 ms less in the mean.',
  )
  const ring = { name: 'r', spec: { algorithm: 'ketama' as const, nodes: [] }, version: 1, control: { target: 'a', key: 'k' }, nodes: [{ name: 'n', target: 'a', address: '' }], followers: [] } // biome-ignore format: one line
  const behind = { rings: [ring], edges: [{ from: { ring: 'r' }, to: { target: 'edge', pool: 'db' } }] }
  expect(words(undefined, gain, behind)).toContain('as measured of the pool db of edge')
})
