import { describe, expect, test } from 'vitest'
import { FROM, strictly } from '../../test/series.ts'
import type { AnyDetector } from '../model/detector.ts'
import type { Labels, Point, Series } from '../model/series.ts'
import { emptyTopology } from '../model/topology.ts'
import type { SeriesWindow } from '../model/window.ts'
import { windowOfSeries } from '../store/window.ts'
import { evictionStorm } from './cache/eviction-storm.ts'
import { hitRatioDrop } from './cache/hit-ratio-drop.ts'
import { largeReplies } from './cache/large-replies.ts'
import { latencyRise } from './cache/latency-rise.ts'
import { seasonOf, seasonText } from './seasons.ts'

const DAY = 86_400_000
const SECONDS = 1_200
/** What a counter grows by in a second of a night, `t` seconds after its beginning. */
type Growth = (t: number) => number
/** Twenty minutes of each of these nights, so many days ago; what lies between was not kept. */
function nights(metric: string, labels: Labels, byNight: ReadonlyMap<number, Growth>): Series {
  const points: Point[] = []
  let count = 0
  for (const [ago, growth] of [...byNight].sort(([a], [b]) => b - a))
    for (let t = 0; t < SECONDS; t++) {
      count += growth(t)
      points.push([FROM - ago * DAY + t * 1000, count])
    }
  return { metric, labels: { target: 'a', ...labels }, stepMs: 1000, points }
}
/** The same on each of these nights, with `tonight` apart. */
const each = (ago: readonly number[], growth: Growth, tonight: Growth = growth) =>
  new Map<number, Growth>([...ago.map((days): [number, Growth] => [days, growth]), [0, tonight]])
/** A batch from the tenth minute on. */
const from =
  (second: number, before: number, then: number): Growth =>
  (t) =>
    t < second ? before : then
const windowAt = (series: Series[], second: number): SeriesWindow => windowOfSeries(series, [], FROM, FROM + second * 1000)
const judged = (rule: AnyDetector, window: SeriesWindow) => {
  const targets = [{ name: 'a', kind: 'redis', role: 'cache' as const, state: 'up' as const, capabilities: [] }]
  return [...rule.detect(strictly(rule, window), { ...emptyTopology(), targets }, rule.settings.parse({}))]
}

describe('the seasonal baseline', () => {
  const days = (values: Record<number, number[]>) => (then: SeriesWindow) => values[Math.round((FROM - then.to) / DAY)] ?? []
  const window = windowOfSeries([], [], FROM, FROM)
  const season = (values: Record<number, number[]>) => seasonOf(window, 'lowest', days(values))
  test('is what two of the days reached: once is an incident or a deploy', () => {
    expect(season({ 1: [0.4], 2: [0.9], 7: [0.91], 14: [0.92] })?.normal).toBe(0.9)
    expect(season({ 1: [0.4], 2: [0.9], 7: [0.41], 14: [0.92] })?.normal).toBe(0.41)
  })
  test('is not known of one day, and a day of which nothing was kept is none', () => {
    expect(season({})).toBeNull()
    expect(season({ 1: [0.9] })).toBeNull()
    expect(season({ 1: [0.9], 7: [0.8] })).toMatchObject({ normal: 0.9, days: [{ words: 'yesterday' }, { words: 'last week' }] })
  })
  test('leaves out a single minute, and looks at rises from above', () => {
    const minutes = [...new Array<number>(19).fill(0.9), 0.1]
    expect(season({ 1: minutes.slice(9), 2: minutes.slice(9) })?.normal).toBe(0.9)
    expect(seasonOf(window, 'highest', days({ 1: [5, 50], 2: [4, 40] }))?.normal).toBe(40)
  })
  test('says from what it comes', () => {
    expect(seasonText(season({ 1: [0.91], 7: [0.914] }), 'ratio').replaceAll(/[\u202f\u00a0]/g, ' ')).toBe(
      '; normal for this hour: 91.4 % (yesterday 91.0 %, last week 91.4 %)',
    )
    expect(seasonText(null, 'ratio')).toBe('')
  })
})

/** A nightly batch that halves the hit ratio from the tenth minute on, a few seconds off from night to night. */
const batch = (known: readonly number[], ratio = 0.45) => {
  const of = (share: (t: number, start: number, low: number) => number) =>
    new Map<number, Growth>(
      [...known, 0].map((ago) => [ago, (t: number) => Math.round(500 * share(t, 600 + 7 * (ago % 3), ago === 0 ? ratio : 0.45))]),
    )
  const hit = (t: number, start: number, low: number) => (t < start ? 0.9 : low)
  return [
    nights('cache_hits_total', {}, of(hit)),
    nights(
      'cache_misses_total',
      {},
      of((t, start, low) => 1 - hit(t, start, low)),
    ),
  ]
}
/** The seconds around the beginning of the batch in which a rule finds something. */
const foundIn = (series: Series[], rule: AnyDetector = hitRatioDrop) =>
  Array.from({ length: 12 }, (_, i) => 598 + 2 * i).filter((second) =>
    judged(rule, windowAt(series, second)).some(({ is }) => is === 'found'),
  )

describe('cache/hit-ratio-drop', () => {
  test('a nightly batch raises an alarm on the first nights and none from the third on', () => {
    expect(foundIn(batch([])).length).toBeGreaterThan(8)
    expect(foundIn(batch([1]))).toEqual(foundIn(batch([])))
    expect(foundIn(batch([1, 2]))).toEqual([])
    expect(foundIn(batch([7, 14]))).toEqual([])
  })
  test('a fall that is deeper than that of the other nights is found, and held against them', () => {
    expect(foundIn(batch([1, 2, 7], 0.2)).length).toBeGreaterThan(8)
    expect(judged(hitRatioDrop, windowAt(batch([1, 2, 7], 0.2), 610))).toMatchObject([
      {
        is: 'found',
        evidence: [
          { baseline: 0.45, method: expect.stringMatching(/normal for this hour: 45\.0.% \(yesterday 45\.0.%, the day before/) },
          {},
        ],
      },
    ])
  })
  test('a fall at an hour without a batch is found as soon as without history', () => {
    const calm = (known: number[]) => [
      nights(
        'cache_hits_total',
        {},
        each(known, () => 450, from(600, 450, 225)),
      ),
      nights(
        'cache_misses_total',
        {},
        each(known, () => 50, from(600, 50, 275)),
      ),
    ]
    expect(foundIn(calm([]))[0]).toBeLessThanOrEqual(602)
    expect(foundIn(calm([1, 2, 7, 14]))).toEqual(foundIn(calm([])))
    expect(judged(hitRatioDrop, windowAt(calm([1, 7]), 610))[0]).toMatchObject({
      evidence: [{ baseline: 0.9, method: expect.stringMatching(/normal for this hour: 90\.0.%/) }, {}],
    })
  })
})

test('cache/eviction-storm: a nightly load is none from the third night on; one far above it is', () => {
  const load = (known: number[], perSecond: number) => [
    nights('cache_evictions_total', {}, each(known, from(600, 2, 400), from(600, 2, perSecond))),
    nights(
      'cache_items',
      {},
      each(known, () => 0).set(0, (t) => (t === 0 ? 20_000 : 0)),
    ),
  ]
  expect(foundIn(load([1], 400), evictionStorm).length).toBeGreaterThan(8)
  expect(foundIn(load([1, 2], 400), evictionStorm)).toEqual([])
  expect(foundIn(load([1, 2], 4_000), evictionStorm).length).toBeGreaterThan(8)
})

test('cache/latency-rise: commands that are dear each night at this hour are found when they are dearer than that', () => {
  const commands = (known: number[], seconds: number) => [
    nights(
      'cache_commands_total',
      { command: 'get' },
      each(known, () => 500),
    ),
    nights('cache_command_seconds_total', { command: 'get' }, each(known, from(1_100, 0.01, 0.2), from(1_100, 0.01, seconds))),
  ]
  const found = (series: Series[]) => judged(latencyRise, windowAt(series, SECONDS - 1)).map(({ is }) => is)
  expect(found(commands([1], 0.2))).toEqual(['found'])
  expect(found(commands([1, 2], 0.2))).toEqual(['clear'])
  expect(found(commands([1, 2], 0.9))).toEqual(['found'])
})

test('cache/large-replies: replies that are large each night at this hour are found when they are larger than that', () => {
  const replies = (known: number[], bytes: number) => [
    nights(
      'cache_commands_total',
      { command: 'get' },
      each(known, () => 2_000),
    ),
    nights('cache_reply_bytes_total', {}, each(known, from(1_100, 2e6, 16e6), from(1_100, 2e6, bytes))),
  ]
  const found = (series: Series[]) => judged(largeReplies, windowAt(series, SECONDS - 1)).map(({ is }) => is)
  expect(found(replies([1], 16e6))).toEqual(['found'])
  expect(found(replies([1, 2], 16e6))).toEqual(['clear'])
  expect(found(replies([1, 2], 99e6))).toEqual(['found'])
})
