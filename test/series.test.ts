import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { increase } from '../lib/math/rates.ts'
import type { Detector } from '../lib/model/detector.ts'
import { FROM, judge, load, nameOf } from './series.ts'

describe('load', () => {
  const window = load(
    1000,
    {
      'cache_hits_total{target=a}': '0+100x5 _ 600',
      'cache_hits_total{target=b}': '5 4-2x1 _x2 7x1 stale 9',
      'cache_items{target=a,note="x, y\\n{}"}': [1, null, 3],
    },
    { records: [{ kind: 'fact', target: 'a', id: 'run_id', at: FROM + 2000, value: 'r' }] },
  )
  const values = (target: string) =>
    window.series('cache_hits_total', { target })[0]!.points.map(([ms, value]) => [(ms - FROM) / 1000, value])

  test('writes as Prometheus tests do', () => {
    expect(values('a')).toEqual([
      [0, 0],
      [1, 100],
      [2, 200],
      [3, 300],
      [4, 400],
      [5, 500],
      [7, 600],
    ])
    expect(values('b')).toEqual([
      [0, 5],
      [1, 4],
      [2, 2],
      [5, 7],
      [6, 7],
    ])
  })
  test('knows where it ends', () => expect(window.to - window.from).toBe(7000))
  test('reads quoted labels', () =>
    expect(window.series('cache_items').map((series) => series.labels)).toEqual([{ target: 'a', note: 'x, y\n{}' }]))
  test('refuses what it cannot read', () => {
    expect(() => load(1000, { a: '1..2x' })).toThrow('1..2x: not a value')
    expect(() => nameOf('9{')).toThrow('not a series name')
  })
  test('cuts', () => {
    const part = window.between(FROM + 1000, FROM + 3000)
    expect(part.series('cache_hits_total', { target: 'a' })[0]!.points).toHaveLength(3)
    expect(part.series('cache_hits_total', { target: 'none' })).toEqual([])
    expect(part.records('fact', 'a')).toHaveLength(1)
    expect(window.between(FROM, FROM + 1000).records('fact', 'a')).toHaveLength(0)
    expect(part.records('slow')).toEqual([])
  })
})

test('judge runs a detector with its defaults', () => {
  const settings = z.object({ least: z.number().default(3), for: z.number().default(0), resolveAfter: z.number().default(0) })
  const detector: Detector<z.infer<typeof settings>> = {
    id: 'cache/example',
    title: '',
    why: '',
    harmless: '',
    settings: settings as unknown as z.ZodType<z.infer<typeof settings>>,
    needs: { spanMs: 1, metrics: ['x_total'] },
    detect: (window, _topology, { least }) =>
      window
        .series('x_total')
        .map(({ labels, points }) =>
          increase(points) >= least ? { subject: labels, is: 'clear' } : { subject: labels, is: 'unjudged', because: `less than ${least}` },
        ),
  }
  const window = load(1000, { 'x_total{target=a}': '0 3', 'x_total{target=b}': '0 1' })
  expect(judge(detector, window)).toMatchObject([{ is: 'clear' }, { is: 'unjudged', because: 'less than 3' }])
  expect(judge(detector, window, {}, { least: 1 })).toMatchObject([{ is: 'clear' }, { is: 'clear' }])
})
