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
  settings: z.object({ for: z.number(), resolveAfter: z.number() }),
  needs: { spanMs: 10_000, metrics: ['x'] },
  detect: (window) =>
    ['x', 'y'].map((metric) =>
      window.series(metric).length > 0
        ? { subject: { metric }, is: 'clear' }
        : { subject: { metric }, is: 'unjudged', because: 'it is not reported' },
    ),
}

test('a rule is given what it names; what else it reads is not there, and is logged once', () => {
  const logged: unknown[] = []
  const log = { info: () => {}, warn: () => {}, error: (what: unknown) => logged.push(what) }
  const judge = createJudge(log as never)
  const window = load(1000, { 'x{target=a}': '1x5', 'y{target=a}': '1x5' })
  for (let i = 0; i < 3; i++)
    expect(judge.judge({ detector, settings: { for: 0, resolveAfter: 0 } }, window, emptyTopology(), false)).toEqual([
      { subject: { metric: 'x' }, is: 'clear' },
      { subject: { metric: 'y' }, is: 'unjudged', because: 'it is not reported' },
    ])
  expect(logged).toEqual([{ rule: 'cache/example', name: 'y' }])
})
