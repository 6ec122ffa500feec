import { expect, test } from 'vitest'
import { z } from 'zod'
import { load } from '../../test/series.ts'
import type { Detector, DetectorSettings } from '../model/detector.ts'
import { emptyTopology } from '../model/topology.ts'
import { createJudge } from './judge.ts'

const detector: Detector<DetectorSettings> = {
  id: 'cache/example',
  title: '',
  why: '',
  harmless: '',
  settings: z.object({ for: z.number(), resolveAfter: z.number() }),
  needs: { spanMs: 10_000, metrics: ['x'] },
  detect: (window) =>
    ['x', 'y'].map((metric) =>
      window.series(metric).length > 0
        ? { subject: { metric }, is: 'clear' }
        : { subject: { metric }, is: 'unjudged', because: 'it is not reported' },
    ),
}

const settings = { for: 0, resolveAfter: 0 }

test('a rule is given what it names; what else it reads is not there, and is logged once', async () => {
  const logged: unknown[] = []
  const log = { info: () => {}, warn: () => {}, error: (what: unknown) => logged.push(what) }
  const judge = createJudge(log as never)
  const window = load(1000, { 'x{target=a}': '1x5', 'y{target=a}': '1x5' })
  for (let i = 0; i < 3; i++)
    expect(
      await judge.judge({ detector, settings }, { window, topology: emptyTopology(), learning: false, pause: () => undefined }),
    ).toEqual([
      { subject: { metric: 'x' }, is: 'clear' },
      { subject: { metric: 'y' }, is: 'unjudged', because: 'it is not reported' },
    ])
  expect(logged).toEqual([{ rule: 'cache/example', name: 'y' }])
})

test('between two verdicts others run, and the time of others is not the rule’s: it is not backed off for it', async () => {
  const judge = createJudge({ info() {}, warn() {}, error() {} })
  const rule = { detector, settings }
  const order: string[] = []
  const lazy = {
    ...detector,
    *detect() {
      for (const metric of ['x', 'y']) {
        order.push(metric)
        yield { subject: { metric }, is: 'clear' as const }
      }
    },
  }
  const pause = async () => {
    await Promise.resolve()
    const until = performance.now() + 25
    while (performance.now() < until);
    order.push('others')
  }
  for (let run = 0; run < 4; run++) {
    order.length = 0
    await judge.judge({ detector: lazy, settings }, { window: load(1000, {}), topology: emptyTopology(), learning: false, pause })
    expect(order).toEqual(['x', 'others', 'y', 'others'])
  }
  expect(judge.isBackedOff(rule, performance.now())).toBe(false)
})

test('what a provider measures too coarsely for a rule is not shown to it, and unjudged for that, whatever the rule says', async () => {
  const judge = createJudge({ info: () => {}, warn: () => {}, error: () => {} } as never)
  const rule = (spanMs: number): Detector<DetectorSettings> => ({
    ...detector,
    needs: { spanMs, metrics: ['x'] },
    *detect(window) {
      for (const { labels } of window.series('x')) yield { subject: labels, is: 'clear' }
      if (window.series('x').length === 0) yield { subject: { target: 'a' }, is: 'unjudged', because: 'it is not reported' }
    },
  })
  const fresh = load(60_000, { 'x{target=a}': '1x20', 'x{target=b}': '1x20' })
  const late = {
    ...fresh,
    series: (metric: string) => fresh.series(metric).map((series) => ({ ...series, points: series.points, lateMs: 180_000 })),
  }
  const judged = (spanMs: number, window: typeof fresh) =>
    judge.judge({ detector: rule(spanMs), settings }, { window, topology: emptyTopology(), learning: false, pause: () => undefined })
  const because = 'its provider measures it by the minute and tells it up to 4 minutes later: this rule needs finer values'
  expect(await judged(480_000, fresh)).toMatchObject([{ is: 'clear' }, { is: 'clear' }])
  expect(await judged(480_000, late)).toEqual([
    { subject: { target: 'a' }, is: 'unjudged', because },
    { subject: { target: 'b' }, is: 'unjudged', because },
  ])
  expect(judge.status('cache/example')).toMatchObject({ unjudged: 2, because: [because] })
  expect(await judged(900_000, late)).toMatchObject([{ is: 'clear' }, { is: 'clear' }])
})
