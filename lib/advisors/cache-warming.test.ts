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

test('says what a restart has cost the origin so far, and what the hottest keys would have saved of it', () => {
  // 90 of 100 reads a second hit before it, 40 after it: for 20 s 50 more a second go to the origin.
  const restarted = load(1_000, {
    'cache_hits_total{target=a}': '0+90x60 0+40x20',
    'cache_misses_total{target=a}': '0+10x60 0+60x20',
    'cache_hits_total{target=a,pattern=p}': '0+9x81',
  })
  const of = (baseline?: number) =>
    ({
      rule: 'cache/restart',
      subject: { target: 'a' },
      evidence: [
        {
          metric: 'cache_hit_ratio',
          unit: 'ratio',
          value: 0.4,
          ...(baseline !== undefined && { baseline }),
          from: restarted.to - 20_000,
          to: restarted.to,
        },
      ],
    }) as unknown as Finding
  expect(said(of(0.9), restarted)!.none).toMatch(
    /^Since it restarted 1.?000 reads more than before went to its origin\. Its hottest 10\S*\s% of the keys, .* would have saved 100 to 631 of them/,
  )
  expect(said(of(0.9), restarted)!.none).toMatch(/onColdStart/)
  // It hits as before; it is not known what it hit; it is a store, which holds what it had.
  expect(said(of(0.4), restarted)).toBeNull()
  expect(said(of(), restarted)).toBeNull()
  const store = {
    ...emptyTopology(),
    targets: [{ name: 'a', kind: 'redis', role: 'store' as const, state: 'up' as const, capabilities: [] }],
  }
  expect(cacheWarming.propose(of(0.9), restarted, store)).toBeNull()
})
