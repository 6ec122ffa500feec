import { expect, test } from 'vitest'
import { load } from '../../test/series.ts'
import type { Finding } from '../model/finding.ts'
import { emptyTopology } from '../model/topology.ts'
import { cacheWarming } from './cache-warming.ts'

const found = (extra: number, left?: number) =>
  ({
    subject: { target: 'a' },
    evidence: [
      { metric: 'cache_miss_rate', unit: 'perSecond', value: extra },
      ...(left === undefined ? [] : [{ metric: 'cache_hit_ratio', unit: 'seconds', value: left }]),
    ],
  }) as unknown as Finding
const window = load(1_000, { 'cache_items{target=a}': '6000x10 20x5' })
const said = (finding: Finding, of = window) => cacheWarming.propose(finding, of, emptyTopology()) as { none: string } | null

test('says what a cold start costs the origin, and how long warming takes at what the origin bears', () => {
  const { none } = said(found(100, 90))!
  expect(none).toMatch(/^Its origin gets 100\/s more than before, for about 1\S*\smin.* more\./)
  expect(none).toMatch(/It held 6000 keys\. Fetched again at 100\/s, .* take 1\smin;/)
  expect(none).toMatch(/the 600 that were read most take 6\ss and bring back 10\S*\s% to 63\S*\s% of its hits/)
})

test('has no number where the keys before are not known, and nothing where the origin hardly notices', () => {
  expect(said(found(100), load(1_000, {}))!.none).toMatch(/how long warming takes has no number/)
  expect(said(found(0.2))).toBeNull()
})
