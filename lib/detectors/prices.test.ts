import { expect, test } from 'vitest'
import { judge, load } from '../../test/series.ts'
import type { Finding } from '../model/finding.ts'
import { restart } from './cache/restart.ts'
import { detectors } from './registry.ts'

const finding = (rule: string, value: number, baseline: number) =>
  ({
    rule,
    subject: { target: 'a' },
    evidence: [{ metric: 'cache_hit_ratio', where: {}, label: '', value, baseline, unit: 'ratio', from: 0, to: 1 }],
  }) as unknown as Finding
const priceOf = (rule: string, ...of: [value: number, baseline: number]) =>
  detectors.find(({ id }) => id === rule)!.price!(finding(rule, ...of), window)

const window = load(1_000, {
  'cache_hits_total{target=a}': '0+800x60',
  'cache_misses_total{target=a}': '0+200x60',
})

test.each(['cache/hit-ratio-drop', 'cache/hit-ratio-low', 'cache/cold-start', 'cache/restart'])(
  '%s costs the reads that are lost',
  (rule) => {
    expect(priceOf(rule, 0.8, 0.9)).toMatchObject({ value: expect.closeTo(100, 0), what: 'reads lost to the origin a second' })
    // It is no worse than it was: nothing is lost.
    expect(priceOf(rule, 0.95, 0.9)).toBeNull()
  },
)

test('a restart as its rule finds it, with the uptime first, costs the reads that are lost since', () => {
  const restarted = load(1_000, {
    'cache_uptime_seconds{target=a}': '1000+1x80 0+1x20',
    'cache_hits_total{target=a}': '0+900x80 0+100x20',
    'cache_misses_total{target=a}': '0+100x80 0+900x20',
  })
  const [found] = judge(restart, restarted, {})
  expect(found).toMatchObject({ is: 'found', evidence: [{ metric: 'cache_uptime_seconds' }, { metric: 'cache_hit_ratio' }] })
  const cost = restart.price!({ rule: 'cache/restart', ...found } as unknown as Finding, restarted)
  expect(cost).toMatchObject({ value: expect.closeTo(800, -2), what: 'reads lost to the origin a second' })
})

test('a hot key costs its share of the reads', () => {
  expect(priceOf('cache/hot-key', 0.25, 0)).toMatchObject({ value: expect.closeTo(250, 0), what: 'reads a second on one key' })
})
