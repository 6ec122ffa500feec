import { describe, expect, test } from 'vitest'
import { judge, load } from '../../../test/series.ts'
import { hitRatioLow } from './hit-ratio-low.ts'

const said = (hits: string, misses: string, more: Record<string, string> = {}, stepMs = 60_000) =>
  judge(hitRatioLow, load(stepMs, { 'cache_hits_total{target=a}': hits, 'cache_misses_total{target=a}': misses, ...more }))

test('nine in ten is clear, also across a restart and a lost poll', () =>
  expect(said('90000 90900 _ 0 900 1800 2700', '9000 9050 _ 0 50 100 150')).toMatchObject([{ is: 'clear' }]))
test('three in ten for five minutes is found', () =>
  expect(said('0+300x6', '0+700x6')).toMatchObject([
    {
      is: 'found',
      severity: 'warning',
      summary: expect.stringMatching(/30.0.%/),
      evidence: [{ value: expect.closeTo(0.3), threshold: 0.5 }],
    },
  ]))
test('a few misses a second are a note: a quiet cache keeps few keys warm', () =>
  expect(said('0+200x6', '0+300x6')).toMatchObject([{ is: 'found', severity: 'info' }]))
test('one that gets better is still warming', () =>
  expect(said('0 300 600 900 1200 2000', '0 700 1400 2100 2800 3000')).toMatchObject([{ is: 'clear' }]))
describe('a night in which fewer reads keep fewer keys warm', () => {
  /** Reads a second, the ratio that so many keep up, and for how many minutes. */
  const day = (...parts: (readonly [perSecond: number, ratio: number, minutes: number])[]) => {
    const [hits, misses] = [[0], [0]]
    for (const [perSecond, ratio, minutes] of parts)
      for (let poll = 0; poll < 2 * minutes; poll++) {
        hits.push(hits.at(-1)! + 30 * perSecond * ratio)
        misses.push(misses.at(-1)! + 30 * perSecond * (1 - ratio))
      }
    const all = load(30_000, { 'cache_hits_total{target=a}': hits, 'cache_misses_total{target=a}': misses })
    return judge(hitRatioLow, all.between(all.to - 900_000, all.to))
  }
  test('is no alarm while the origin is asked less than by day', () =>
    expect(day([100, 0.7, 480], [40, 0.45, 120])).toMatchObject([{ is: 'clear' }]))
  test('is one where more reaches the origin than by day', () =>
    expect(day([100, 0.9, 480], [40, 0.45, 120])).toMatchObject([{ is: 'found' }]))
  test('a cache that is low all day is reported at any hour', () =>
    expect(day([100, 0.4, 480], [40, 0.35, 120])).toMatchObject([{ is: 'found' }]))
  test('of a young history the minutes before tell', () => {
    expect(day([100, 0.7, 15], [40, 0.45, 6])).toMatchObject([{ is: 'clear' }])
    expect(day([100, 0.7, 15], [100, 0.4, 6])).toMatchObject([{ is: 'found' }])
  })
})
test('few lookups, little history, a young server, a store', () => {
  expect(said('0+30x6', '0+70x6')).toMatchObject([{ is: 'unjudged', because: '500 lookups; 1000 needed' }])
  expect(said('0+30x20', '0+70x20', {}, 1000)).toMatchObject([{ is: 'unjudged', because: '20 s of history; 300 s needed' }])
  expect(said('0+300x6', '0+700x6', { 'cache_uptime_seconds{target=a}': '100+60x6' })).toMatchObject([
    { is: 'unjudged', because: expect.stringMatching(/filling/) },
  ])
})
test('a cache that is hardly asked is not worth a word', () =>
  expect(
    judge(hitRatioLow, load(60_000, { 'cache_hits_total{target=a}': '0+100x6', 'cache_misses_total{target=a}': '0+190x6' })),
  ).toMatchObject([{ is: 'clear' }]))
test('the threshold is a setting', () =>
  expect(
    judge(
      hitRatioLow,
      load(60_000, { 'cache_hits_total{target=a}': '0+800x6', 'cache_misses_total{target=a}': '0+200x6' }),
      {},
      { low: 0.9, for: '1m' },
    ),
  ).toMatchObject([{ is: 'found' }]))
