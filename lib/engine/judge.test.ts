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
